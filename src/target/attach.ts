// Attaches to a process: open its inspector when it is closed, prove that it is the right process, claim it for this
// capture, and close what was opened at the end.
import { setTimeout as delay } from 'node:timers/promises';
import { debuglog } from 'node:util';
import { AttachError } from '../errors.ts';
import { claim, newToken, release, TargetIsHeld } from './holding/claim.ts';
import { type AttachDeadline, startDeadline, withDeadline } from './holding/deadline.ts';
import { moveInspector } from './holding/move.ts';
import { readIdentity, refuseOtherRuntimes, type TargetIdentity } from './identity.ts';
import { type InspectorEndpoint, readInspectorEndpoint } from './inspector/inspector-address.ts';
import {
  ConnectionRefused,
  type InspectorSession,
  openSession,
  SessionClosed,
} from './inspector/inspector-session.ts';
import { openInspectorBySignal, signalAndFind } from './inspector/open-inspector.ts';
import { processTable } from './table/system-table.ts';

export interface Attachment {
  session: InspectorSession;
  identity: TargetIdentity;
  endpoint: InspectorEndpoint;
  /** Then we close it again, and so does the lease. */
  openedByUs: boolean;
  /** Tells the watcher of the first moments that the target's own lease is in place. */
  leaseInPlace(): void;
  /** All that attaching asks for was answered. Until then each command fails once half a minute is nearly over. */
  attached(): void;
  /** Closes the session, and the inspector when we opened it. Never throws; false when it could not be closed. */
  detach(): Promise<boolean>;
}

/** One that asks again after the holder of a process has died, or after the inspector closed under it. */
const NEXT_TRY_MILLIS = 1_000;
/** A holder at work is heard more often. */
const HOLDER_AT_WORK_MILLIS = 1_500;
const debug = debuglog('culprit');

/** Twice the lease. */
const HOLDER_GONE_MILLIS = 20_000;

/**
 * Attaches to a local process by pid, opening its inspector with SIGUSR1 where needed, and moving it away from the port
 * that others need as well. `isWatched`: a process of its own closes what was opened, should we die before the lease is in
 * place. Throws AttachError: after half a minute at the latest, and TargetIsHeld where another look is at work.
 */
export async function attachByPid(pid: number, isWatched = true): Promise<Attachment> {
  const deadline = startDeadline(`process ${pid}`);
  let takesOver = false;
  try {
    for (;;) {
      try {
        return await attachOnce(pid, { isWatched, deadline, takesOver });
      } catch (error) {
        if (!maySucceedSoon(error, pid) || deadline.leftMillis < 2 * NEXT_TRY_MILLIS) throw error;
        // Seen silent twice: a pause of the whole process may have kept its holder from being heard.
        takesOver = error instanceof TargetIsHeld && error.holder.silentMillis > HOLDER_GONE_MILLIS;
        await delay(NEXT_TRY_MILLIS);
      }
    }
  } catch (error) {
    deadline.lift();
    throw error;
  }
}

function maySucceedSoon(error: unknown, pid: number): boolean {
  if (error instanceof TargetIsHeld) return error.holder.silentMillis > HOLDER_AT_WORK_MILLIS;
  // Another look was faster, and has closed or moved what both had opened.
  const isClosed = error instanceof SessionClosed || error instanceof ConnectionRefused;
  return isClosed && processTable().stat(pid) !== undefined;
}

interface Try {
  isWatched: boolean;
  deadline: AttachDeadline;
  takesOver: boolean;
}

async function attachOnce(pid: number, { isWatched, deadline, takesOver }: Try): Promise<Attachment> {
  const token = newToken();
  const opened = await openInspectorBySignal(pid, { isWatched, token, deadline });
  const options: AttachOptions = {
    deadline,
    token,
    takesOver,
    ...opened,
    expectedPids: opened.pids,
    leaseInPlace: opened.release,
  };
  try {
    const attachment = await attachTo(opened.endpoint, options);
    if (!opened.openedByUs || opened.wantedPort === 0) return attachment;
    const elsewhere = await moveInspector(attachment.session, {
      pid,
      token,
      deadline,
      before: opened.before,
    });
    if (elsewhere === undefined) return attachment;
    debug('the inspector has moved');
    const endpoint = elsewhere ?? (await signalAndFind(pid, opened.before, deadline));
    if (!endpoint) throw new SessionClosed(`The inspector of process ${pid} closed and did not open again.`);
    return await attachTo(endpoint, options);
  } catch (error) {
    // Closes what was opened, unless another look has it.
    await opened.abandon();
    throw error;
  } finally {
    opened.endTurn();
  }
}

/** Attaches to an inspector that is already open, local or forwarded; it stays open afterwards. */
export async function attachByAddress(host: string, port: number): Promise<Attachment> {
  await refuseOtherRuntimes(host, port);
  return attachToOpen(await readInspectorEndpoint(host, port));
}

/** Attaches to a `ws://` address of an inspector; it stays open afterwards. */
export async function attachByUrl(webSocketUrl: string): Promise<Attachment> {
  const url = new URL(webSocketUrl);
  const [host, port] = [url.hostname.replace(/^\[|\]$/g, ''), Number(url.port || 80)];
  await refuseOtherRuntimes(host, port);
  return attachToOpen({ host: url.hostname, port, webSocketUrl, title: '' });
}

async function attachToOpen(endpoint: InspectorEndpoint): Promise<Attachment> {
  const deadline = startDeadline(`the process behind ${endpoint.host}:${endpoint.port}`);
  const nothingOpened = { openedByUs: false, leaseInPlace: () => {}, abandon: async () => {} };
  try {
    return await attachTo(endpoint, { ...nothingOpened, deadline, token: newToken(), takesOver: false });
  } catch (error) {
    deadline.lift();
    throw error;
  }
}

interface AttachOptions {
  /** The pid as seen here and in the target's own namespaces; absent when only an address is known. */
  expectedPids?: number[];
  openedByUs: boolean;
  token: string;
  /** See ClaimConfig. */
  takesOver: boolean;
  deadline: AttachDeadline;
  leaseInPlace: () => void;
  /** Leaves the closing of what we opened to whoever watches. */
  abandon: () => Promise<void>;
}

async function attachTo(endpoint: InspectorEndpoint, options: AttachOptions): Promise<Attachment> {
  const { deadline, token, takesOver, leaseInPlace } = options;
  const rawSession = await Promise.race([deadline.over, openSession(endpoint.webSocketUrl)]);
  const session = withDeadline(rawSession, deadline);
  try {
    const identity = await readIdentity(session);
    if (options.expectedPids && !options.expectedPids.includes(identity.pid))
      throw wrongProcess(endpoint, identity, options.expectedPids);
    if (!options.openedByUs) await refuseWhenPaused(session);
    const wanted = { token, takesOver, closeInspector: options.openedByUs };
    const openedByUs = await claim(session, identity.pid, wanted);
    debug('claimed');
    return {
      session,
      identity,
      endpoint,
      openedByUs,
      leaseInPlace,
      attached: deadline.lift,
      async detach() {
        deadline.lift();
        const isGone = await detachFrom(rawSession, { token, closeInspector: openedByUs });
        if (isGone) leaseInPlace();
        else await options.abandon();
        return isGone;
      },
    };
  } catch (error) {
    await rawSession.close();
    throw error;
  }
}

function wrongProcess(
  endpoint: InspectorEndpoint,
  identity: TargetIdentity,
  expected: number[],
): AttachError {
  return new AttachError(
    `The inspector at ${endpoint.host}:${endpoint.port} belongs to process ${identity.pid}, not to ${expected[0]}. culprit did not attach.`,
    `Close the inspector of process ${identity.pid}, or start the target with --inspect-port=0 so that each process opens its own port.`,
  );
}

/** A thread that is paused waits. Asked first, because the Debugger domain slows each await of a process for good. */
async function isBusy(session: InspectorSession): Promise<boolean> {
  const expression = `(process.threadCpuUsage ?? process.cpuUsage).call(process).user`;
  const used = async () => {
    const asked = { expression, returnByValue: true, silent: true };
    const { result } = await session.send<{ result: { value?: number } }>('Runtime.evaluate', asked, 8_000);
    return result.value ?? 0;
  };
  const before = await used();
  await delay(BUSY_WATCH_MILLIS);
  return (await used()) - before > (BUSY_WATCH_MILLIS * 1_000) / 2;
}

/** A debugger that holds the target at a breakpoint would make every number meaningless; leave it alone. */
async function refuseWhenPaused(session: InspectorSession): Promise<void> {
  if ((await turns(session)) || (await isBusy(session))) return;
  let isPaused = false;
  session.on('Debugger.paused', () => {
    isPaused = true;
  });
  // Switched on, the Debugger domain says at once whether the thread is paused.
  await session.send('Debugger.enable', {}, 8_000);
  await session.send('Runtime.evaluate', { expression: '0', returnByValue: true, silent: true }, 8_000);
  if (!isPaused) {
    await session.send('Debugger.disable', {}, 8_000);
    return;
  }
  throw new AttachError(
    'Another debugger has the target paused. culprit did not attach.',
    'Resume it there (or close that debugger), then try again.',
  );
}

const SOON_MILLIS = 500;
const BUSY_WATCH_MILLIS = 100;

/** A thread whose timers fire is not paused. Where they do not, it may be blocked. */
async function turns(session: InspectorSession): Promise<boolean> {
  const timer = {
    expression: `new Promise((resolve) => require('timers').setTimeout(resolve, 0, true))`,
    includeCommandLineAPI: true,
    awaitPromise: true,
    returnByValue: true,
    silent: true,
  };
  const answer = session.send<{ result?: { value?: unknown } }>('Runtime.evaluate', timer, SOON_MILLIS);
  return (await answer.catch(() => undefined))?.result?.value === true;
}

async function detachFrom(
  session: InspectorSession,
  held: { token: string; closeInspector: boolean },
): Promise<boolean> {
  if (session.isClosed) return true;
  // Closing from inside ends our own connection, also while the event loop is blocked (Node 16 to 26).
  const asked = release(session, held).then(
    () => true,
    () => false,
  );
  const isGone = held.closeInspector
    ? Promise.race([session.closed.then(() => true), asked.then(() => giveTime(session))])
    : asked.then(() => true);
  const result = await isGone;
  await session.close();
  return result;
}

/** The reply may overtake the close frame. */
function giveTime(session: InspectorSession): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), 500);
    void session.closed.then(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

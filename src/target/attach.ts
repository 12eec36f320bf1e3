// Attaching to a process: open its inspector when it is closed, prove it is the right process, put the lease in
// place, and close what we opened on the way out.
import { AttachError } from '../errors.ts';
import { type InspectorEndpoint, readInspectorEndpoint } from './inspector-address.ts';
import { type InspectorSession, openSession } from './inspector-session.ts';
import { openInspectorBySignal } from './open-inspector.ts';

export interface TargetIdentity {
  pid: number;
  nodeVersion: string;
  /** With Node's own flags. */
  argv: string[];
  uptimeSeconds: number;
  cwd: string;
}

export interface Attachment {
  session: InspectorSession;
  identity: TargetIdentity;
  endpoint: InspectorEndpoint;
  /** Then we close it again, and so does the lease. */
  openedByUs: boolean;
  /** Tells the watcher of the first moments that the target's own lease is in place. */
  leaseInPlace(): void;
  /** Closes the session, and the inspector when we opened it. Never throws; false when it could not be closed. */
  detach(): Promise<boolean>;
}

/**
 * Attaches to a local process by pid, opening its inspector with SIGUSR1 where needed. `isWatched`: a process of its own
 * closes what was opened, should we die before the lease is in place.
 */
export async function attachByPid(pid: number, isWatched = true): Promise<Attachment> {
  const opened = await openInspectorBySignal(pid, isWatched);
  try {
    return await attachTo(opened.endpoint, {
      expectedPids: opened.pids,
      openedByUs: opened.openedByUs,
      leaseInPlace: opened.release,
    });
  } catch (error) {
    // The watcher sees us fail and closes what was opened.
    await opened.abandon();
    throw error;
  }
}

/** Attaches to an inspector that is already open, local or forwarded; it stays open afterwards. */
export async function attachByAddress(host: string, port: number): Promise<Attachment> {
  return attachTo(await readInspectorEndpoint(host, port), { openedByUs: false, leaseInPlace: () => {} });
}

/** Attaches to a `ws://` address of an inspector; it stays open afterwards. */
export async function attachByUrl(webSocketUrl: string): Promise<Attachment> {
  const url = new URL(webSocketUrl);
  const endpoint = { host: url.hostname, port: Number(url.port || 80), webSocketUrl, title: '' };
  return attachTo(endpoint, { openedByUs: false, leaseInPlace: () => {} });
}

interface AttachOptions {
  /** The pid as seen here and in the target's own namespaces; absent when only an address is known. */
  expectedPids?: number[];
  openedByUs: boolean;
  leaseInPlace: () => void;
}

async function attachTo(endpoint: InspectorEndpoint, options: AttachOptions): Promise<Attachment> {
  const session = await openSession(endpoint.webSocketUrl);
  try {
    const identity = await readIdentity(session);
    if (options.expectedPids && !options.expectedPids.includes(identity.pid))
      throw wrongProcess(endpoint, identity, options.expectedPids);
    if (!options.openedByUs) await refuseWhenPaused(session);
    const detach = () => detachFrom(session, options.openedByUs);
    return {
      session,
      identity,
      endpoint,
      openedByUs: options.openedByUs,
      leaseInPlace: options.leaseInPlace,
      detach,
    };
  } catch (error) {
    await session.close();
    throw error;
  }
}

function wrongProcess(
  endpoint: InspectorEndpoint,
  identity: TargetIdentity,
  expected: number[],
): AttachError {
  return new AttachError(
    `The inspector at ${endpoint.host}:${endpoint.port} belongs to process ${identity.pid}, not to ${expected[0]}. Nothing was done.`,
    `Close the inspector of process ${identity.pid}, or start the target with --inspect-port=0 so that each process opens its own port.`,
  );
}

const IDENTITY_EXPRESSION =
  '({ pid: process.pid, nodeVersion: process.version, argv: [process.argv0, ...process.execArgv, ...process.argv.slice(1)].map((word) => String(word).slice(0, 500)).slice(0, 50), uptimeSeconds: process.uptime(), cwd: process.cwd() })';

async function readIdentity(session: InspectorSession): Promise<TargetIdentity> {
  const answer = await session.send<{ result?: { value?: TargetIdentity } } | null>(
    'Runtime.evaluate',
    { expression: IDENTITY_EXPRESSION, returnByValue: true, silent: true },
    8_000,
  );
  const identity = answer?.result?.value;
  if (typeof identity?.pid !== 'number' || !Array.isArray(identity.argv)) {
    throw new AttachError(
      'The inspector does not belong to a Node.js process.',
      'Give the pid of a Node.js process.',
    );
  }
  return identity;
}

/** A debugger that holds the target at a breakpoint would make every number meaningless; leave it alone. */
async function refuseWhenPaused(session: InspectorSession): Promise<void> {
  let isPaused = false;
  session.on('Debugger.paused', () => {
    isPaused = true;
  });
  // The one use of the Debugger domain: switched on, it says at once whether the thread is paused.
  await session.send('Debugger.enable', {}, 8_000);
  await session.send('Runtime.evaluate', { expression: '0', returnByValue: true, silent: true }, 8_000);
  if (!isPaused) {
    await session.send('Debugger.disable', {}, 8_000);
    return;
  }
  throw new AttachError(
    'Another debugger has the target paused. Nothing was done.',
    'Resume it there (or close that debugger), then try again.',
  );
}

async function detachFrom(session: InspectorSession, closesInspector: boolean): Promise<boolean> {
  if (session.isClosed) return true;
  if (!closesInspector) {
    await session.close();
    return true;
  }
  // Closing from inside ends our own connection, also while the event loop is blocked (Node 16 to 26).
  const expression = "(() => { try { require('inspector').close(); } catch { process._debugEnd(); } })()";
  const params = { expression, includeCommandLineAPI: true, silent: true };
  const asked = session.send('Runtime.evaluate', params, 3_000).catch(() => {});
  const isGone = await Promise.race([session.closed.then(() => true), asked.then(() => giveTime(session))]);
  await session.close();
  return isGone;
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

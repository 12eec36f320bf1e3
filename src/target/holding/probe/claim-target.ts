// Runs in the target, right after attaching: claims the process for one capture. A second capture finds the claim and
// leaves. When the holder is gone, the claim closes the inspector that was opened for it and removes itself.
import { findLoad, type Load } from '../../../probe/load.ts';
import { askHolder, type ClaimMessage, claimChannel, type Holder } from './claim-channel.ts';

export interface ClaimConfig {
  /** The script name this runs under. */
  url: string;
  token: string;
  /** The pid of whoever claims. */
  pid: number;
  /** The claim expires when nothing was asked on our behalf for so long. */
  leaseMillis: number;
  /** Whether the expiring claim closes the inspector: only when we opened it. */
  closeInspector: boolean;
  /** Ends the claim of a holder that has been silent for twice its lease: where the loop is blocked, no timer ends it. */
  takesOver: boolean;
}

/**
 * `claimed` also where the token holds it already; `closesInspector`: what we opened, or the holder that we took over from.
 * `no-access`: to built-in modules, so that nothing can be claimed.
 */
export type ClaimAnswer =
  | { is: 'claimed'; closesInspector: boolean }
  | { is: 'held'; holder: Holder }
  | { is: 'no-access' };

const TICK_MILLIS = 500;
/** On 16 a process that has a session of its own cannot be spoken to after its inspector was closed. */
const OLDEST_TO_MOVE = 18;

export function claimTarget(requireOrNothing: Load | undefined, config: ClaimConfig): ClaimAnswer {
  try {
    const load = findLoad(requireOrNothing);
    if (!load) return { is: 'no-access' };
    const say = config.takesOver ? 'expire' : 'who';
    const { holder, isYours, hasExpired } = askHolder(load, { say, token: config.token });
    if (holder && !isYours && !hasExpired) return { is: 'held', holder };
    const closesInspector = config.closeInspector || holder?.closesInspector === true;
    if (!isYours) hold(load, { ...config, closeInspector: closesInspector });
    return { is: 'claimed', closesInspector };
  } catch {
    return { is: 'no-access' };
  }
}

function hold(load: Load, config: ClaimConfig): void {
  const channel = claimChannel(load);
  const timers: typeof import('node:timers') = load('timers');
  const inspector: Inspector = load('inspector');
  const { performance }: typeof import('node:perf_hooks') = load('perf_hooks');
  const from = performance.now();
  let lastTickAt = from;
  let silentMillis = 0;
  let heardAt = from;
  let closesInspector = config.closeInspector;
  let restorePort = () => {};
  const end = () => {
    channel.unsubscribe(hear);
    timers.clearInterval(timer);
    restorePort();
  };
  const hear = (message: unknown) => {
    try {
      const { say, token } = message as ClaimMessage;
      if (say === 'close') closesInspector = true;
      const isYours = token === config.token;
      const now = performance.now();
      const holder: Holder = {
        pid: config.pid,
        heldMillis: now - from,
        silentMillis: now - heardAt,
        closesInspector,
      };
      const hasExpired = say === 'expire' && !isYours && holder.silentMillis > 2 * config.leaseMillis;
      Object.assign(message as ClaimMessage, { isYours, holder, hasExpired });
      if (hasExpired) end();
      if (isYours || say === 'renew') {
        silentMillis = 0;
        heardAt = now;
      }
      if (!isYours) return;
      if (say === 'end') end();
      if (say !== 'move' || !canMove()) return;
      (message as ClaimMessage).isMoving = true;
      restorePort = moveInspector(inspector);
    } catch {}
  };
  const timer = timers.setInterval(() => {
    try {
      // A pause that we cause ourselves is one long tick, and no silence of ours.
      silentMillis += Math.min(performance.now() - lastTickAt, 2 * TICK_MILLIS);
      lastTickAt = performance.now();
      if (silentMillis < config.leaseMillis) return;
      end();
      if (closesInspector) inspector.close();
    } catch {}
  }, TICK_MILLIS);
  timer.unref();
  channel.subscribe(hear);
}

interface Inspector {
  open(port: number): void;
  close(): void;
}

function canMove(): boolean {
  return Number.parseInt(process.versions.node, 10) >= OLDEST_TO_MOVE && !process.versions.deno;
}

/**
 * Closes the inspector, which ends the connection that asked for this, and opens it on a free port. The next SIGUSR1 finds
 * the old port as it was; where that has to wait, it is done by what this returns.
 */
function moveInspector(inspector: Inspector): () => void {
  const port = process.debugPort;
  const restorePort = () => {
    process.debugPort = port;
  };
  inspector.close();
  try {
    // Without a host, it stays the one that the program was started with.
    inspector.open(0);
  } catch {
    // Some versions refuse to open it where the program has a session of its own; the signal does not.
    process.debugPort = 0;
    process.kill(process.pid, 'SIGUSR1');
    return restorePort;
  }
  restorePort();
  return () => {};
}

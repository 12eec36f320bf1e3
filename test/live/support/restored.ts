// The proof that a process is as it was: seen from outside (descriptors, ports, threads) and from inside.
import { isCpuProfilerOn, openFds, openInspectorPort } from './observe.ts';
import { type InnerState, innerState } from './observed-app.ts';
import type { RunningTarget } from './target.ts';
import { delay } from './wait.ts';

export interface Snapshot {
  inner: InnerState;
  fds: string[];
}

/** Asks until two looks in a row agree: sockets of our own requests come and go. */
export async function takeSnapshot(target: RunningTarget): Promise<Snapshot> {
  let last = '';
  for (let tries = 0; tries < 40; tries++) {
    const inner = await innerState(target);
    await delay(60);
    const snapshot = { inner, fds: openFds(target.pid) };
    const text = JSON.stringify(snapshot);
    if (text === last) return snapshot;
    last = text;
  }
  throw new Error(`The target does not come to rest: ${last}`);
}

/** All that differs from `before`, one line each; empty when the target is as it was. */
export async function differences(target: RunningTarget, before: Snapshot): Promise<string[]> {
  const found: string[] = [];
  const port = await openInspectorPort(target.pid, target.port);
  if (port !== null) found.push(`the inspector listens on ${port}`);
  if (isCpuProfilerOn(target.pid)) found.push('the CPU profiler runs');
  const inner = await innerState(target);
  for (const key of new Set([...Object.keys(before.inner), ...Object.keys(inner)])) {
    const [was, is] = [JSON.stringify(before.inner[key]), JSON.stringify(inner[key])];
    if (was !== is) found.push(`${key}: ${was} -> ${is}`);
  }
  await delay(60);
  const fds = openFds(target.pid);
  if (fds.length !== before.fds.length)
    found.push(`fds: ${before.fds.length} -> ${fds.length}: ${changes(before.fds, fds)}`);
  return found;
}

function changes(before: string[], after: string[]): string {
  const count = new Map<string, number>();
  for (const name of after) count.set(name, (count.get(name) ?? 0) + 1);
  for (const name of before) count.set(name, (count.get(name) ?? 0) - 1);
  return [...count]
    .filter(([, n]) => n !== 0)
    .map(([name, n]) => `${n > 0 ? '+' : ''}${n} ${name}`)
    .join(', ');
}

/** Asks until nothing differs. Resolves with how long that took, or with what still differs at the end. */
export async function untilRestored(
  target: RunningTarget,
  before: Snapshot,
  withinMillis: number,
): Promise<{ millis: number; left: string[] }> {
  const from = performance.now();
  for (;;) {
    const left = await differences(target, before).catch((error: unknown) => [`no answer: ${String(error)}`]);
    const millis = performance.now() - from;
    if (left.length === 0 || millis > withinMillis) return { millis, left };
    await delay(100);
  }
}

/** Nothing comes back later: hooks work in bursts, so one look may fall into a rest. */
export async function staysRestored(
  target: RunningTarget,
  before: Snapshot,
  millis: number,
): Promise<string[]> {
  const deadline = performance.now() + millis;
  while (performance.now() < deadline) {
    const found = await differences(target, before);
    if (found.length > 0) return found;
    await delay(40);
  }
  return [];
}

export interface Pinger {
  /** Stops; resolves with the counts. */
  stop(): Promise<{ answered: number; failed: number }>;
}

/** Asks the server for its front page all the time. */
export function startPinging(target: RunningTarget, everyMillis = 100): Pinger {
  let isOn = true;
  let answered = 0;
  let failed = 0;
  const done = (async () => {
    while (isOn) {
      await target.get('/', 20_000).then(
        () => answered++,
        () => failed++,
      );
      await delay(everyMillis);
    }
  })();
  return {
    async stop() {
      isOn = false;
      await done;
      return { answered, failed };
    },
  };
}

// Timers and clocks as they were before any test could put fake ones in their place.
import process from 'node:process';
import timers from 'node:timers';

const { setTimeout, clearTimeout, setImmediate } = timers;
const readClock = process.hrtime.bigint;
const globalSetTimeout = globalThis.setTimeout;

/** Monotonic milliseconds. */
export function nowMillis(): number {
  return Number(readClock()) / 1e6;
}

export function sleep(millis: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, millis));
}

/** One turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

/** Calls back after so long unless it is called off; keeps nothing alive. */
export function alarm(millis: number, ring: () => void): () => void {
  const timer = setTimeout(ring, millis);
  timer.unref();
  return () => clearTimeout(timer);
}

/** vi.useFakeTimers, jest.useFakeTimers (both: sinon's clock), or mock.timers of node:test. */
export function areTimersFake(): boolean {
  const now: typeof setTimeout & { clock?: unknown } = globalThis.setTimeout;
  return now !== globalSetTimeout || now.clock !== undefined;
}

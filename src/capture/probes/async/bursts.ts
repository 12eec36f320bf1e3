// Hooks are on in bursts: the busier the process, the shorter each is, and the smaller their share of the time.
import type { ProbeCore } from '../core.ts';

export interface BurstParts {
  on(): void;
  off(): void;
  /** The end of a burst, of so many seconds: how many creations it has seen. Asked again for each burst. */
  settle(seconds: number): number;
  /** Runs work of ours that makes async resources. */
  asOwnWork<T>(work: () => T): T;
}

const LONG_MILLIS = 100;
const SHORT_MILLIS = 15;

/** Begins with a burst at once; goes on until the probe stops. */
export function startBursts(core: ProbeCore, { on, off, settle, asOwnWork }: BurstParts): void {
  const timers: typeof import('node:timers') = core.load('timers');
  const { asyncInitsPerSecond, longestRestMillis } = core.config;
  let millis = LONG_MILLIS;
  let timer: NodeJS.Timeout | null = null;
  core.cleanups.push(() => timer && timers.clearTimeout(timer));
  const later = (work: () => void, delay: number) =>
    asOwnWork(() => {
      timer = timers.setTimeout(work, delay);
      timer.unref();
    });
  const end = (from: number) => {
    const seconds = Math.max(0.02, (core.now() - from) / 1000);
    const perSecond = settle(seconds) / seconds;
    // A busy process shows enough in a shorter burst.
    millis = perSecond > 20 * asyncInitsPerSecond ? SHORT_MILLIS : LONG_MILLIS;
    const share = Math.min(1, asyncInitsPerSecond / Math.max(1, perSecond));
    if (share >= 0.9) return begin();
    off();
    later(begin, Math.min(longestRestMillis, (millis * (1 - share)) / share));
  };
  const begin = () => {
    try {
      if (core.isStopped()) return;
      const from = core.now();
      on();
      later(() => {
        try {
          end(from);
        } catch {}
      }, millis);
    } catch {}
  };
  begin();
}

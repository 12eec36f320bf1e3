// How late the event loop is over a short capture. It uses a timer of its own, not a histogram of Node: that one loses the
// block during which it is started or read.
import type { InnerSettings } from '../../../model/settings/settings.ts';
import type { Load } from '../../../probe/load.ts';

export interface LoopTicks {
  read(): InnerSettings['loopDelay'];
  stop(): void;
}

const TICK_MILLIS = 10;
const MAX_TICKS = 2_000;

export function startLoopTicks(load: Load): LoopTicks {
  const timers: typeof import('node:timers') = load('timers');
  const { performance }: typeof import('node:perf_hooks') = load('perf_hooks');
  const from = performance.now();
  const delays: number[] = [];
  let ticked = from;
  const tick = () => {
    const at = performance.now();
    if (delays.length < MAX_TICKS) delays.push(Math.max(0, at - ticked - TICK_MILLIS));
    ticked = at;
  };
  const ticker = timers.setInterval(tick, TICK_MILLIS);
  ticker.unref();
  return {
    read() {
      // The block that we are in, if we are in one.
      tick();
      const sorted = delays.slice().sort((a, b) => a - b);
      const at = (part: number) => Math.round(sorted[Math.floor((sorted.length - 1) * part)] ?? 0);
      return { lookMillis: Math.round(performance.now() - from), p99Millis: at(0.99), maxMillis: at(1) };
    },
    stop: () => timers.clearInterval(ticker),
  };
}

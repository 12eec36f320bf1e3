// The delay of the event loop as the probe counts it: a sample may be asked for in the middle of a block.
import type { monitorEventLoopDelay } from 'node:perf_hooks';
import { expect, test } from 'vitest';
import type { ProbeCore } from '../../src/capture/probes/core.ts';
import { createCounters } from '../../src/capture/probes/counters/counters.ts';

/** Histograms whose timers fire when the test says; a reset forgets the firing before, as Node's does. */
function fakeHistograms() {
  const made: { values: number[]; since: number | null }[] = [];
  let now = 0;
  const create = (): Partial<ReturnType<typeof monitorEventLoopDelay>> => {
    const state: (typeof made)[number] = { values: [], since: 0 };
    made.push(state);
    return {
      enable: () => true,
      disable: () => true,
      reset() {
        state.values = [];
        state.since = null;
      },
      get min() {
        return state.values.length === 0 ? 9e18 : Math.min(...state.values) * 1e6;
      },
      get max() {
        return state.values.length === 0 ? 0 : Math.max(...state.values) * 1e6;
      },
      get mean() {
        return (state.values.reduce((sum, value) => sum + value, 0) / state.values.length) * 1e6;
      },
      percentile: () => (state.values[0] ?? 0) * 1e6,
    };
  };
  return {
    create,
    now: () => now,
    fire(afterMillis: number) {
      now += afterMillis;
      for (const state of made) {
        if (state.since !== null) state.values.push(now - state.since);
        state.since = now;
      }
    },
    pass(millis: number) {
      now += millis;
    },
  };
}

test('a block in whose middle a sample is taken is told with the next one, once', async () => {
  const histograms = fakeHistograms();
  const perf = await import('node:perf_hooks');
  const modules: Record<string, unknown> = {
    perf_hooks: { ...perf, monitorEventLoopDelay: histograms.create },
    v8: await import('node:v8'),
  };
  const cleanups: (() => void)[] = [];
  const core = { load: (id: string) => modules[id], now: histograms.now, cleanups } as unknown as ProbeCore;
  const counters = createCounters(core);
  const quiet = () => {
    for (let i = 0; i < 100; i++) histograms.fire(11);
  };
  const maxOf = () => Math.round(counters.sample().eventLoopDelayMillis?.max ?? -1);
  quiet();
  expect(maxOf()).toBe(1);
  quiet();
  histograms.pass(300);
  expect(maxOf()).toBe(1);
  // Its other half: the timer fires 500 ms after it fired last.
  histograms.fire(200);
  quiet();
  expect(maxOf()).toBe(490);
  quiet();
  expect(maxOf()).toBe(1);
  // Two samples in one block, the second right after the first, as heap reads take them.
  histograms.pass(250);
  expect(maxOf()).toBe(-1);
  histograms.pass(5);
  maxOf();
  histograms.fire(245);
  quiet();
  expect(maxOf()).toBe(490);
  for (const cleanup of cleanups) cleanup();
});

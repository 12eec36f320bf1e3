// When the CPU of a thread is profiled: at once where that is not felt, and otherwise for a thread that is busy.
import { expect, test } from 'vitest';
import type { CaptureOptions } from '../../src/capture/context.ts';
import { CpuWhenNeeded } from '../../src/capture/thread/cpu-when-needed.ts';
import { MB } from '../support/build-observations.ts';
import { type FakeAnswers, fakeContext, fakeThread } from '../support/fake-capture.ts';

interface Second {
  utilization?: number;
  delayMillis?: number;
}

type Options = Partial<CaptureOptions & { nodeVersion: string }>;

const LARGE = 70 * MB;
const QUIET: Second = {};

/** What was done to a thread that was so in each second. */
async function look(seconds: Second[], answers: FakeAnswers, options: Options = {}) {
  const thread = fakeThread(answers);
  const context = fakeContext([thread], { maxPauseMillis: 100, ...options });
  const profiles = new CpuWhenNeeded(context);
  for (const [i, { utilization = 0.05, delayMillis = 5 }] of seconds.entries()) {
    context.atMillis = (i + 1) * 1_000;
    Object.assign(thread.counters.load, { utilization, longestDelayMillis: delayMillis });
    await profiles.step(thread);
  }
  return thread.calls.filter((call) => /^(startCpu|startByAsking)/.test(call));
}

test.each<[what: string, seconds: Second[], heapUsedBytes: number, options: Options, done: string[]]>([
  ['a small heap: at once', [QUIET], 9 * MB, {}, ['startCpu 1000']],
  ['a heap of 30 MB of a quiet thread: never', [QUIET, QUIET], 30 * MB, { nodeVersion: 'v20.20.2' }, []],
  [
    'a heap of some size: for a thread that is at work',
    [QUIET, { utilization: 0.25 }],
    40 * MB,
    {},
    ['startCpu 1000'],
  ],
  ['a large heap of a thread that is hardly at work: never', [{ utilization: 0.25 }], LARGE, {}, []],
  ['a large heap of a quiet thread: never', Array(20).fill(QUIET), LARGE, {}, []],
  ['a large heap of a busy thread', [QUIET, { utilization: 0.4 }], LARGE, {}, ['startCpu 1000']],
  ['the busier, the coarser', [{ utilization: 0.95 }], LARGE, {}, ['startCpu 5000']],
  ['one long delay', [QUIET, { delayMillis: 120 }], LARGE, {}, ['startCpu 1000']],
  ['two short delays', [{ delayMillis: 60 }, QUIET, { delayMillis: 60 }], LARGE, {}, []],
  [
    'three short delays',
    [{ delayMillis: 60 }, { delayMillis: 60 }, QUIET, { delayMillis: 60 }],
    LARGE,
    {},
    ['startCpu 1000'],
  ],
  [
    'a heap so large that the start would be felt for long: by asking',
    [{ utilization: 0.4 }],
    100 * MB,
    {},
    ['startByAsking'],
  ],
  [
    'the same heap on Node 20, where the start takes less',
    [{ utilization: 0.4 }],
    100 * MB,
    { nodeVersion: 'v20.20.2' },
    ['startCpu 1000'],
  ],
  ['a thread that gets busy at the end', [...Array(27).fill(QUIET), { utilization: 1 }], LARGE, {}, []],
  ['"always"', [QUIET], LARGE, { cpu: 'always' }, ['startCpu 1000']],
  ['"off"', [{ utilization: 1 }], 20 * MB, { cpu: 'off' }, []],
])('%s', async (_, seconds, heapUsedBytes, options, done) => {
  expect(await look(seconds, { heapUsedBytes }, options)).toEqual(done);
});

test('a worker that was not sampled yet waits for its first sample', async () => {
  expect(await look([{ utilization: 1 }], { heapUsedBytes: undefined })).toEqual([]);
});

// How garbage comes to be collected, and when the heap profile is read: with a clock set by hand.
import { afterEach, describe, expect, test, vi } from 'vitest';

import { HeapReads } from '../../src/capture/heap/heap-reads.ts';
import { chooseIntervals } from '../../src/capture/heap/ladder.ts';
import type { ProbeClient } from '../../src/probe/client/probe-client.ts';
import { MB } from '../support/build-observations.ts';
import { type FakeContext, type FakeThread, fakeContext, fakeThread } from '../support/fake-capture.ts';

interface Program {
  /** Bytes in use after the nth collection. */
  floor(nth: number): number;
  /** Collects by itself each so many seconds; 0: never. */
  collectsEvery: number;
  /** V8 collects a second after it was asked to. */
  isEncouraged: boolean;
}

const HEALTHY: Program = { floor: () => 20 * MB, collectsEvery: 0, isEncouraged: true };
const LARGE: Partial<Program> = { floor: (nth) => (100 + nth) * MB };
afterEach(() => void vi.restoreAllMocks());

const LEAKING: Program = { ...HEALTHY, floor: (nth) => (20 + nth) * MB };

/** A whole capture of a program, one step each second. */
async function look(
  program: Partial<Program> = {},
  {
    heap = 20 * MB,
    options = {},
    isAsked = false,
    intervals = chooseIntervals(0, 0),
    load = {},
    promoted = 0,
    minors = 0,
    outside = 0,
    isHeld = false,
    id = 0,
    answerMillis = 0,
    collectsAfter = 1,
    explainedFrom = Number.POSITIVE_INFINITY,
  } = {},
) {
  const { floor, collectsEvery, isEncouraged } = { ...HEALTHY, ...program };
  const thread = fakeThread({ id, heapUsedBytes: heap });
  Object.assign(thread.counters.load, load);
  const context = fakeContext([thread], { maxPauseMillis: 100, ...options });
  const collect = () => thread.counters.floors.push(floor(thread.counters.floors.length));
  const forced: number[] = [];
  let clock = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => clock);
  const force = (call: string) => {
    thread.calls.push(call);
    forced.push(context.atMillis / 1_000);
    collect();
  };
  let dueAt = Number.POSITIVE_INFINITY;
  const call: ProbeClient['call'] = async (method, ..._args) => {
    thread.calls.push(method);
    if (isEncouraged && method === 'encourageCollection') dueAt = context.atMillis / 1_000 + collectsAfter;
    return isEncouraged as never;
  };
  const acting: FakeThread = {
    ...thread,
    probe: thread.probe && { ...thread.probe, call, isHeld },
    collectGarbage: async () => force('collectGarbage'),
    async readHeap() {
      force('readHeap');
      clock += answerMillis;
      context.budget.note(id, [{ step: 'read heap profile', count: 1, totalMillis: 8, longestMillis: 8 }]);
      return 8;
    },
  };
  const acted: FakeContext = { ...context, forEachThread: async (work) => void (await work(acting)) };
  Object.defineProperty(acted, 'atMillis', { get: () => context.atMillis });
  acted.elapsed = () => context.atMillis;
  const reads = new HeapReads(
    acted,
    () => isAsked,
    () => context.atMillis >= explainedFrom * 1_000,
  );
  if (intervals) reads.begin(intervals);
  const collectedAt: number[] = [];
  for (; context.atMillis < context.options.durationMillis; context.atMillis += 1_000) {
    const second = context.atMillis / 1_000;
    thread.counters.oldGeneration.push(heap + promoted * second);
    Object.assign(thread.counters, { minorCollections: minors * second, externalBytes: outside * second });
    if (second >= dueAt || (collectsEvery > 0 && second > 0 && second % collectsEvery === 0)) collect();
    if (second >= dueAt) dueAt = Number.POSITIVE_INFINITY;
    if (await reads.whenDue()) collectedAt.push(second);
  }
  await reads.last();
  const count = (made: string) => thread.calls.filter((each) => each.startsWith(made)).length;
  return { thread, count, forced, collectedAt, warnings: context.outcome.warnings };
}

describe('a heap that does not rise', () => {
  test('that V8 collects by itself is neither collected by force nor asked to be', async () => {
    const { forced, count, thread } = await look({ collectsEvery: 1 });
    expect(forced).toEqual([]);
    expect(count('encourageCollection')).toBeLessThanOrEqual(1);
    expect(count('startHeap')).toBe(0);
    expect(thread.counters.floors.length).toBeGreaterThan(20);
  });

  test.each([
    [1, 0],
    [3, 0],
    [0, 1],
  ])(
    'in a short capture, where V8 collects every %i s by itself, is sampled %i times',
    async (collectsEvery, sampled) => {
      const { count } = await look({ collectsEvery }, { options: { durationMillis: 20_000 } });
      expect(Math.min(count('startHeap'), 1)).toBe(sampled);
    },
  );

  test('that V8 does not collect by itself is collected six times, when V8 was asked to', async () => {
    const { forced, count, thread } = await look();
    expect(forced).toEqual([]);
    expect(count('encourageCollection')).toBe(6);
    expect(thread.counters.floors).toHaveLength(6);
  });

  test.each<[what: string, heapBytes: number, collectsAfter: number, forced: number]>([
    ['takes its time is waited for, since a collection by force would be felt', 20 * MB, 4, 0],
    ['takes for ever is not', 20 * MB, 60, 1],
    ['takes its time is not, where that would not be felt', 4 * MB, 4, 1],
  ])('of a V8 that was asked and %s', async (_, heap, collectsAfter, least) => {
    const { forced } = await look({ floor: () => heap }, { heap, collectsAfter });
    if (least === 0) expect(forced).toEqual([]);
    else expect(forced.length).toBeGreaterThanOrEqual(least);
  });

  test('of a V8 that cannot be asked is collected by force, within the budget of the capture', async () => {
    const { forced } = await look({ isEncouraged: false });
    expect(forced.length).toBeGreaterThanOrEqual(2);
    expect(forced.length).toBeLessThanOrEqual(7);
  });

  test('of a thread whose event loop does not turn is not collected by force: V8 would never come to it', async () => {
    const { forced } = await look({ isEncouraged: false }, { isHeld: true });
    expect(forced).toEqual([]);
  });

  const busy = { utilization: 0.8 };
  test.each<[what: string, megabytes: number, load: object]>([
    ['is large', 100, {}],
    ['is small, in a busy program,', 20, busy],
  ])(
    'and %s is collected as soon as something of it may stay, and before that not at all',
    async (_, megabytes, load) => {
      const heap = megabytes * MB;
      const program = { floor: () => heap };
      const still = await look(program, { heap, load, promoted: 1_000, minors: 1 });
      expect([still.forced, still.count('encourageCollection')]).toEqual([[], 0]);
      const moving = await look(program, { heap, load, promoted: 200_000, minors: 1 });
      expect(moving.count('encourageCollection')).toBeGreaterThanOrEqual(5);
    },
  );

  test('is collected as well where what may stay is outside the heap', async () => {
    const { count } = await look({}, { load: busy, promoted: 1_000, minors: 1, outside: MB });
    expect(count('encourageCollection')).toBe(6);
  });

  test('and is large is collected in the second half where nothing was old enough to be promoted', async () => {
    const program = { floor: () => 100 * MB };
    const { count, forced } = await look(program, { heap: 100 * MB });
    expect(forced).toEqual([]);
    expect(count('encourageCollection')).toBeGreaterThanOrEqual(1);
    expect(count('encourageCollection')).toBeLessThanOrEqual(6);
  });

  test('but whose last collection came amid a burst is collected again, although nothing was added since', async () => {
    const burst = (nth: number) => (nth === 2 ? 115 : 100) * MB;
    const many = { heap: 100 * MB, minors: 2 };
    const { thread } = await look({ floor: burst, collectsEvery: 4 }, many);
    const { thread: alone } = await look({ floor: () => 100 * MB, collectsEvery: 14 }, many);
    expect(thread.calls.filter((call) => call === 'encourageCollection').length).toBeGreaterThan(
      alone.calls.filter((call) => call === 'encourageCollection').length,
    );
  });

  test('and whose marking in one pause would be longer than is allowed is not collected for us, unless it may be', async () => {
    const program = { floor: () => 300 * MB };
    const moving = { heap: 300 * MB, promoted: 4 * MB, minors: 2 };
    const left = await look(program, moving);
    expect([left.forced, left.count('encourageCollection')]).toEqual([[], 0]);
    const allowed = await look(program, { ...moving, options: { maxPauseMillis: 300 } });
    expect(allowed.count('encourageCollection')).toBeGreaterThanOrEqual(4);
  });

  test('tells when garbage was collected, so that others look then', async () => {
    const { collectedAt } = await look({ collectsEvery: 7 });
    expect(collectedAt).toEqual(expect.arrayContaining([7, 14, 21, 28]));
  });
});

describe('a heap that rises', () => {
  test('is sampled by allocation stack from then on, and read a few times', async () => {
    const { count, thread } = await look(LEAKING);
    expect(thread.calls.findIndex((call) => call.startsWith('startHeap'))).toBeGreaterThan(0);
    expect(count('readHeap')).toBeGreaterThanOrEqual(5);
    expect(count('readHeap')).toBeLessThanOrEqual(13);
  });

  test.each([60_000, 600_000])(
    'is read often enough for a trend, and hardly more, in %i ms',
    async (durationMillis) => {
      const { count } = await look(LEAKING, { options: { durationMillis } });
      expect(count('readHeap')).toBeGreaterThanOrEqual(6);
      expect(count('readHeap')).toBeLessThanOrEqual(16);
    },
  );

  const large = { heap: 100 * MB, promoted: MB };

  test('of 100 MB is never collected by force; V8 is asked, and one warning says what was left out', async () => {
    const { forced, count, thread, warnings } = await look(LARGE, large);
    expect(forced).toEqual([]);
    expect(count('startHeap')).toBe(0);
    expect(count('encourageCollection')).toBeGreaterThanOrEqual(6);
    expect(thread.counters.floors.length).toBeGreaterThanOrEqual(6);
    expect(warnings).toEqual([
      { code: 'heap-reads-too-long', estimateMillis: expect.any(Number), maxPauseMillis: 100 },
    ]);
  });

  test('of 100 MB is read where --max-pause allows it', async () => {
    const { count, warnings } = await look(LARGE, { ...large, options: { maxPauseMillis: 1_000 } });
    expect(count('readHeap')).toBeGreaterThan(0);
    expect(warnings).toEqual([]);
  });

  test('of a worker is read by what the worker was held for, however long its answers take', async () => {
    const worker = await look(LEAKING, { id: 3, answerMillis: 200 });
    expect(worker.count('readHeap')).toBeGreaterThanOrEqual(5);
    const main = await look(LEAKING, { id: 0, answerMillis: 200 });
    expect(main.count('readHeap')).toBeLessThanOrEqual(2);
  });

  test('is read again a third of the capture after a read that took far longer than its size explains', async () => {
    const slow = await look(LEAKING, { answerMillis: 95 });
    expect(slow.count('readHeap')).toBeGreaterThanOrEqual(3);
    expect(slow.count('readHeap')).toBeLessThanOrEqual(4);
  });

  test('of a collection that was caught being filled is read once where that is felt, and V8 is asked instead', async () => {
    const { forced, count, thread } = await look(LEAKING, { answerMillis: 60, explainedFrom: 8 });
    expect(forced).toHaveLength(1);
    expect(count('encourageCollection')).toBeGreaterThanOrEqual(6);
    expect(thread.counters.floors.length).toBeGreaterThanOrEqual(7);
    const cheap = await look(LEAKING, { answerMillis: 5, explainedFrom: 8 });
    expect(cheap.count('readHeap')).toBeGreaterThanOrEqual(5);
  });

  test('is not sampled while so much that it would be felt', async () => {
    const { count } = await look(LEAKING, { load: { utilization: 0.98, allocated: 200 * MB } });
    expect(count('startHeap')).toBe(0);
    expect(count('encourageCollection')).toBeGreaterThanOrEqual(4);
  });
});

test('where something else asks for it, the first collection comes at once', async () => {
  const { collectedAt } = await look({}, { isAsked: true });
  expect(collectedAt[0]).toBe(0);
});

test('a capture too short to judge growth collects nothing', async () => {
  const { thread } = await look(LEAKING, { intervals: null as never });
  expect(thread.calls).toEqual([]);
});

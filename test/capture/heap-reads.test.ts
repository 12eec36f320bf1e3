// How often the heap profile is read, how finely, and when not at all: with a clock set by hand.
import { describe, expect, test } from 'vitest';
import { HeapReads } from '../../src/capture/heap/heap-reads.ts';
import { MB } from '../support/build-observations.ts';
import { type FakeContext, type FakeThread, fakeContext, fakeThread } from '../support/fake-capture.ts';

/** Asks each second whether a read is due, for all of the look. */
async function look(reads: HeapReads, context: FakeContext): Promise<void> {
  for (; context.atMillis < context.options.durationMillis; context.atMillis += 1_000) await reads.whenDue();
  await reads.last();
}

const count = (thread: FakeThread, call: string) => thread.calls.filter((made) => made === call).length;

const asked = () => true;

describe('reading the heap profile', () => {
  test.each([30_000, 60_000, 600_000])(
    'is done a few times where nothing rises, in %i ms',
    async (durationMillis) => {
      const thread = fakeThread();
      const context = fakeContext([thread], { durationMillis });
      await look(new HeapReads(context), context);
      expect(count(thread, 'readHeap')).toBe(2);
    },
  );

  test('is done once more where the old generation has become larger', async () => {
    const thread = fakeThread();
    const context = fakeContext([thread]);
    const reads = new HeapReads(context);
    context.atMillis = 2_000;
    await reads.whenDue();
    thread.counters.oldGeneration.push(20 * MB, 24 * MB);
    await look(reads, context);
    expect(count(thread, 'readHeap')).toBe(3);
  });

  test('is done more often from the first rise on', async () => {
    const thread = fakeThread();
    let reads = 0;
    const readHeap = async () => {
      thread.counters.floors.push((20 + ++reads) * MB);
      return 8;
    };
    const context = fakeContext([{ ...thread, readHeap }]);
    const heapReads = new HeapReads(context);
    for (; context.atMillis < 30_000; context.atMillis += 1_000) {
      thread.counters.oldGeneration.push(20 * MB + context.atMillis * 100);
      await heapReads.whenDue();
    }
    expect(reads).toBeGreaterThanOrEqual(8);
  });

  test.each([30_000, 60_000, 600_000])(
    'is done often enough for a trend, and hardly more, in %i ms',
    async (durationMillis) => {
      const thread = fakeThread();
      const context = fakeContext([thread], { durationMillis });
      await look(new HeapReads(context, asked), context);
      expect(count(thread, 'readHeap')).toBeGreaterThanOrEqual(8);
      expect(count(thread, 'readHeap')).toBeLessThanOrEqual(24);
    },
  );

  test('notes the pause of every read', async () => {
    const thread = fakeThread({ heapReadMillis: 12 });
    const context = fakeContext([thread]);
    await look(new HeapReads(context), context);
    expect(context.outcome.pausesMillis).toEqual(Array(count(thread, 'readHeap')).fill(12));
  });

  test('is rarer where each read is a long pause', async () => {
    const [quick, slow] = [fakeThread(), fakeThread({ heapReadMillis: 500 })];
    for (const thread of [quick, slow]) {
      const context = fakeContext([thread], { durationMillis: 60_000 });
      await look(new HeapReads(context, asked), context);
    }
    expect(count(slow, 'readHeap')).toBeLessThan(count(quick, 'readHeap') / 2);
  });

  test('is left out for good, with one warning, when a read would exceed --max-pause', async () => {
    const thread = fakeThread({ heapUsedBytes: 3_000 * MB });
    const context = fakeContext([thread]);
    await look(new HeapReads(context), context);
    expect(count(thread, 'readHeap')).toBe(0);
    expect(context.outcome.warnings).toEqual([
      { code: 'heap-reads-too-long', estimateMillis: expect.any(Number), maxPauseMillis: 1_000 },
    ]);
  });
});

describe('heap sampling', () => {
  test('that has become far too fine for the load begins again, coarser', async () => {
    const thread = fakeThread();
    const context = fakeContext([thread]);
    const reads = new HeapReads(context);
    await reads.whenDue();
    Object.assign(thread.counters.load, { utilization: 0.5, allocated: 200 * MB });
    await reads.whenDue();
    const started = thread.calls
      .filter((call) => call.startsWith('startHeap'))
      .map((call) => Number(call.split(' ')[1]));
    expect(started).toHaveLength(1);
    expect(started[0]).toBeGreaterThan(8 * 32 * 1_024);
    await reads.whenDue();
    expect(count(thread, 'stopHeap')).toBe(1);
  });

  test('goes off while a core is saturated with garbage, and is read no more', async () => {
    const thread = fakeThread();
    Object.assign(thread.counters.load, { utilization: 0.98, allocated: 200 * MB });
    const context = fakeContext([thread]);
    await look(new HeapReads(context), context);
    expect(thread.heap.isOn).toBe(false);
    expect(count(thread, 'readHeap')).toBe(0);
  });

  test('comes back once the old generation rises look after look, and stays when that was no garbage', async () => {
    const thread = fakeThread();
    Object.assign(thread.counters.load, { utilization: 0.98, allocated: 200 * MB });
    const context = fakeContext([thread]);
    const reads = new HeapReads(context);
    reads.begin({ cpuMicros: 5_000, heapBytes: 700_000, isHeapDeferred: true });
    await reads.whenDue();
    thread.counters.oldGeneration.push(
      ...[20, 21, 22, 23, 24, 25, 26, 27].map((megabytes) => megabytes * MB),
    );
    context.atMillis = 10_000;
    await reads.whenDue();
    expect(count(thread, 'readHeap')).toBe(1);
    expect(thread.heap.isOn).toBe(true);
  });

  test('goes off again when all of the rise was garbage', async () => {
    const thread = fakeThread();
    Object.assign(thread.counters.load, { utilization: 0.98, allocated: 200 * MB });
    thread.counters.oldGeneration.push(
      ...[20, 21, 22, 23, 24, 25, 26, 27].map((megabytes) => megabytes * MB),
    );
    // What is in use after the GC of the read.
    const afterGc = { ...thread, readHeap: async () => thread.counters.oldGeneration.push(20 * MB) };
    const context = fakeContext([afterGc]);
    await new HeapReads(context).whenDue();
    expect(thread.heap.isOn).toBe(false);
    expect(thread.calls.at(-1)).toBe('stopHeap');
  });
});

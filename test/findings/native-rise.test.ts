// Native memory that slackens: said, but neither called a leak nor health.
import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import {
  buildLook,
  change,
  collection,
  type Habit,
  heapFloor,
  MB,
  native,
} from '../support/build-observations.ts';
import { filling, linear, settling } from '../support/shapes.ts';

const judged = (...habits: Habit[]) => judge(gatherFacts(buildLook(30, ...habits)));

describe('resident memory that rises ever more slowly', () => {
  test('outside of the heap is neither a leak nor health while it still rises', () => {
    const { verdict, verdictReason, findings, nextMeasurement } = judged(native(settling(7, 120 * MB)));
    expect([verdict, findings]).toEqual(['too-little-data', []]);
    expect(verdictReason).toMatch(
      /^Resident memory rose from [\d.]+ MB to [\d.]+ MB in 30 s, more slowly towards the end; [\d.]+ MB of that lies outside the heap and its buffers\. The end of start-up looks like this, and so does a native leak while the allocator reuses freed memory\.$/,
    );
    expect(nextMeasurement).toEqual({
      unknown: 'Whether memory outside the heap continues to grow.',
      command: 'culprit diagnose 4242 --duration 5m',
    });
  });

  test.each<[string, Habit]>([
    ['that has come to an end is health', native(filling(8, 120 * MB))],
    ['by little is health', native(settling(7, 20 * MB))],
  ])('%s', (_, habit) => {
    expect(judged(habit).verdict).toBe('healthy');
  });
});

test('what a heap snapshot takes is no rise of the program', () => {
  const written = change((o) => void o.capture.steps.push('snapshot'));
  expect(judged(native(settling(7, 120 * MB)), written).verdict).toBe('healthy');
});

describe('worker threads that are started meanwhile', () => {
  /** Each is sampled from the given second on, as one that was opened then. */
  const workers = (count: number, fromSecond: number): Habit =>
    change(({ runtime }) => {
      const main = runtime.filter(({ atMillis }) => atMillis >= fromSecond * 1_000);
      for (let thread = 1; thread <= count; thread++)
        runtime.push(...main.map((sample) => ({ ...sample, thread, afterGc: false })));
    });
  const take = (bytes: number) => native(settling(7, bytes));

  test('take memory, which is no reason to doubt', () => {
    expect(judged(take(50 * MB)).verdict).toBe('too-little-data');
    expect(judged(take(50 * MB), workers(4, 5)).verdict).toBe('healthy');
  });

  test.each<[string, Habit[]]>([
    ['take less than memory rose by', [take(120 * MB), workers(2, 5)]],
    ['were there before take nothing', [take(50 * MB), workers(4, 1)]],
  ])('and %s', (_, habits) => {
    expect(judged(...habits).verdict).toBe('too-little-data');
  });
});

describe('native memory that rises beside a heap that rises', () => {
  const filled = (heapBytes: number) => [
    heapFloor(linear(heapBytes), 'remember@/app/src/session.js:12'),
    collection(linear(400), 'remember@/app/src/session.js:12', { holderName: 'sessions' }),
  ];
  const kindsOf = (...habits: Habit[]) => judged(...habits).findings.map(({ kind }) => kind);

  test('is part of what the heap takes where it rises less', () => {
    expect(kindsOf(...filled(MB), native(linear(0.4 * MB)))).toEqual(['heap-leak']);
    expect(kindsOf(...filled(0.65 * MB), native(linear(0.82 * MB)))).toEqual(['heap-leak']);
  });

  test('is the cause where it rises more: small objects hold it', () => {
    const { findings } = judged(...filled(0.3 * MB), native(linear(2 * MB)));
    expect(findings[0]).toMatchObject({ kind: 'native-memory-growth', subject: { name: 'sessions' } });
  });
});

describe('native memory that rises by one large step, as when V8 gives up part of its heap, which stays resident', () => {
  const kindsOf = (slowly: number, ...habits: Habit[]) => {
    const stepped = (second: number) => slowly * second + (second < 15 ? 0 : 24 * MB);
    return judged(native(stepped), ...habits).findings.map(({ kind }) => kind);
  };

  test('and hardly else is none that grows', () => {
    expect(kindsOf(0.15 * MB)).toEqual([]);
    const place = 'remember@/app/src/session.js:12';
    const filled = [heapFloor(linear(0.8 * MB), place), collection(linear(400), place)];
    expect(kindsOf(0.15 * MB, ...filled)).toEqual(['heap-leak']);
  });

  test('and by much else is one that grows', () => {
    expect(kindsOf(1.5 * MB)).toEqual(['native-memory-growth']);
  });
});

describe('native memory that nothing explains, in a process that has just started,', () => {
  const aged = (uptimeSeconds: number): Habit =>
    change(({ target }) => {
      target.uptimeSeconds = uptimeSeconds;
    });
  const verdictAt = (uptimeSeconds: number, bytesPerSecond: number) => {
    const { verdict, findings } = judged(aged(uptimeSeconds), native(linear(bytesPerSecond)));
    return [verdict, ...findings.map(({ kind, severity }) => `${severity} ${kind}`)];
  };

  test('may be its start-up', () => {
    expect(verdictAt(1, 0.5 * MB)).toEqual(['healthy']);
    expect(verdictAt(600, 0.5 * MB)).toEqual(['findings', 'warning native-memory-growth']);
  });

  test('is told where start-up does not account for so much', () => {
    expect(verdictAt(1, 2 * MB)).toEqual(['findings', 'notice native-memory-growth']);
  });
});

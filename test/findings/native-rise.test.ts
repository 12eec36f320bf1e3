// Native memory that slackens: said, but neither called a leak nor health.
import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import { buildLook, type Habit, MB, native } from '../support/build-observations.ts';
import { filling, settling } from '../support/shapes.ts';

const judged = (...habits: Habit[]) => judge(gatherFacts(buildLook(30, ...habits)));

describe('resident memory that rises ever more slowly', () => {
  test('outside of the heap is neither a leak nor health while it still rises', () => {
    const { verdict, verdictReason, findings, nextMeasurement } = judged(native(settling(7, 120 * MB)));
    expect([verdict, findings]).toEqual(['too-little-data', []]);
    expect(verdictReason).toMatch(
      /^Resident memory rose from [\d.]+ MB to [\d.]+ MB in 30 s, more slowly towards the end; [\d.]+ MB of that lies outside the heap and its buffers\. Start-up ends like this; so does a native leak while the allocator reuses memory that was freed before\.$/,
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

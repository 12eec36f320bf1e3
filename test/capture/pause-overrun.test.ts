// Whoever allowed a pause is told when one of ours was clearly longer.
import { expect, test } from 'vitest';
import { findOverrun } from '../../src/capture/budget.ts';

const step = (name: string, longestMillis: number) => ({
  step: name,
  count: 1,
  totalMillis: longestMillis,
  longestMillis,
});

const allowed = (maxPauseMillis: number, lateBeforeMillis = 2) => ({ maxPauseMillis, lateBeforeMillis });

test('the longest step that went beyond --max-pause is told', () => {
  const steps = [step('census', 5_100.4), step('read heap profile', 2_000), step('sample', 1)];
  expect(findOverrun(steps, allowed(1_000))).toEqual({
    code: 'pause-overrun',
    step: 'census',
    pauseMillis: 5_100,
    maxPauseMillis: 1_000,
  });
});

test('nothing is told of what was allowed, of a little more, and of a snapshot, which has a flag of its own', () => {
  expect(findOverrun([step('census', 190)], allowed(100))).toBeNull();
  expect(findOverrun([step('heap snapshot', 9_000), step('sample', 1)], allowed(100))).toBeNull();
  expect(findOverrun([], allowed(100))).toBeNull();
  // A loop that the program holds for seconds is late during our steps, too.
  expect(findOverrun([step('census', 900)], allowed(100, 700))).toBeNull();
});

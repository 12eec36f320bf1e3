// What all our work on one thread may take.
import { expect, test } from 'vitest';
import { Budget } from '../../src/capture/budget.ts';

const step = (name: string, totalMillis: number) => ({
  step: name,
  count: 1,
  totalMillis,
  longestMillis: totalMillis,
});
const of = (durationMillis: number, maxPauseMillis = 100) =>
  new Budget({ durationMillis, maxPauseMillis, budgetShare: 0.01 });

test('it is a share of the capture, and three of the longest pauses at least', () => {
  expect([of(600_000).totalMillis, of(30_000).totalMillis, of(5_000).totalMillis]).toEqual([6_000, 300, 300]);
  expect(of(30_000, 1_000).totalMillis).toBe(3_000);
});

test('each thread has its own, and what it was held for is taken from it', () => {
  const budget = of(30_000);
  budget.note(0, [step('walk', 120), step('read heap profile', 60)]);
  expect([budget.leftMillis(0), budget.leftMillis(3)]).toEqual([120, 300]);
  budget.note(0, [step('walk', 400)]);
  expect(budget.leftMillis(0)).toBe(0);
});

test('what a step took counts at once, and not twice', () => {
  const budget = of(30_000);
  budget.add(0, 50);
  expect(budget.leftMillis(0)).toBe(250);
  budget.note(0, [step('read heap profile', 50)]);
  expect(budget.leftMillis(0)).toBe(250);
});

test('a heap snapshot leaves the rest of the capture its budget', () => {
  const budget = of(30_000);
  budget.note(0, [step('heap snapshot', 2_000), step('walk', 100)]);
  expect(budget.leftMillis(0)).toBe(200);
});

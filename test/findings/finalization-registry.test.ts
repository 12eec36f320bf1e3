// A FinalizationRegistry that keeps what it is to clean up after: named where nothing else holds what stays.
import { expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import {
  buildObservations,
  change,
  closures,
  collection,
  type Habit,
  heapFloor,
  KB,
} from '../support/build-observations.ts';
import { framesFrom } from '../support/build-profile.ts';
import { linear } from '../support/shapes.ts';

const first = (...habits: Habit[]) => judge(gatherFacts(buildObservations(...habits))).findings[0]!;
const GUARD = 'open@/app/src/app.js:10 > guard@/app/src/guard.js:4';
const MADE = heapFloor(linear(500 * KB), 'open@/app/src/app.js:8');
const GUARDED = heapFloor(linear(20 * KB), GUARD);
const registry: Habit = change(({ registries }) => {
  registries.push({ thread: 0, name: 'registry', frame: framesFrom('guard@/app/src/guard.js:4')[0]! });
});
const ADVICE = /^See what src\/guard\.js:4, guard passes to `registry\.register\(\)`/;

test('it is named beside the place that allocates what stays', () => {
  const { kind, evidence, advice } = first(MADE, GUARDED, registry);
  expect(kind).toBe('heap-leak');
  expect(evidence.map(({ statement }) => statement)).toContain(
    'src/guard.js:4, guard uses the FinalizationRegistry `registry`, and no other holder was found',
  );
  expect(advice).toEqual([expect.stringMatching(ADVICE)]);
});

test('it is named where the callbacks that it is given accumulate', () => {
  expect(first(MADE, closures('guard@/app/src/guard.js:4', 100, 2_000), registry).advice).toEqual([
    expect.stringMatching(ADVICE),
  ]);
});

const others: [string, Habit[]][] = [
  [
    'a collection holds what stays',
    [MADE, GUARDED, collection(linear(60), 'keep@/app/src/keep.js:3'), registry],
  ],
  ['its file allocates nothing that stays', [MADE, registry]],
  ['there is none', [MADE, GUARDED]],
];
test.each(others)('it is not named where %s', (_why, habits) => {
  expect(first(...habits).advice.join(' ')).not.toMatch(/register\(\)/);
});

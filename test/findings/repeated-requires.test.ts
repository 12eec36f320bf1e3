// Modules that are required again and again, told from programs that load what they need.
import { expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import type { CollectionGrowth } from '../../src/model/memory/collection.ts';
import {
  buildObservations,
  collection,
  compiling,
  type Habit,
  heapFloor,
  KB,
} from '../support/build-observations.ts';
import { constant, linear } from '../support/shapes.ts';

const findingsOf = (...habits: Habit[]) => judge(gatherFacts(buildObservations(...habits))).findings;
const compiles = compiling('wrapSafe@node:internal/modules/cjs/loader:1464', 12);
const LOADING = [
  'price@/app/src/app.js:10',
  'rulesOf@/app/src/rules.js:9',
  'require@node:internal/modules/helpers:180',
  'Module._load@node:internal/modules/cjs/loader:1003',
  '(anonymous)@/app/rules/taxes.js:2',
].join(' > ');
const RISING = heapFloor(linear(300 * KB), LOADING);
const children = (more: Partial<CollectionGrowth> = {}): Habit =>
  collection(linear(12), null, {
    type: 'Array',
    className: 'Array',
    newestEntry: '{id, path, exports, filename}',
    holder: { kind: 'property', name: 'children', of: '' },
    ...more,
  });

test('they are named with the place that requires, not with the module that is loaded', () => {
  const [finding, ...others] = findingsOf(RISING, compiles, children());
  expect(others).toEqual([]);
  expect(finding).toMatchObject({
    kind: 'code-growth',
    title: 'Modules are loaded again and again at 12/s, and retained (src/rules.js:9, rulesOf)',
    subject: { function: 'rulesOf', file: 'src/rules.js', line: 9 },
    advice: [expect.stringMatching(/^A module that was deleted from `require\.cache` is loaded again/)],
  });
  expect(finding!.evidence.map(({ statement }) => statement)).toEqual([
    'V8 compiled modules',
    expect.stringMatching(/^the list of `children` of a module went from \d+ to \d+ modules$/),
    '100% of the growth was allocated by loading modules for src/rules.js:9, rulesOf',
    expect.stringMatching(/^memory in use after a full GC rose /),
  ]);
});

test('they are named where the list of modules was not seen', () => {
  expect(findingsOf(RISING, compiles)[0]).toMatchObject({
    kind: 'code-growth',
    subject: { function: 'rulesOf', file: 'src/rules.js', line: 9 },
  });
});

const harmless: [string, Habit[]][] = [
  ['the heap does not rise', [heapFloor(constant(4_096 * KB), LOADING), compiles, children()]],
  ['no module is compiled', [RISING, children()]],
  ['something else takes what stays', [heapFloor(linear(300 * KB), 'keep@/app/src/keep.js:3'), compiles]],
  [
    'a collection is seen being filled',
    [RISING, compiles, collection(linear(60), 'keep@/app/src/keep.js:3')],
  ],
  ['another list of that name grows', [RISING, compiles, children({ newestEntry: '{id, path, parent}' })]],
];
test.each(harmless)('they are none where %s', (_why, habits) => {
  expect(findingsOf(...habits).map(({ kind }) => kind)).not.toContain('code-growth');
});

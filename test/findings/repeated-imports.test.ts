// Modules that are imported again and again under ever new URLs, told from programs that load what they need.
import { expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import {
  asyncSite,
  buildObservations,
  collection,
  compiling,
  type Habit,
  heapFloor,
  KB,
} from '../support/build-observations.ts';
import { constant, linear } from '../support/shapes.ts';

const findingsOf = (...habits: Habit[]) => judge(gatherFacts(buildObservations(...habits))).findings;
const LOADER = 'run@node:internal/modules/esm/module_job:342';
const compiles = compiling('_instantiate@node:internal/modules/esm/module_job:225', 30);
const imports = asyncSite(
  'PROMISE',
  'rulesOf@/app/src/rules.js:9 > importModuleDynamicallyCallback@node:internal/modules/esm/utils:260',
  { perSecond: 30, aliveShare: 0 },
);
const RISING = [
  heapFloor(linear(140 * KB), `${LOADER} > compileSourceTextModule@node:internal/modules/esm/utils:344`),
  heapFloor(linear(200 * KB), `${LOADER} > (anonymous)@/app/rules/de.mjs:3`),
];

test('they are named with the line that imports, and what else loads is their symptom', () => {
  const [finding, ...others] = findingsOf(...RISING, compiles, imports);
  expect(others).toEqual([]);
  expect(finding).toMatchObject({
    kind: 'code-growth',
    title: 'Modules are imported again and again at 30/s, and retained (src/rules.js:9, rulesOf)',
    subject: { function: 'rulesOf', file: 'src/rules.js', line: 9 },
    advice: [expect.stringMatching(/^Node\.js keeps each module under its whole URL/)],
    confidence: 0.85,
  });
  expect(finding!.evidence.map(({ source }) => source)).toEqual([
    'scripts',
    'async-resources',
    'heap-sampling',
    'gc',
  ]);
});

const harmless: [string, Habit[]][] = [
  ['the heap does not rise', [heapFloor(constant(4_096 * KB), LOADER), compiles, imports]],
  ['import() finds modules that are loaded', [...RISING, imports]],
  ['modules are loaded that nobody imports again', [...RISING, compiles]],
  [
    'something else takes what stays',
    [heapFloor(linear(340 * KB), 'keep@/app/src/keep.js:3'), compiles, imports],
  ],
  [
    'a collection is seen being filled',
    [...RISING, collection(linear(60), 'keep@/app/src/keep.js:3'), compiles, imports],
  ],
];
test.each(harmless)('they are none where %s', (_why, habits) => {
  expect(findingsOf(...habits).filter(({ kind }) => kind === 'code-growth')).toEqual([]);
});

// Builds both sides of a comparison as one call tree, from short texts: what a differential flame graph is drawn from.
import type { DiffNode, FunctionChange, SideSummary } from '../../src/model/comparison/comparison.ts';
import type { DiffFlame } from '../../src/report/flame/diff/page-data.ts';
import { framesFrom } from './build-profile.ts';

/** A stack as in build-profile.ts ("main@/app/a.js:1 > sort"), and the self time at its end on both sides, in µs. */
export type DiffSlice = [stack: string, base: number, head: number];

export function buildSide(overrides: Partial<SideSummary> = {}): SideSummary {
  return {
    label: 'base',
    commit: null,
    runs: 5,
    nodeVersions: ['v22.21.1'],
    requests: 1_000,
    ...overrides,
  };
}

/** `significant` are names of functions. */
export function buildDiffNodes(
  slices: readonly DiffSlice[],
  significant: readonly string[] = [],
): DiffNode[] {
  const root = {
    function: '(root)',
    file: null,
    line: null,
    package: null,
    owner: 'native' as const,
    baseSelf: 0,
    headSelf: 0,
    baseTotal: 0,
    headTotal: 0,
    isSignificant: false,
  };
  const nodes: DiffNode[] = [{ ...root, parent: -1 }];
  for (const [stack, base, head] of slices) {
    let parent = 0;
    for (const { functionName, file, line, package: owner, owner: kind } of framesFrom(stack).toReversed()) {
      let index = nodes.findIndex(
        (node) =>
          node.parent === parent &&
          node.function === functionName &&
          node.file === file &&
          node.line === line,
      );
      if (index < 0) {
        const isSignificant = significant.includes(functionName);
        const named = { function: functionName, file, line, package: owner, owner: kind };
        index = nodes.push({ ...root, ...named, parent, isSignificant }) - 1;
      }
      parent = index;
    }
    nodes[parent]!.baseSelf += base;
    nodes[parent]!.headSelf += head;
    for (let at = parent; at >= 0; at = nodes[at]!.parent) {
      nodes[at]!.baseTotal += base;
      nodes[at]!.headTotal += head;
    }
  }
  return nodes;
}

export function buildFunctionChange(overrides: Partial<FunctionChange> = {}): FunctionChange {
  return {
    function: 'rank',
    file: 'src/search.js',
    line: 12,
    package: null,
    owner: 'app',
    base: 100,
    head: 140,
    difference: 40,
    differenceLow: 35,
    differenceHigh: 45,
    change: 0.04,
    changeLow: 0.035,
    changeHigh: 0.045,
    verdict: 'different',
    direction: 'worse',
    runsNeeded: null,
    total: { base: 100, head: 140 },
    allocation: null,
    movedWith: [],
    presence: 'both',
    ...overrides,
  };
}

export function buildDiffFlame(overrides: Partial<DiffFlame> = {}): DiffFlame {
  return {
    title: 'main to fast-search',
    per: 'request',
    base: buildSide({ label: 'main', commit: '3f2c1ab90d11' }),
    head: buildSide({ label: 'fast-search', commit: '77aa01c2bb34' }),
    nodes: [],
    functions: [],
    ...overrides,
  };
}

/** A search server in which `rank` became slower, `parse` faster, and the rest only wobbles. */
export function buildSearchDiff(): DiffFlame {
  const handle =
    'processTicksAndRejections@node:internal/process/task_queues:100 > handle@/app/src/server.js:8';
  const significant = ['rank', 'parse'];
  const nodes = buildDiffNodes(
    [
      [handle, 52, 51.5],
      [`${handle} > search@/app/src/search.js:30`, 20, 20.6],
      [`${handle} > search@/app/src/search.js:30 > rank@/app/src/search.js:12`, 100, 140],
      [
        `${handle} > search@/app/src/search.js:30 > rank@/app/src/search.js:12 > compare@/app/src/search.js:5`,
        60,
        61,
      ],
      [`${handle} > suggest@/app/src/suggest.js:4 > rank@/app/src/search.js:12`, 12, 17],
      [`${handle} > parse@/app/node_modules/qs/lib/parse.js:200`, 44, 22],
      [`${handle} > render@/app/src/render.js:9`, 130, 131],
      [`${handle} > render@/app/src/render.js:9 > escape@/app/src/render.js:2`, 70, 69.2],
      ['(garbage collector)', 31, 33],
      ['(program)', 18, 17.4],
    ],
    significant,
  );
  const parsePackage = nodes.find((node) => node.function === 'parse')!.package;
  return buildDiffFlame({
    nodes,
    functions: [
      buildFunctionChange({
        base: 112,
        head: 157,
        difference: 45,
        differenceLow: 40.5,
        differenceHigh: 49.5,
        change: 0.0838,
        changeLow: 0.0754,
        changeHigh: 0.0922,
        total: { base: 172, head: 218 },
        allocation: { base: 2_048, head: 4_096 },
        movedWith: ['compare'],
      }),
      buildFunctionChange({
        function: 'parse',
        file: 'node_modules/qs/lib/parse.js',
        line: 200,
        package: parsePackage,
        owner: 'library',
        base: 44,
        head: 22,
        difference: -22,
        differenceLow: -24,
        differenceHigh: -20,
        change: -0.041,
        changeLow: -0.0447,
        changeHigh: -0.0372,
        direction: 'better',
        total: { base: 44, head: 22 },
      }),
      buildFunctionChange({
        function: 'render',
        file: 'src/render.js',
        line: 9,
        base: 130,
        head: 131,
        difference: 1,
        differenceLow: -3,
        differenceHigh: 5,
        change: 0.0019,
        changeLow: -0.0056,
        changeHigh: 0.0093,
        verdict: 'same',
        direction: 'none',
        total: { base: 200, head: 200.2 },
      }),
    ],
  });
}

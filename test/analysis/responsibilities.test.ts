// Who is responsible at a node follows from its parent's place: it must be what the whole stack says.
import { expect, test } from 'vitest';
import { blame } from '../../src/analysis/cpu/blame/blame.ts';
import { followResponsibilities, responsibilityKey } from '../../src/analysis/cpu/blame/responsibilities.ts';
import { framesOf } from '../../src/model/decode/cpu-profile.ts';
import { buildCpuProfile, type Slice } from '../support/build-profile.ts';
import { randomNumbers } from '../support/random-numbers.ts';

/** Named and unnamed functions of the program, of a page that it runs, of packages, of a loader without a package, of Node's and built in. */
const FRAMES = [
  'main@/app/a.js:1',
  'handle@/app/a.js:10',
  '@/app/a.js:14',
  '@/app/b.js:2',
  'render@https://example.test/page.js:5',
  'parse@/app/node_modules/qs/i.js:3',
  'walk@/app/node_modules/qs/i.js:30',
  '@/app/node_modules/lodash/i.js:8',
  'load@webpack:///webpack/bootstrap:4',
  'emit@node:events:500',
  'map',
];

test('at every node of random trees it is what the stack of the node says', () => {
  const below = randomNumbers(41);
  for (let round = 0; round < 40; round++) {
    const slices = Array.from(
      { length: 60 },
      (): Slice => [
        Array.from({ length: 1 + below(9) }, () => FRAMES[below(FRAMES.length)]!).join(' > '),
        1 + below(3),
      ],
    );
    const profile = buildCpuProfile(slices);
    const responsibilities = followResponsibilities(profile);
    const found = profile.nodes.map((node) => responsibilities.enter(node).account.key);
    const told = profile.nodes.map(({ index }) => responsibilityKey(blame(framesOf(profile, index))));
    expect(found).toEqual(told);
  }
});

// Lists whose nodes link both ways: one list, whichever of its ends holds it; and one in each of several objects.
import { expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import { buildLook, collection, type Habit, heapFloor, KB, MB } from '../support/build-observations.ts';
import { framesFrom } from '../support/build-profile.ts';
import { linear, noise, settling } from '../support/shapes.ts';

const PLACE = 'watchBasket@/app/src/basket.js:11';
const listAt = (name: string, perSecond: number): Habit =>
  collection(linear(perSecond), null, {
    type: 'List',
    className: 'Link',
    newestEntry: 'Link',
    holder: { kind: 'property', name, of: 'Dep' },
  });
const titleOf = (...habits: Habit[]) =>
  judge(gatherFacts(buildLook(30, heapFloor(linear(200 * KB), PLACE), ...habits))).findings[0]!.title;
const both = (perSecond: number) => [listAt('last', perSecond), listAt('first', perSecond)];

test('a list is counted from one end', () => {
  expect(titleOf(...both(60))).toBe(
    'A linked list `Dep.last` grows by 60 entries/s faster than entries are removed (src/basket.js:11, watchBasket)',
  );
});

test('a list that nobody is seen adding to has the place that most of what stays comes from, however its samples scatter', () => {
  const levels = [2, 3, 1.5, 4, 4.5, 4.6];
  const scattered: Habit = (observations) => {
    observations.heapReads = observations.heapReads.slice(0, levels.length);
    for (const [i, read] of observations.heapReads.entries())
      read.stacks = [
        {
          frames: framesFrom(`${PLACE} > watch@/app/node_modules/reactive/index.js:1701`),
          liveBytes: levels[i]! * MB,
        },
      ];
  };
  const { title, advice } = judge(
    gatherFacts(buildLook(30, heapFloor(linear(200 * KB)), scattered, ...both(60))),
  ).findings[0]!;
  expect(title).toMatch(/removed \(src\/basket\.js:11, watchBasket, through reactive /);
  expect(advice).toEqual([
    expect.stringMatching(/^reactive calls each subscriber until it is unsubscribed: /),
  ]);
});

test('a list whose other end was found later is counted once all the same', () => {
  const later: Habit = (observations) => {
    listAt('first', 60)(observations);
    const found = observations.collections.at(-1)!;
    found.sizes = found.sizes.slice(4);
  };
  expect(titleOf(listAt('last', 60), later)).toMatch(/^A linked list `Dep\.last` grows by 60 entries\/s/);
});

test('those of several objects are told together, each once, also where they grow in step', () => {
  expect(titleOf(...[12, 12, 12, 13, 14].flatMap(both))).toBe(
    'Linked lists like `Dep.last` (5 of them) grow by 63 entries/s in total, faster than entries are removed (src/basket.js:11, watchBasket)',
  );
});

/** The heap was read twice, and its floor scatters: of so many bytes a second, four tenths come from Node's own code. */
function readTwice(bytesPerSecond: number, places = [PLACE]): Habit {
  return (observations) => {
    observations.heapReads = [observations.heapReads[0]!, observations.heapReads.at(-1)!];
    for (const read of observations.heapReads) {
      const grown = bytesPerSecond * (read.atMillis / 1_000);
      read.stacks = [
        ...places.map((at) => ({ frames: framesFrom(at), liveBytes: (grown * 0.6) / places.length })),
        { frames: framesFrom('parserOnHeadersComplete@node:_http_common:71'), liveBytes: grown * 0.4 },
      ];
    }
  };
}
const OTHERS = [PLACE, 'total@/app/src/total.js:3', 'note@/app/src/note.js:5'];
const scattering = heapFloor(noise(400 * KB));
const slackening = collection(settling(6, 3_000), null, {
  type: 'List',
  className: 'Link',
  newestEntry: 'Link',
  holder: { kind: 'property', name: 'last', of: 'Dep' },
});
const findingsOf = (...habits: Habit[]) => judge(gatherFacts(buildLook(30, ...habits))).findings;

test('lists that grow at every read are a leak although the heap rises within its noise, at the place that makes their nodes', () => {
  const [finding, ...rest] = findingsOf(scattering, readTwice(30 * KB), ...both(60));
  expect(rest).toEqual([]);
  expect(finding).toMatchObject({
    kind: 'heap-leak',
    title:
      'A linked list `Dep.last` grows by 60 entries/s faster than entries are removed (src/basket.js:11, watchBasket)',
    caveats: [expect.stringMatching(/within the noise of the heap/), ...finding!.caveats.slice(1)],
  });
});

test.each([
  ['a list that grows ever more slowly', [slackening], readTwice(30 * KB)],
  ['a list, where no place makes most of what stays', both(60), readTwice(30 * KB, OTHERS)],
  ['a list, where what stays is less than its nodes', both(60), readTwice(0.5 * KB)],
  ['a list, where what stays is far more than its nodes', both(3), readTwice(900 * KB)],
])('%s is none', (_, lists, reads) => {
  expect(findingsOf(scattering, reads, ...lists)).toEqual([]);
});

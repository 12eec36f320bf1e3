// Objects that inherit from each other, one more each time: a logger that is replaced by its child, a scope by one made from it.
import { expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import { buildLook, collection, type Habit, heapFloor, KB } from '../support/build-observations.ts';
import { framesFrom } from '../support/build-profile.ts';
import { constant, linear, noise, type Shape, sawtooth, settling } from '../support/shapes.ts';

const PLACE = 'charge@/app/src/billing.js:8';
const chainAt = (shape: Shape): Habit =>
  collection(shape, null, {
    type: 'Chain',
    className: 'Chain',
    newestEntry: '',
    holder: { kind: 'property', name: 'log', of: 'Billing' },
  });
const findingsOf = (...habits: Habit[]) => judge(gatherFacts(buildLook(30, ...habits))).findings;

/** What stays is made by a package for this place, read twice only. */
const readTwice: Habit = (observations) => {
  observations.heapReads = [observations.heapReads[0]!, observations.heapReads.at(-1)!];
  for (const read of observations.heapReads)
    read.stacks = [
      {
        frames: framesFrom(`${PLACE} > child@/app/node_modules/pino/lib/proto.js:120`),
        liveBytes: (50 * KB * read.atMillis) / 1_000,
      },
    ];
};

test('a chain that grows is a leak at the place where its objects are made, also under a floor that scatters', () => {
  const [finding, ...rest] = findingsOf(heapFloor(noise(400 * KB)), readTwice, chainAt(linear(100, 400)));
  expect(rest).toEqual([]);
  expect(finding).toMatchObject({
    kind: 'heap-leak',
    title:
      'Objects at `Billing.log` inherit from each other, 3,300 of them, 100/s more (src/billing.js:8, charge, through pino (node_modules/pino/lib/proto.js:120, child))',
    advice: [
      'In src/billing.js:8, charge, make each from the first one and keep it in a local variable. What pino makes inherits from its parent object and keeps it alive. If each new object replaces its parent, it keeps all earlier ones alive, and reading an inherited property takes longer each time.',
    ],
    innocentExplanation: expect.stringMatching(
      /^Objects that are created once at start-up, each from the one before, stop/,
    ),
  });
});

test('a chain whose maker is seen is as sure as a collection that is seen being filled', () => {
  const growing = heapFloor(linear(150 * KB), `${PLACE} > child@/app/node_modules/pino/lib/proto.js:120`);
  const [filled] = findingsOf(growing, collection(linear(100), PLACE));
  expect(findingsOf(growing, chainAt(linear(100, 400)))[0]!.confidence).toBe(filled!.confidence);
});

test('a chain is told by itself where nobody was seen making it', () => {
  expect(findingsOf(heapFloor(noise(400 * KB)), chainAt(linear(100, 400)))).toMatchObject([
    {
      kind: 'heap-leak',
      title: 'Objects at `Billing.log` inherit from each other, 3,300 of them, 100/s more',
    },
  ]);
});

test.each([
  ['does not grow', constant(40)],
  ['ends with what it serves', sawtooth(8, 200, 20)],
  ['grows ever more slowly', settling(6, 300, 20)],
])('a chain that %s is none', (_, shape) => {
  expect(findingsOf(heapFloor(noise(400 * KB)), readTwice, chainAt(shape))).toEqual([]);
});

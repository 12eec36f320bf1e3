// When requests that cost more and more ask for a search for what they walk.
import { expect, test } from 'vitest';
import { HeapClimb } from '../../src/capture/heap/heap-climb.ts';
import { isCostRising } from '../../src/capture/heap/ladder.ts';
import { fakeContext, fakeThread } from '../support/fake-capture.ts';
import { noise, type Shape, sum } from '../support/shapes.ts';

const costs = (shape: Shape, seconds = 20) => Array.from({ length: seconds }, (_, i) => shape(i));
const CLIMBS: Shape = (t) => 2 + t / 10;

test('costs that climb are rising, with noise, too', () => {
  expect(isCostRising(costs(CLIMBS))).toBe(true);
  expect(isCostRising(costs(sum(CLIMBS, noise(0.2))))).toBe(true);
});

test.each<[string, number[]]>([
  ['stay', costs(sum(() => 3, noise(0.8)))],
  ['fall while code warms up', costs((t) => 5 - t / 10)],
  ['are high once', costs((t) => (t === 18 ? 9 : 3))],
  ['climb in the first seconds only, which are ours', costs((t) => Math.min(t, 5))],
  ['were hardly seen', costs(CLIMBS, 12)],
])('costs that %s are not', (_, seen) => {
  expect(isCostRising(seen)).toBe(false);
});

test.each<[string, boolean, number]>([
  ['', false, 1],
  [', longer where the first search did not come to everything', true, 2],
])('collections are looked for then, but nothing dearer%s', async (_, cut, walks) => {
  const thread = fakeThread({ reads: { walk: () => ({ scanned: 5_000, cut, functions: [] }) } });
  thread.counters.requestCosts.push(...costs(CLIMBS));
  const context = fakeContext([thread]);
  const climb = new HeapClimb(context);
  for (let second = 0; second < 30; second++) {
    context.atMillis = second * 1_000;
    await climb.step();
  }
  const stepsOf = (name: string) => thread.calls.filter((call) => call.startsWith(name)).length;
  expect([stepsOf('walk'), stepsOf('census')]).toEqual([walks, 0]);
});

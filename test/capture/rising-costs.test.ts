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

test.each<[string, boolean, number[]]>([
  ['that are opened at each second', true, costs((t) => 20 + 6 * t)],
  ['of which none came in one second', true, costs((t) => 20 + 2 * (t > 14 ? t - 1 : t))],
  ['that come and go', false, costs((t) => 20 + ((t * 7) % 5))],
  ['that came all at once', false, costs((t) => (t < 12 ? 20 : 60))],
  ['of clients that have all come', false, costs((t) => Math.min(20 + 6 * t, 80))],
])('descriptors %s ask for a search: %s', async (_, isAsked, counts) => {
  const thread = fakeThread({ reads: { walk: () => ({ scanned: 50, cut: false, functions: [] }) } });
  const climb = new HeapClimb(fakeContext([thread]));
  climb.descriptors.push(...counts);
  await climb.step();
  expect(thread.calls.some((call) => call.startsWith('walk'))).toBe(isAsked);
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

// Which numbers stand in which panel, and where a moment and a curve are.
import { describe, expect, test } from 'vitest';
import type { Series } from '../../../src/model/report/pictures.ts';
import { curvePath } from '../../../src/report/page/parts/curve.ts';
import { niceTop, timelinePanels, valueAt } from '../../../src/report/page/parts/panels.ts';
import { savedReport } from '../../support/page-reports.ts';

const MB = 2 ** 20;

test('series become panels in the order of a story, those that were not counted are left out', () => {
  const panels = timelinePanels(savedReport('leak').pictures.timeline!);
  expect(panels.map(({ title, lines }) => [title, lines.map(({ label }) => label).join(', ')])).toEqual([
    ['Heap', 'in use, after GC'],
    ['Memory (RSS)', 'anonymous, mapped files, buffers'],
    ['Event loop delay', 'longest, median'],
    ['Event loop busy', 'main'],
    ['CPU', 'cores'],
    ['Garbage collection', 'pauses'],
    ['Requests answered', 'requests'],
    ['Handles, files, threads', 'handles, file descriptors, threads'],
  ]);
  expect(timelinePanels({ series: [] })).toEqual([]);
});

test('a panel says in words what its curves show', () => {
  const series: Series[] = [
    {
      name: 'heap-used',
      thread: 0,
      points: [
        [0, 10 * MB],
        [1_000, 30 * MB],
        [2_000, 20 * MB],
      ],
    },
  ];
  expect(timelinePanels({ series })[0]!.summary).toBe('Heap: in use from 10 MB to 20 MB, at most 30 MB.');
});

test('threads are told apart by their names', () => {
  const points: Series['points'] = [
    [0, 0.5],
    [1_000, 0.6],
  ];
  const series: Series[] = [0, 3, 4].map((thread) => ({ name: 'loop-busy', thread, points }));
  const [panel] = timelinePanels({ series }, new Map([[3, 'mailer']]));
  expect(panel!.lines.map(({ label }) => label)).toEqual(['main', 'mailer', 'thread 4']);
});

test.each([
  [0, 1],
  [0.7, 0.8],
  [1, 1],
  [9.6, 10],
  [101, 150],
  [Number.NaN, 1],
])('a scale up to %d ends at %d', (value, top) => {
  expect(niceTop(value)).toBeCloseTo(top);
});

describe('the value of a moment', () => {
  const points: Series['points'] = [
    [1_000, 5],
    [2_000, 7],
    [3_000, 9],
  ];
  test.each([
    [0, 5],
    [1_999, 5],
    [2_000, 7],
    [9_000, 9],
  ])('at %d ms is %d', (millis, value) => {
    expect(valueAt(points, millis)).toBe(value);
  });
  test('of nothing is unknown', () => {
    expect(valueAt([], 1)).toBeUndefined();
  });
});

test('curves stay in their box, whatever the numbers', () => {
  const scale = { from: 0, to: 100, top: 10 };
  expect(
    curvePath(
      [
        [0, 0],
        [50, 5],
        [900, 99],
      ],
      scale,
      'line',
    ),
  ).toBe('M0 100L500 52L1000 0');
  expect(
    curvePath(
      [
        [0, 0],
        [50, 5],
      ],
      scale,
      'bars',
    ),
  ).toBe('M500 100V52');
  expect(curvePath([], scale, 'line')).toBe('');
});

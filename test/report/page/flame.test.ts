// Where the boxes of a flame graph stand: without idle unless asked for, zoomed, and never narrower than can be seen.
import { describe, expect, test } from 'vitest';
import type { FlamePicture } from '../../../src/model/report/pictures.ts';
import { type FlameView, IDLE, layOut } from '../../../src/report/page/parts/flame-layout.ts';
import { savedReport } from '../../support/page-reports.ts';

/** whole 100: serve 80 (parse 60, render 20), tick 20; 300 idle. */
const picture: FlamePicture = {
  thread: 0,
  threadName: 'main',
  idleMillis: 300,
  frames: [],
  parent: [-1, 0, 0, 1, 1],
  frame: [-1, 0, 1, 2, 3],
  totalMillis: [100, 80, 20, 60, 20],
  selfMillis: [0, 0, 20, 60, 20],
};
const WHOLE: FlameView = { focus: 0, withIdle: false, leastWidth: 0 };
const shown = (view: Partial<FlameView>) =>
  layOut(picture)
    .boxes({ ...WHOLE, ...view })
    .map(({ node, depth, left, width }) => [node, depth, Number(left.toFixed(3)), Number(width.toFixed(3))]);

describe('boxes', () => {
  test('fill the width without idle', () => {
    expect(shown({})).toEqual([
      [0, 0, 0, 1],
      [1, 1, 0, 0.8],
      [2, 1, 0.8, 0.2],
      [3, 2, 0, 0.6],
      [4, 2, 0.6, 0.2],
    ]);
  });

  test('stand beside idle when it is asked for', () => {
    expect(shown({ withIdle: true })).toEqual([
      [0, 0, 0, 1],
      [1, 1, 0, 0.2],
      [2, 1, 0.2, 0.05],
      [3, 2, 0, 0.15],
      [4, 2, 0.15, 0.05],
      [IDLE, 1, 0.25, 0.75],
    ]);
  });

  test('of what is zoomed into fill the width below its callers', () => {
    expect(shown({ focus: 1, withIdle: true })).toEqual([
      [0, 0, 0, 1],
      [1, 1, 0, 1],
      [3, 2, 0, 0.75],
      [4, 2, 0.75, 0.25],
    ]);
  });

  test('too narrow to be seen are left out', () => {
    expect(shown({ leastWidth: 0.3 }).map(([node]) => node)).toEqual([0, 1, 3]);
  });
});

test('the widest of some is found, or none', () => {
  expect(layOut(picture).widest((node) => node > 1)).toBe(3);
  expect(layOut(picture).widest(() => false)).toBe(-1);
});

test('of a real server, every box lies within its caller', () => {
  for (const flame of savedReport('block').pictures.flames) {
    const boxes = new Map(
      layOut(flame)
        .boxes(WHOLE)
        .map((box) => [box.node, box]),
    );
    for (const { node, left, width } of boxes.values()) {
      const caller = boxes.get(flame.parent[node]!);
      if (!caller) continue;
      expect(left).toBeGreaterThanOrEqual(caller.left - 1e-9);
      expect(left + width).toBeLessThanOrEqual(caller.left + caller.width + 0.01);
    }
  }
});

// Stacks that are caught in a target: short where a file of the program is among the first frames, deep where only packages are.
import { Script } from 'node:vm';
import { expect, test } from 'vitest';
import { captureStack } from '../../src/probe/stacks/stack-capture.ts';

/** Functions of `file` that call each other so often, and then `then`. */
function deep(file: string, times: number, then: () => unknown): unknown {
  const make = new Script('(function visit(n, then) { return n > 0 ? visit(n - 1, then) : then(); })', {
    filename: file,
  }).runInThisContext() as (n: number, then: () => unknown) => unknown;
  return make(times, then);
}
const caught = (file: string, times: number) =>
  deep(file, times, function below() {
    return captureStack(below);
  }) as unknown[][];

test('in a file of the program 24 frames are enough', () => {
  expect(caught('/app/src/walk.js', 60)).toHaveLength(24);
});

test('in a package as many as it takes to come to the program, within limits', () => {
  const frames = caught('/app/node_modules/parser/index.js', 30);
  expect(frames.length).toBeGreaterThan(31);
  expect(frames.map(([, file]) => String(file)).some((file) => file.includes('stack-capture.test'))).toBe(
    true,
  );
  expect(caught('/app/node_modules/parser/index.js', 300)).toHaveLength(80);
});

test('Error is left as it was', () => {
  const before = Object.getOwnPropertyDescriptors(Error);
  caught('/app/node_modules/parser/index.js', 300);
  expect(Object.getOwnPropertyDescriptors(Error)).toEqual(before);
});

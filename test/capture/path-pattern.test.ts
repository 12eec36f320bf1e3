import { expect, test } from 'vitest';
import { pathPattern } from '../../src/capture/probes/requests/path-pattern.ts';

test.each([
  ['/', '/'],
  ['/orders', '/orders'],
  ['/orders/8121', '/orders/#'],
  ['/orders/8121/lines/2', '/orders/#/lines/#'],
  ['/orders/8121?token=secret#part', '/orders/#'],
  ['/orders#secret', '/orders'],
  ['/v1/orders', '/v#/orders'],
  ['/page1.js', '/page#.js'],
  ['/page-12.html', '/#'],
  ['/9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d/edit', '/#/edit'],
  ['/DEADBEEFDEADBEEF', '/#'],
  ['/user/a.long.name+1@mail.example', '/user/#'],
  ['/aB3dE5gH7jK9', '/#'],
  ['/administrators', '/administrators'],
  [`/${'x'.repeat(41)}`, '/#'],
  ['http://user:secret@10.0.0.7:80/rates/77?key=secret', '/rates/#'],
  ['https://db.internal', ''],
  ['', ''],
  [undefined, ''],
  [{ path: '/x' }, ''],
] as [unknown, string][])('%j is %s', (path, expected) => {
  expect(pathPattern(path)).toBe(expected);
});

test('a path of a megabyte is short, and of its query nothing is left', () => {
  expect(pathPattern('/a'.repeat(2 ** 19))).toHaveLength(120);
  expect(pathPattern(`/${'a/'.repeat(300)}?secret`)).not.toContain('secret');
});

test('is done at once with text made to be slow', () => {
  for (const evil of [
    `/${'0a'.repeat(250)}!`,
    `/${'-'.repeat(499)}`,
    `${'\\'.repeat(400)}://`,
    '://'.repeat(160),
  ])
    expect(pathPattern(evil).length).toBeLessThanOrEqual(120);
});

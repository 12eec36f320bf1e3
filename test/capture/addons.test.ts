import { afterEach, beforeEach, expect, test } from 'vitest';
import { readAddons } from '../../src/capture/outside/addons.ts';
import { readMappedFiles } from '../../src/capture/outside/mapped-files.ts';
import { makeFolder, removeFolder, writeFiles } from '../target/fake-proc.ts';

let root: string;
beforeEach(() => {
  root = makeFolder();
});
afterEach(() => removeFolder(root));

const map = (path: string) => `7f00-7f10 r-xp 00000000 08:01 42    ${path}\n`;

test('the .node files in the maps, each once, with package and version as the process sees them', () => {
  writeFiles(root, {
    '42/maps': [
      map('/app/node_modules/sums/build/sums.node'),
      map('/app/node_modules/sums/build/sums.node'),
      map('/app/own.node (deleted)'),
      map('/usr/lib/libc.so.6'),
      '7f20-7f30 rw-p 00000000 00:00 0\n',
    ].join(''),
    '42/root/app/node_modules/sums/package.json': '{"version":"1.5.1"}',
  });
  expect(readAddons(42, root)).toEqual([
    { path: '/app/node_modules/sums/build/sums.node', package: 'sums@1.5.1' },
    { path: '/app/own.node', package: null },
  ]);
});

test('none, or not readable', () => {
  writeFiles(root, { '42/maps': map('/usr/bin/node') });
  expect(readAddons(42, root)).toEqual([]);
  expect(readAddons(43, root)).toBeUndefined();
});

test('files that are mapped many times, by pattern, the most first; libraries are mapped a few times', () => {
  const many = (path: string, count: number) => Array.from({ length: count }, () => map(path)).join('');
  writeFiles(root, {
    '42/maps': [
      many('/app/fonts/Sans 12.ttf', 8),
      many('/app/fonts/Sans 13.ttf', 8),
      many('/app/data.bin (deleted)', 20),
      many('/usr/lib/libc.so.6', 5),
      '7f20-7f30 rw-p 00000000 00:00 0\n'.repeat(40),
      '7f40-7f50 rw-p 00000000 00:00 0                          [heap]\n'.repeat(40),
    ].join(''),
  });
  expect(readMappedFiles(42, root)).toEqual([
    { pattern: '/app/data.bin', count: 20 },
    { pattern: '/app/fonts/Sans #.ttf', count: 16 },
  ]);
  expect(readMappedFiles(43, root)).toBeUndefined();
});

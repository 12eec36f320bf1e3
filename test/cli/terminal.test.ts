// Colours and progress: what the terminal, NO_COLOR, FORCE_COLOR and CI ask for.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { isCi, isWatched, usesColors } from '../../src/cli/terminal.ts';

const CULPRIT = fileURLToPath(new URL('../../bin/culprit.js', import.meta.url));
const terminal = { isTTY: true };
const file = {};

test.each<[string, { isTTY?: boolean }, Record<string, string>, boolean]>([
  ['on a terminal', terminal, {}, true],
  ['into a file', file, {}, false],
  ['on a terminal with NO_COLOR', terminal, { NO_COLOR: '1' }, false],
  ['on a terminal with an empty NO_COLOR', terminal, { NO_COLOR: '' }, true],
  ['into a file with FORCE_COLOR', file, { FORCE_COLOR: '1' }, true],
  ['into a file with FORCE_COLOR=true', file, { FORCE_COLOR: 'true' }, true],
  ['on a terminal with FORCE_COLOR=0', terminal, { FORCE_COLOR: '0' }, false],
  ['on a terminal with FORCE_COLOR=false', terminal, { FORCE_COLOR: 'false' }, false],
  ['with both', file, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ['on a terminal in CI', terminal, { CI: 'true' }, true],
])('colours %s', (_, stream, env, expected) => {
  expect(usesColors(stream, env)).toBe(expected);
});

test.each<[string, { isTTY?: boolean }, Record<string, string>, boolean]>([
  ['on a terminal', terminal, {}, true],
  ['into a file', file, {}, false],
  ['on a terminal in CI', terminal, { CI: 'true' }, false],
  ['on a terminal where CI is turned off', terminal, { CI: 'false' }, true],
])('progress and questions %s', (_, stream, env, expected) => {
  expect(isWatched(stream, env)).toBe(expected);
});

test('CI is any value that does not say no', () => {
  expect(['true', '1', 'woodpecker'].map((CI) => isCi({ CI }))).toEqual([true, true, true]);
  expect([{}, { CI: '' }, { CI: '0' }, { CI: 'false' }].map(isCi)).toEqual([false, false, false, false]);
});

describe('a report into a pipe', () => {
  const log = 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n';
  const print = (env: Record<string, string>) => {
    const { NO_COLOR, FORCE_COLOR, ...rest } = process.env;
    const options = { encoding: 'utf8', input: log, env: { ...rest, ...env } } as const;
    return spawnSync(process.execPath, [CULPRIT, 'triage', '-'], options).stdout;
  };

  test('has colours only with FORCE_COLOR, and the same words', () => {
    const plain = print({});
    const coloured = print({ FORCE_COLOR: '1' });
    expect(plain).not.toContain('\u001b');
    expect(coloured).toContain('\u001b[');
    expect(stripVTControlCharacters(coloured)).toBe(plain);
    expect(print({ FORCE_COLOR: '0' })).toBe(plain);
    expect(print({ FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(plain);
  });
});

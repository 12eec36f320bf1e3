import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { type AllowedFiles, allowFiles } from '../../src/mcp/allowed-files.ts';

let root: string;
let files: AllowedFiles;
beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'culprit-files-')));
  mkdirSync(join(root, 'open/recording'), { recursive: true });
  mkdirSync(join(root, 'open-not'));
  mkdirSync(join(root, 'open/plain'));
  writeFileSync(join(root, 'open/app.log'), 'x');
  writeFileSync(join(root, 'open/..log'), 'x');
  writeFileSync(join(root, 'open/recording/manifest.json'), '{}');
  writeFileSync(join(root, 'open-not/secret'), 'x');
  symlinkSync(join(root, 'open-not/secret'), join(root, 'open/link'));
  symlinkSync(join(root, 'open-not'), join(root, 'open/folder'));
  symlinkSync(join(root, 'open/app.log'), join(root, 'open/good-link'));
  execFileSync('mkfifo', [join(root, 'open/pipe')]);
  files = allowFiles([join(root, 'open')]);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('a path that a model names', () => {
  test.each([
    ['app.log', 'open/app.log'],
    ['./recording', 'open/recording'],
    ['good-link', 'open/app.log'],
    ['..log', 'open/..log'],
  ])('is read within the folders that were named: %s', (path, real) => {
    expect(files.check(path)).toBe(join(root, real));
    expect(files.check(join(root, 'open', path))).toBe(join(root, real));
  });

  test.each([
    '../open-not/secret',
    'link',
    'folder/secret',
    '/etc/passwd',
    '/proc/self/environ',
    'plain/../../open-not/secret',
  ])('is refused outside of them, also by a link: %s', (path) => {
    expect(() => files.check(path)).toThrow(/outside of the folders/);
  });

  test('that does not exist outside is refused with the same words', () => {
    expect(() => files.check('../nothing')).toThrow(/outside of the folders/);
    expect(() => files.check('nothing')).toThrow(/does not exist/);
  });

  test.each(['pipe', 'plain', '.', 'app.log\0'])('is refused when it is no file: %j', (path) => {
    expect(() => files.check(path)).toThrow(UsageError);
  });
});

test('a folder that is none is refused at the start', () => {
  expect(() => allowFiles([join(root, 'open/app.log')])).toThrow(UsageError);
});

import { describe, expect, test } from 'vitest';
import { createFrameResolver, type RawSources } from '../../src/model/decode/frame-resolver.ts';
import { NO_SOURCES } from '../support/build-profile.ts';
import { checkEach } from '../support/known-defects.ts';

const raw = (url: string, functionName = 'f', lineNumber = 9, columnNumber = 3) => ({
  functionName,
  url,
  lineNumber,
  columnNumber,
});
const frameOf = (url: string, sources: RawSources = NO_SOURCES, cwd = '/app') =>
  createFrameResolver(sources, cwd).frame(raw(url));

describe('a place is named as a person would write it:', () => {
  test.each([
    ['relative to the working directory', '/app/src/a.js', 'src/a.js', 'app'],
    ['of an ES module', 'file:///app/src/a.mjs', 'src/a.mjs', 'app'],
    [
      'with spaces and letters of other languages',
      'file:///app/src/m%20y/%C3%A9.mjs',
      'src/m y/é.mjs',
      'app',
    ],
    ['with broken escapes as it is', 'file:///app/src/%zz.mjs', 'src/%zz.mjs', 'app'],
    ['outside of the working directory in full', '/lib/b.js', '/lib/b.js', 'app'],
    ['in a folder that only starts alike in full', '/app2/b.js', '/app2/b.js', 'app'],
    ['of Node itself', 'node:internal/timers', 'node:internal/timers', 'node'],
    ['of an old Node', 'internal/timers.js', 'internal/timers.js', 'node'],
    ['of a package', '/app/node_modules/lru/index.js', 'node_modules/lru/index.js', 'library'],
    ['of a scoped package', '/app/node_modules/@a/b/i.js', 'node_modules/@a/b/i.js', 'library'],
    ['of code made from a data URL without its content', 'data:text/javascript,secret()', 'data:', 'app'],
  ])('%s', (_, url, file, owner) => {
    expect(frameOf(url)).toMatchObject({ file, owner, line: 10, column: 4 });
  });
});

test('built-ins of V8 have no file', () => {
  expect(frameOf('')).toMatchObject({ file: null, line: null, owner: 'native', package: null });
});

test('unknown lines and columns are null, and a missing name is said so', () => {
  const frame = createFrameResolver(NO_SOURCES, '/app').frame(raw('/app/a.js', '', -1, -1));
  expect(frame).toMatchObject({ functionName: '(anonymous)', line: null, column: null });
});

test('the package is the innermost one, with its version where it is known', () => {
  const url = '/app/node_modules/a/node_modules/b/i.js';
  expect(frameOf(url).package).toBe('b');
  const sources = { scripts: { [url]: { path: url, package: 'b@1.2.3', positions: {} } }, lines: {} };
  expect(frameOf(url, sources).package).toBe('b@1.2.3');
});

test('source maps win over the position in the script', () => {
  const sources: RawSources = {
    scripts: {
      '/app/dist/a.js': {
        path: '/app/dist/a.js',
        package: null,
        positions: { '9:3': ['/app/src/a.ts', 42, 7], '11:-1': ['/app/src/a.ts', 44, 1] },
      },
    },
    lines: {},
  };
  const resolver = createFrameResolver(sources, '/app');
  expect(resolver.frame(raw('/app/dist/a.js'))).toMatchObject({ file: 'src/a.ts', line: 42, column: 7 });
  expect(resolver.line(raw('/app/dist/a.js'), 10)).toBe(42);
  expect(resolver.line(raw('/app/dist/a.js'), 12)).toBe(44);
  expect(resolver.line(raw('/app/dist/a.js'), 13)).toBe(13);
  expect(resolver.sourcePath(raw('/app/dist/a.js'))).toBe('/app/src/a.ts');
});

test('an unknown working directory leaves paths in full', () => {
  expect(frameOf('/app/src/a.js', NO_SOURCES, '').file).toBe('/app/src/a.js');
});

test('the same place is the same frame object', () => {
  const resolver = createFrameResolver(NO_SOURCES, '/app');
  expect(resolver.frame(raw('/app/a.js'))).toBe(resolver.frame(raw('/app/a.js')));
});

test('names and paths of any length are cut', () => {
  const frame = createFrameResolver(NO_SOURCES, '/app').frame(
    raw(`/app/${'x'.repeat(1e6)}`, 'y'.repeat(1e6)),
  );
  expect(frame.functionName.length).toBeLessThan(10_000);
  expect(frame.file!.length).toBeLessThan(10_000);
});

describe('a script may be called anything:', () => {
  const NAMES = ['constructor', '__proto__', 'toString', 'hasOwnProperty'];
  checkEach(
    NAMES,
    (url) => `a script called ${url}`,
    (url) => {
      const resolver = createFrameResolver({ scripts: {}, lines: {} }, '/app');
      expect(resolver.frame(raw(url))).toMatchObject({ file: url, line: 10 });
      expect(resolver.line(raw(url), 12)).toBe(12);
      expect(resolver.sourcePath(raw(url))).toBeNull();
    },
  );
});

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
  const frame = createFrameResolver(NO_SOURCES, '/app').frame(raw('', 'push', -1, -1));
  expect(frame).toMatchObject({ file: null, line: null, owner: 'native', package: null });
});

test('what a compiler added is as good as built in', () => {
  const url = '/app/dist/main.js';
  const positions: Record<string, [string, number, number]> = { '9:3': [url, 10, 4] };
  const sources = { scripts: { [url]: { path: url, package: null, positions, added: ['9:3'] } }, lines: {} };
  expect(frameOf(url, sources)).toEqual({
    functionName: 'f',
    file: null,
    line: null,
    column: null,
    owner: 'native',
    package: null,
  });
});

test('code that was evaluated has no file and is the program', () => {
  expect(frameOf('')).toMatchObject({ file: null, line: null, owner: 'app', package: null });
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

describe('names and owners that source maps tell', () => {
  const url = '/app/dist/main.js';
  const sources: RawSources = {
    lines: {},
    ignored: ['/app/vendor/b.ts'],
    packages: { '/app/node_modules/lru/index.js': 'lru@7.1.0' },
    scripts: {
      [url]: {
        path: url,
        package: null,
        positions: {
          '9:3': ['/app/src/a.ts', 4, 2],
          '9:30': ['/app/vendor/b.ts', 1, 1],
          '9:60': ['/app/node_modules/lru/index.js', 8, 1],
          '9:90': ['/app/src/a.ts', 0, 0],
          '11:-1': ['/app/src/a.ts', 6, 1],
          '12:-1': ['/app/src/other.ts', 80, 1],
          '13:-1': ['/app/src/a.ts', 0, 0],
        },
        names: { '9:3:o': 'remember', '9:3:o:e': 'sessions' },
      },
    },
  };
  const resolver = createFrameResolver(sources, '/app');
  const at = { url, line: 9, column: 3 };

  test('a function, and a variable that it closes over', () => {
    expect(resolver.frame(raw(url, 'o'))).toMatchObject({
      functionName: 'remember',
      file: 'src/a.ts',
      line: 4,
    });
    expect(resolver.holder({ kind: 'variable', name: 'e', of: 'o', at })).toEqual({
      kind: 'variable',
      name: 'sessions',
      of: 'remember',
      at,
    });
  });

  test.each([
    ['a function of another name', 'p', 'p'],
    ['one that is called like a property of all objects', 'constructor', 'constructor'],
  ])('%s keeps it', (_, name, expected) => {
    expect(resolver.frame(raw(url, name)).functionName).toBe(expected);
  });

  test('a holder without a place keeps its name', () => {
    const holder = { kind: 'property', name: 'e', of: 'o' } as const;
    expect(resolver.holder(holder)).toBe(holder);
  });

  test('sources that the map ignores, and packages inside of a bundle, are a library', () => {
    expect(resolver.frame(raw(url, 'f', 9, 30))).toMatchObject({ owner: 'library', package: null });
    expect(resolver.frame(raw(url, 'f', 9, 60))).toMatchObject({ owner: 'library', package: 'lru@7.1.0' });
  });

  test('a line that its file does not have is unknown', () => {
    expect(resolver.frame(raw(url, 'f', 9, 90))).toMatchObject({
      file: 'src/a.ts',
      line: null,
      column: null,
    });
  });

  test.each([
    ['in the same file', 12, 6],
    ['in another file, by inlining', 13, null],
    ['beyond the end of its file', 14, null],
    ['that nobody asked for', 15, 15],
  ])('a tick %s', (_, scriptLine, line) => {
    expect(resolver.line(raw(url, 'o'), scriptLine)).toBe(line);
  });
});

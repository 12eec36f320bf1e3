// Builds name their sources in many ways; what is printed is a file that exists, where there is one.
import { describe, expect, test } from 'vitest';
import { locateSource, sourceFolders } from '../../src/recording/sources/source-paths.ts';
import { collectSources } from '../../src/recording/sources/sources.ts';

const PROJECT = { '/work/shop/package.json': '{"name":"shop"}' };

function locateIn(files: string[], script: string, source: string): string {
  const texts: Record<string, string> = {
    ...PROJECT,
    ...Object.fromEntries(files.map((file) => [file, ''])),
  };
  return locateSource(
    source,
    sourceFolders(script, (path) => texts[path]),
  );
}

describe('a source is found', () => {
  const CHUNK = '/work/shop/.next/server/chunks/a.js';
  test.each<[string, script: string, source: string, file: string]>([
    ['beside the script', '/work/shop/dist/a.js', '/work/shop/src/a.ts', '/work/shop/src/a.ts'],
    ['by webpack', '/work/shop/dist/main.js', 'webpack:///./src/a.ts', '/work/shop/src/a.ts'],
    [
      'by webpack, with the name of the package',
      '/work/shop/dist/main.js',
      'webpack://shop/src/a.ts',
      '/work/shop/src/a.ts',
    ],
    [
      'by webpack, with a query',
      '/work/shop/dist/main.js',
      'webpack://shop/./src/a.ts?ab12',
      '/work/shop/src/a.ts',
    ],
    ['by webpack, with a layer', CHUNK, 'webpack-internal:///(rsc)/./src/a.ts', '/work/shop/src/a.ts'],
    ['by webpack, in full', CHUNK, 'webpack:////work/shop/src/a.ts', '/work/shop/src/a.ts'],
    ['by Turbopack', CHUNK, 'turbopack:///[project]/src/a.ts', '/work/shop/src/a.ts'],
    [
      'by Turbopack, at the root of a workspace',
      CHUNK,
      'turbopack:///[project]/shop/src/a.ts',
      '/work/shop/src/a.ts',
    ],
    ['as a URL of a file', CHUNK, 'file:///work/shop/src/a.ts', '/work/shop/src/a.ts'],
    [
      'after its build was moved',
      '/work/shop/release/js/a.js',
      '/work/shop/release/src/a.ts',
      '/work/shop/src/a.ts',
    ],
  ])('%s', (_, script, source, file) => {
    expect(locateIn(['/work/shop/src/a.ts', '/work/shop/.next/package.json'], script, source)).toBe(file);
  });
});

describe('a source that is not there', () => {
  test.each<[string, script: string, source: string, file: string]>([
    [
      'with a scheme lies in the project',
      '/work/shop/dist/a.js',
      'webpack://shop/./src/a.ts',
      '/work/shop/src/a.ts',
    ],
    [
      'without one stays as it is named',
      '/work/shop/dist/a.js',
      '/work/shop/src/a.ts',
      '/work/shop/src/a.ts',
    ],
    [
      'of a package is none of the program',
      '/work/shop/node_modules/lru/dist/index.js',
      '/work/shop/node_modules/lru/src/index.ts',
      '/work/shop/node_modules/lru/src/index.ts',
    ],
    [
      'belongs to the bundler',
      '/work/shop/dist/a.js',
      'webpack://shop/webpack/bootstrap',
      'webpack://shop/webpack/bootstrap',
    ],
    ['is external', '/work/shop/dist/a.js', 'webpack://shop/external "fs"', 'webpack://shop/external "fs"'],
    [
      'belongs to Turbopack',
      '/work/shop/.next/a.js',
      'turbopack:///[turbopack]/shared/runtime.ts',
      'turbopack:///[turbopack]/shared/runtime.ts',
    ],
    ['is virtual', '/work/shop/dist/a.js', '\0commonjsHelpers.js', '\0commonjsHelpers.js'],
  ])('%s', (_, script, source, file) => {
    expect(locateIn(['/work/shop/src/index.ts'], script, source)).toBe(file);
  });
});

const MAPPINGS = 'AAAA;ACAA';

/** Two lines, each of another source. */
function bundle(sources: string[], more: object = {}): Record<string, string> {
  const map = { version: 3, names: [], mappings: MAPPINGS, sources, ...more };
  return {
    '/app/package.json': '{"name":"app"}',
    '/app/dist/main.js': 'first\nsecond\n//# sourceMappingURL=main.js.map\n',
    '/app/dist/main.js.map': JSON.stringify(map),
  };
}

function collectFrom(files: Record<string, string>) {
  const url = '/app/dist/main.js';
  const sources = collectSources(
    [0, 1].map((line) => ({ url, line, column: 0 })),
    (path) => files[path],
  );
  return { sources, places: Object.values(sources.scripts[url]!.positions).map(([path]) => path) };
}

test('a map says which sources are somebody else’s', () => {
  const { sources } = collectFrom(bundle(['../src/a.ts', '../vendor/b.ts'], { ignoreList: [1] }));
  expect(sources.ignored).toEqual(['/app/vendor/b.ts']);
});

test('sections are maps of their own, with sources of any form', () => {
  const section = (line: number, source: string) => ({
    offset: { line, column: 0 },
    map: { version: 3, names: [], mappings: 'AAAA', sources: [source] },
  });
  const files = {
    ...bundle([]),
    '/app/dist/main.js.map': JSON.stringify({
      version: 3,
      sections: [section(0, 'turbopack:///[project]/src/a.ts'), section(1, 'file:///app/src/b.ts')],
    }),
    '/app/src/a.ts': 'first',
  };
  expect(collectFrom(files).places).toEqual(['/app/src/a.ts', '/app/src/b.ts']);
});

test('packages in a bundle have their name and version, in a zip of Yarn as well', () => {
  const zip = '.yarn/cache/lodash-npm-4.17.21-6382451519-c08619c038.zip/node_modules/lodash/map.js';
  const { sources } = collectFrom({
    ...bundle(['../node_modules/lru/index.js', `../${zip}`]),
    '/app/node_modules/lru/package.json': '{"version":"7.1.0"}',
  });
  expect(sources.packages).toEqual({
    '/app/node_modules/lru/index.js': 'lru@7.1.0',
    [`/app/${zip}`]: 'lodash@4.17.21',
  });
});

test('one source in several scripts is one place', () => {
  const files: Record<string, string> = {
    ...bundle(['../src/a.ts', '../src/a.ts']),
    '/app/out/page.js': `x\n//# sourceMappingURL=data:application/json,${encodeURIComponent(JSON.stringify({ version: 3, names: [], mappings: 'AAAA', sources: ['webpack://app/./src/a.ts'] }))}`,
    '/app/src/a.ts': 'a',
  };
  const positions = ['/app/dist/main.js', '/app/out/page.js'].map((url) => ({ url, line: 0, column: 0 }));
  const { scripts } = collectSources(positions, (path) => files[path]);
  expect(Object.values(scripts).map((script) => script.positions['0:0'])).toEqual([
    ['/app/src/a.ts', 1, 1],
    ['/app/src/a.ts', 1, 1],
  ]);
});

describe('the map of a package', () => {
  const collectOf = (script: string, sources: string[]) => {
    const map = { version: 3, names: [], mappings: MAPPINGS, sources };
    const files: Record<string, string> = {
      '/app/package.json': '{"name":"app"}',
      '/app/src/a.ts': 'the program’s own',
      [script]: `first\nsecond\n//# sourceMappingURL=data:application/json,${encodeURIComponent(JSON.stringify(map))}`,
    };
    const collected = collectSources([{ url: script, line: 1, column: 0 }], (path) => files[path]);
    return { place: collected.scripts[script]!.positions['1:0'], lines: collected.lines };
  };

  test.each([
    ['', '../../src/a.ts'],
    [', to beside it', '../src/a.ts'],
    [', under a name of its build', 'webpack://orm/webpack/bootstrap'],
  ])('that leads out of it is not followed: the file that is there is shown%s', (_, source) => {
    const script = '/app/node_modules/orm/index.js';
    expect(collectOf(script, [source, source])).toEqual({
      place: [script, 2, 1],
      lines: { [`${script}:2`]: 'second' },
    });
  });

  test('that stays within is followed', () => {
    expect(collectOf('/app/node_modules/orm/dist/index.js', ['../src/a.ts', '../src/a.ts']).place).toEqual([
      '/app/node_modules/orm/src/a.ts',
      1,
      1,
    ]);
  });

  test('that names another package, which was put into it, is followed', () => {
    const lodash = '../../lodash/map.js';
    expect(collectOf('/app/node_modules/orm/dist/index.js', [lodash, lodash]).place).toEqual([
      '/app/node_modules/lodash/map.js',
      1,
      1,
    ]);
  });

  test('is followed to the program from where builds keep what they made of it', () => {
    expect(
      collectOf('/app/node_modules/.cache/built/a.js', ['../../../src/a.ts', '../../../src/a.ts']).place,
    ).toEqual(['/app/src/a.ts', 1, 1]);
  });
});

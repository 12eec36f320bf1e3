import { transformSync } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { scriptPath } from '../../src/recording/sources/script-position.ts';
import { collectSources } from '../../src/recording/sources/sources.ts';

const SOURCE = `interface Order { id: number }

export function total(orders: Order[]): number {
  return orders.reduce((sum, order) => sum + order.id, 0);
}
`;

function compile(sourcefile = '../src/orders.ts') {
  const { code, map } = transformSync(SOURCE, {
    loader: 'ts',
    sourcemap: 'external',
    sourcefile,
    minify: true,
  });
  const json = JSON.parse(map);
  json.sources = [sourcefile];
  const column = code.indexOf('total');
  return { code, json, column };
}

const collect = (files: Record<string, string>, url: string, line: number, column: number) => {
  const sources = collectSources([{ url, line, column }], (path) => files[path]);
  return { place: sources.scripts[url]?.positions[`${line}:${column}`], sources };
};
const dataUrl = (json: object) =>
  `data:application/json;base64,${Buffer.from(JSON.stringify(json)).toString('base64')}`;
const ORIGINAL = ['/app/src/orders.ts', 3];

describe('source maps:', () => {
  const { code, json, column } = compile();
  const URL_ = '/app/dist/orders.js';

  test.each<[string, Record<string, string>]>([
    [
      'external',
      { [URL_]: `${code}//# sourceMappingURL=orders.js.map\n`, [`${URL_}.map`]: JSON.stringify(json) },
    ],
    [
      'external with the guard line of old servers',
      {
        [URL_]: `${code}//# sourceMappingURL=orders.js.map\n`,
        [`${URL_}.map`]: `)]}'\n${JSON.stringify(json)}`,
      },
    ],
    [
      'external in another folder',
      {
        [URL_]: `${code}//# sourceMappingURL=maps/o%20o.map\n`,
        '/app/dist/maps/o o.map': JSON.stringify({ ...json, sources: ['../../src/orders.ts'] }),
      },
    ],
    ['inline', { [URL_]: `${code}//# sourceMappingURL=${dataUrl(json)}\n` }],
    [
      'the last of several',
      { [URL_]: `${code}\n//# sourceMappingURL=old.map\n//# sourceMappingURL=${dataUrl(json)}\n` },
    ],
    [
      'in sections',
      {
        [URL_]: `${code}//# sourceMappingURL=${dataUrl({ version: 3, sections: [{ offset: { line: 0, column: 0 }, map: json }] })}\n`,
      },
    ],
  ])('%s', (_, files) => {
    const { place, sources } = collect(files, URL_, 0, column);
    expect(place?.slice(0, 2)).toEqual(ORIGINAL);
    expect(sources.lines['/app/src/orders.ts:3']).toContain('export function total');
  });

  test('with a source root', () => {
    const files = {
      [URL_]: `${code}//# sourceMappingURL=${dataUrl({ ...json, sourceRoot: '../', sources: ['src/orders.ts'] })}\n`,
    };
    expect(collect(files, URL_, 0, column).place?.slice(0, 2)).toEqual(ORIGINAL);
  });

  test.each(['webpack://shop/./src/orders.ts', 'webpack:///./src/orders.ts', 'webpack://shop/src/orders.ts'])(
    'of a bundler: %s',
    (name) => {
      const files = {
        '/app/bundle.js': `${code}//# sourceMappingURL=${dataUrl({ ...json, sources: [name] })}\n`,
      };
      expect(collect(files, '/app/bundle.js', 0, column).place?.slice(0, 2)).toEqual(ORIGINAL);
    },
  );

  test('of an ES module by its URL', () => {
    const files = { [URL_]: `${code}//# sourceMappingURL=${dataUrl(json)}\n` };
    expect(collect(files, `file://${URL_}`, 0, column).place?.slice(0, 2)).toEqual(ORIGINAL);
  });

  test('what the compiler put before the first mapping stands in no source, and the code of the module in the first', () => {
    const helper = 'var n=(f,name)=>Object.defineProperty(f,"name",{value:name});';
    const sections = [{ offset: { line: 0, column: helper.length }, map: json }];
    const files = { [URL_]: `${helper}${code}//# sourceMappingURL=${dataUrl({ version: 3, sections })}\n` };
    const wanted = [
      { url: URL_, line: 0, column: 6, of: 'n', isStart: true },
      { url: URL_, line: 0, column: 0, of: '', isStart: true },
      { url: URL_, line: 0, column: helper.length + column, of: 'total', isStart: true },
    ];
    const script = collectSources(wanted, (path) => files[path as keyof typeof files]).scripts[URL_];
    expect(script?.added).toEqual(['0:6']);
    expect(script?.positions['0:0']?.[0]).toBe('/app/src/orders.ts');
    expect(script?.positions[`0:${helper.length + column}`]?.slice(0, 2)).toEqual(ORIGINAL);
  });

  test('a line without a column is the first place in that line', () => {
    const files = { [URL_]: `${code}//# sourceMappingURL=${dataUrl(json)}\n` };
    expect(collect(files, URL_, 0, -1).place?.[0]).toBe('/app/src/orders.ts');
  });

  test('the text comes from the disk when the map does not hold it', () => {
    const { sourcesContent: _, ...bare } = json;
    const files = { [URL_]: `${code}//# sourceMappingURL=${dataUrl(bare)}\n`, '/app/src/orders.ts': SOURCE };
    expect(collect(files, URL_, 0, column).sources.lines['/app/src/orders.ts:3']).toContain(
      'export function total',
    );
  });

  test.each<[string, string]>([
    ['missing', 'gone.map'],
    ['broken', 'data:application/json;base64,AAAA'],
    ['no JSON', 'data:application/json,%7B'],
    ['of another kind', dataUrl({ version: 2 })],
    ['without mappings', dataUrl({ version: 3, sources: [], mappings: '' })],
    ['with hostile mappings', dataUrl({ version: 3, sources: ['a'], mappings: '////;;;;!!' })],
    ['with an address that cannot be decoded', '%zz.map'],
    ['with sections in sections in circles', dataUrl({ version: 3, sections: [{ offset: {}, map: null }] })],
  ])('%s: the script itself is named', (_, mapUrl) => {
    const { place } = collect({ [URL_]: `${code}//# sourceMappingURL=${mapUrl}\n` }, URL_, 0, 9);
    expect(place).toEqual([URL_, 1, 10]);
  });
});

describe('packages:', () => {
  const PACKAGE = '/app/node_modules/@shop/cart';
  const versionOf = (json: string | undefined) =>
    collect(
      { [`${PACKAGE}/i.js`]: '', ...(json === undefined ? {} : { [`${PACKAGE}/package.json`]: json }) },
      `${PACKAGE}/i.js`,
      0,
      0,
    ).sources.scripts[`${PACKAGE}/i.js`]!.package;

  test.each([
    ['name and version', '{"name":"x","version":"1.2.3"}', '@shop/cart@1.2.3'],
    ['no version', '{}', '@shop/cart'],
    ['a version that is a number', '{"version":7}', '@shop/cart'],
    ['no package.json', undefined, '@shop/cart'],
    ['a broken one', '{', '@shop/cart'],
    ['null', 'null', '@shop/cart'],
  ])('%s', (_, json, name) => {
    expect(versionOf(json)).toBe(name);
  });

  test('code of the application belongs to none', () => {
    expect(collect({ '/app/a.js': '' }, '/app/a.js', 0, 0).sources.scripts['/app/a.js']!.package).toBeNull();
  });

  test('each package.json is read once', () => {
    const asked: string[] = [];
    const urls = Array.from({ length: 9 }, (_, i) => ({ url: `${PACKAGE}/${i}.js`, line: 0, column: 0 }));
    collectSources(urls, (path) => void asked.push(path));
    expect(asked.filter((path) => path.endsWith('package.json'))).toHaveLength(1);
  });
});

describe('lines:', () => {
  test('of a minified file are cut around the column', () => {
    const text = `${'a'.repeat(5_000)}HERE${'b'.repeat(5_000)}`;
    const { sources } = collect({ '/a.js': text }, '/a.js', 0, 5_000);
    expect(sources.lines['/a.js:1']).toContain('HERE');
    expect(sources.lines['/a.js:1']!.length).toBeLessThan(1_000);
  });

  test('of a short function in minified code are those of the whole function: no sample tells one of them', () => {
    const filler = Array.from({ length: 30 }, (_, i) => `export const word${i} = 'word ${i}';\n`).join('');
    const long = `export function rows(all: number[]) {\n${'  all.push(all.length);\n'.repeat(20)}}\n`;
    const source = `${filler}export function amount(cents: number) {
  const euros = cents / 100;
  return euros.toLocaleString('de-DE');
}
${long}`;
    const { code, map } = transformSync(source, {
      loader: 'ts',
      sourcemap: 'external',
      sourcefile: '../src/format.ts',
      minify: true,
    });
    const json = { ...JSON.parse(map), sources: ['../src/format.ts'] };
    const files: Record<string, string> = {
      '/app/dist/a.js': `${code}//# sourceMappingURL=${dataUrl(json)}`,
    };
    const starts = ['amount', 'rows'].map((of) => ({
      url: '/app/dist/a.js',
      line: 0,
      column: code.indexOf(`function ${of}`) + `function ${of}`.length,
      of,
      isStart: true,
    }));
    const { lines } = collectSources(starts, (path) => files[path]);
    expect(lines).toMatchObject({
      '/app/src/format.ts:31':
        "export function amount(cents: number) { const euros = cents / 100; return euros.toLocaleString('de-DE'); }",
      '/app/src/format.ts:35': 'export function rows(all: number[]) {',
    });
  });

  test('that are not there have no number, and the file is said to differ', () => {
    expect(collect({ '/a.js': 'x' }, '/a.js', 99, 0)).toMatchObject({
      place: ['/a.js', 0, 0],
      sources: { lines: {}, differing: ['/a.js'] },
    });
  });

  test('of samples beyond the end are of an inlined function: they have no number, and the file does not differ', () => {
    const { place, sources } = collect({ '/a.js': 'x' }, '/a.js', 99, -1);
    expect(place).toEqual(['/a.js', 0, 0]);
    expect(sources).toMatchObject({ lines: {} });
    expect(sources.differing).toBeUndefined();
  });

  test('of scripts that have no file are not looked for', () => {
    const asked: string[] = [];
    collectSources(
      ['evalmachine.<anonymous>', 'node:fs', 'data:text/javascript,1', 'file://host/x', ''].map((url) => ({
        url,
        line: 0,
        column: 0,
      })),
      (path) => void asked.push(path),
    );
    expect(asked).toEqual([]);
    expect(scriptPath('file:///a%20b.js')).toBe('/a b.js');
  });
});

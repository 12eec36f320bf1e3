// What V8 says it runs comes before what a file says; where the two differ and no map tells more, the report says so.
import { transformSync } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { scriptsInDoubt } from '../../src/recording/sources/file-check.ts';
import type { ScriptPosition } from '../../src/recording/sources/script-position.ts';
import { collectSources } from '../../src/recording/sources/sources.ts';
import type { RunningScript } from '../../src/signals/sink.ts';

const SOURCE = `interface Session {
  id: number;
}

const sessions = new Map<number, Session>();

export function remember(id: number): Session {
  const session: Session = { id };
  sessions.set(id, session);
  return session;
}
`;
const FILE = '/app/src/sessions.ts';
const ORIGINAL = [FILE, 7];

/** As tsx does it: all on one line, with a map that stands in the text only. */
function compiled(options: { minify?: boolean; sourcefile?: string } = {}) {
  const { code, map } = transformSync(SOURCE, {
    loader: 'ts',
    format: 'cjs',
    sourcemap: 'external',
    sourcefile: options.sourcefile ?? FILE,
    minifyWhitespace: true,
    minifySyntax: options.minify ?? false,
    minifyIdentifiers: options.minify ?? false,
  });
  const json = JSON.parse(map) as { sources: string[] };
  json.sources = [options.sourcefile ?? FILE];
  return { code, json };
}

const inline = (json: object) =>
  `data:application/json;base64,${Buffer.from(JSON.stringify(json)).toString('base64')}`;

function running(text: string, overrides: Partial<RunningScript> = {}): RunningScript {
  return {
    url: `file://${FILE}`,
    lines: text.split('\n').length,
    characters: text.length,
    sourceMapUrl: '',
    ...overrides,
  };
}

function collect(
  position: ScriptPosition,
  {
    files = { [FILE]: SOURCE } as Record<string, string>,
    scripts = [] as RunningScript[],
    cwd = '/app',
  } = {},
) {
  const sources = collectSources([position], (path) => files[path], { scripts, cwd });
  const { url, line, column } = position;
  return { place: sources.scripts[url]?.positions[`${line}:${column}`], sources };
}

/** Where `remember` begins, as V8 has it: at the parenthesis. */
function startIn(code: string, of = 'remember', url = FILE): ScriptPosition {
  const column = code.indexOf(`function ${of}(`) + `function ${of}`.length;
  return { url, line: 0, column, of, isStart: true };
}

describe('the map that only V8 has', () => {
  const { code, json } = compiled();
  const scripts = [running(code, { sourceMapUrl: inline(json) })];

  test.each([
    ['of an ES module', `file://${FILE}`],
    ['of CommonJS, which stacks name by its path', FILE],
  ])('%s', (_, url) => {
    const { place, sources } = collect(startIn(code, 'remember', url), { scripts });
    expect(place?.slice(0, 2)).toEqual(ORIGINAL);
    expect(sources.lines[`${FILE}:7`]).toMatch(/^export function remember\(id: number\): Session \{/);
    expect(sources.differing).toBeUndefined();
  });

  test('of an executable, whose script is no file', () => {
    const built = compiled({ sourcefile: '../src/sessions.ts' });
    const url = 'dist/server.js';
    const { place, sources } = collect(startIn(built.code, 'remember', url), {
      files: { [FILE]: SOURCE },
      scripts: [running(built.code, { url, sourceMapUrl: inline(built.json) })],
    });
    expect(place?.slice(0, 2)).toEqual(ORIGINAL);
    expect(sources.scripts[url]!.path).toBeNull();
  });

  test('in a file beside it', () => {
    const files = { [FILE]: SOURCE, '/app/src/maps/s.map': JSON.stringify(json) };
    const external = [running(code, { sourceMapUrl: 'maps/s.map' })];
    expect(collect(startIn(code), { files, scripts: external }).place?.slice(0, 2)).toEqual(ORIGINAL);
  });

  test('of several texts under one URL, the newest that has such a line', () => {
    const other = transformSync('export {};\n\n\nexport const later = 1;', {
      loader: 'ts',
      sourcemap: 'external',
      sourcefile: '/app/src/other.ts',
    });
    const older = running('\n\n\n', { sourceMapUrl: inline(JSON.parse(other.map)) });
    expect(collect(startIn(code), { scripts: [older, ...scripts] }).place?.slice(0, 2)).toEqual(ORIGINAL);
  });

  test('what the compiler added has no line in a file that it does not stand in', () => {
    const helpers = { version: 3, sources: [FILE], names: [], mappings: ';;;AAAA' };
    const { place } = collect(
      { url: FILE, line: 7, column: 2 },
      { scripts: [running('\n'.repeat(9), { sourceMapUrl: inline(helpers) })] },
    );
    expect(place).toEqual([FILE, 0, 0]);
  });

  test.each([
    ['broken', 'data:application/json;base64,AAAA'],
    ['gone', 'nowhere.map'],
    ['no address', '%zz'],
  ])('%s: the lines are those of the text that runs, and the file is said to differ', (_, sourceMapUrl) => {
    const text = `\n\n${code}`;
    const position = { ...startIn(code), line: 2 };
    const { place, sources } = collect(position, { scripts: [running(text, { sourceMapUrl })] });
    expect(place?.slice(0, 2)).toEqual([FILE, 3]);
    expect(sources.differing).toEqual([FILE]);
    expect(sources.lines).toEqual({});
  });
});

describe('a file that is not what runs', () => {
  test('has no line beyond its end', () => {
    const { place, sources } = collect({ url: FILE, line: 63, column: 4 });
    expect(place).toEqual([FILE, 0, 0]);
    expect(sources.differing).toEqual([FILE]);
  });

  test('may have grown by a comment that keeps all places, as with type stripping', () => {
    const text = `${SOURCE}\n\n//# sourceURL=${FILE}`;
    const position = { url: FILE, line: 6, column: 24, of: 'remember', isStart: true };
    const { place, sources } = collect(position, { scripts: [running(text)] });
    expect(place).toEqual([FILE, 7, 25]);
    expect(sources.differing).toBeUndefined();
    expect(sources.lines[`${FILE}:7`]).toMatch(/^export function remember\(id: number\): Session \{/);
  });

  test('a source that changed after it was compiled', () => {
    const { code, json } = compiled();
    const scripts = [running(code, { sourceMapUrl: inline(json) })];
    const edited = collect(startIn(code), { files: { [FILE]: `// new\n${SOURCE}` }, scripts });
    expect(edited.sources.differing).toEqual([FILE]);
    const shorter = collect(startIn(code), { files: { [FILE]: 'export {};\n' }, scripts });
    expect(shorter.place).toEqual([FILE, 0, 0]);
  });
});

describe('V8 is asked where a file', () => {
  const at = (overrides: Partial<ScriptPosition>): ScriptPosition => ({
    url: FILE,
    line: 6,
    column: 24,
    of: 'remember',
    isStart: true,
    ...overrides,
  });
  const doubts = (position: ScriptPosition, files: Record<string, string> = { [FILE]: SOURCE }) =>
    scriptsInDoubt([position], (path) => files[path]);

  test.each<[string, Partial<ScriptPosition>]>([
    ['has no such line', { line: 80 }],
    ['has no such column', { column: 300 }],
    ['has no such function there', { line: 1, column: 2 }],
    ['is not there', { url: '/app/gone.js' }],
    ['is not there, since the script comes out of an executable', { url: 'server.js' }],
    ['is not there, since a bundler made the script', { url: 'webpack-internal:///(rsc)/./src/a.ts' }],
  ])('%s', (_, overrides) => {
    expect(doubts(at(overrides))).toEqual([at(overrides).url]);
  });

  test.each<[string, Partial<ScriptPosition>]>([
    ['has the function there', {}],
    ['has the line of a call', { isStart: false, line: 8, of: 'other' }],
    ['has the line, and no column was given', { line: 8, column: -1, of: undefined as never }],
    ['calls it a method of something', { of: 'exports.remember' }],
    ['cannot be: it is evaluated code', { url: 'evalmachine.<anonymous>' }],
    ['cannot be: it is a data URL', { url: 'data:text/javascript,a.js' }],
    ['belongs to a package', { url: '/app/node_modules/a/i.js', line: 900 }],
  ])('but not where it %s', (_, overrides) => {
    expect(doubts(at(overrides))).toEqual([]);
  });

  const LAYERS = `const layers = [
${'  // What each of them is for.\n'.repeat(12)}  async (request, next) => next(request),
  request => request.path,
  function (request) { return request; },
  wrap(request),
];
`;
  test.each<[string, boolean, number, number]>([
    ['an arrow function that it names after a list far above', false, 13, 2],
    ['the same with one plain parameter', false, 14, 2],
    ['a function expression', false, 15, 11],
    ['a call, where no function begins', true, 16, 6],
    ['the rest of a word', true, 13, 4],
  ])('V8 names %s', (_, isDoubted, line, column) => {
    const position = at({ line, column, of: 'layers' });
    expect(doubts(position, { [FILE]: LAYERS }).length > 0).toBe(isDoubted);
    // A name that stands nowhere above is no such name.
    expect(doubts({ ...position, of: 'elsewhere' }, { [FILE]: LAYERS })).toEqual([position.url]);
  });
});

describe('names that a minifier has changed', () => {
  const { code, json } = compiled({ minify: true });
  const short = /function (\w+)\(/.exec(code)![1]!;
  const holder = /(\w+)\.set\(/.exec(code)![1]!;
  const scripts = [running(code, { sourceMapUrl: inline(json) })];
  /** In a bundle the text that runs is the file. */
  const bundle = '/app/dist/server.js';
  const files = { [bundle]: `${code}//# sourceMappingURL=${inline(json)}\n`, [FILE]: SOURCE };
  const namesOf = (position: ScriptPosition, options: Parameters<typeof collect>[1]) =>
    Object.values(collect(position, options).sources.scripts[position.url]?.names ?? {});

  test('the names are short', () => {
    expect([short, holder].map((name) => name.length)).toEqual([1, 1]);
  });

  test('of a function, with and without the text', () => {
    expect(namesOf(startIn(code, short, bundle), { files })).toEqual(['remember']);
    expect(namesOf(startIn(code, short), { scripts })).toEqual(['remember']);
  });

  test('of the function around a call', () => {
    const call = { url: bundle, line: 0, column: code.indexOf('.set('), of: short };
    expect(namesOf(call, { files })).toEqual(['remember']);
  });

  test('of the function around a call, without the text: by where it begins', () => {
    const start = startIn(code, short);
    const call = { url: FILE, line: 0, column: code.indexOf('.set('), of: short };
    const sources = collectSources([call, start], (path) => ({ [FILE]: SOURCE })[path], {
      scripts,
      cwd: '/app',
    });
    expect(Object.values(sources.scripts[FILE]!.names!)).toEqual(['remember', 'remember']);
  });

  test('of a variable that it closes over', () => {
    expect(namesOf({ ...startIn(code, short, bundle), variable: holder }, { files })).toEqual(['sessions']);
  });

  test('of a variable that another line declares, whatever other blocks declare', () => {
    const url = '/app/dist/chunk.js';
    const map = {
      version: 3,
      names: [],
      sources: [FILE],
      sourcesContent: ['let warehouse;'],
      mappings: ';IAAI',
    };
    const comment = `//# ${'sourceMappingURL'}=${inline(map)}\n`;
    const function_ = { url, line: 0, column: 9, of: '', isStart: true, variable: 'e4' };
    const namesWith = (other: string) =>
      namesOf(function_, { files: { [url]: `function(){}\nlet e4=(0,n.p)();${other}${comment}` } });
    expect(namesWith('e4.acquire();')).toEqual(['warehouse']);
    expect(namesWith('()=>{let e4=5};')).toEqual(['warehouse']);
  });

  test('are read in the source where the map has no names', () => {
    const column = code.indexOf(`function ${short}(`) + 'function '.length;
    const url = '/app/dist/plain.js';
    const plain = (sources: string) => ({
      [url]: `${code}//# ${'sourceMappingURL'}=${inline({
        version: 3,
        names: [],
        sources: [FILE],
        sourcesContent: [sources],
        mappings: `${vlq(column)}AMgB`,
      })}\n`,
    });
    expect(namesOf(startIn(code, short, url), { files: plain(SOURCE) })).toEqual(['remember']);
    expect(namesOf(startIn(code, short, url), { files: plain('\n'.repeat(9)) })).toEqual([]);
    const keyword = `${'\n'.repeat(6)}${' '.repeat(16)}function () {}`;
    expect(namesOf(startIn(code, short, url), { files: plain(keyword) })).toEqual([]);
  });

  test.each([
    ['a function that was put in place of its only call', '!function(e){return e}(1)', SOURCE, ['remember']],
    ['one that is asynchronous', '!async function(e){return e}(1)', SOURCE, ['remember']],
    [
      'one that had no name either',
      '!function(e){return e}(1)',
      `${'\n'.repeat(6)}       function () {}`,
      [],
    ],
    ['an arrow function', 'a=(e)=>{return e}', SOURCE, []],
  ])('of %s', (_what, text, source, expected) => {
    const url = '/app/dist/inlined.js';
    const map = {
      version: 3,
      names: [],
      sources: [FILE],
      sourcesContent: [source],
      mappings: `${vlq(1)}AMO`,
    };
    const inlined = { [url]: `${text}//# ${'sourceMappingURL'}=${inline(map)}\n` };
    const start = { url, line: 0, column: text.indexOf('('), isStart: true };
    expect(namesOf(start, { files: inlined })).toEqual(expected);
  });

  test('of a function that the map leads to beside its only call, with its place', () => {
    const url = '/app/dist/inlined.js';
    const sourcesContent = ['total(items);', '\nexport function total(items) {'];
    const map = {
      version: 3,
      names: [],
      sources: ['/app/src/shop.ts', '/app/src/price.ts'],
      sourcesContent,
      // Both at the same column: the call, then the declaration.
      mappings: `AAAA,${vlq(1)}AAA,ACC${vlq(7)},GAAG`,
    };
    const files = { [url]: `!function(e){return e}(1)//# ${'sourceMappingURL'}=${inline(map)}\n` };
    const start = { url, line: 0, column: 9, isStart: true };
    const { positions, names } = collect(start, { files }).sources.scripts[url]!;
    expect([Object.values(positions), Object.values(names!)]).toEqual([
      [['/app/src/price.ts', 2, 8]],
      ['total'],
    ]);
  });

  test.each<[what: string, place: Partial<ScriptPosition>, body: string, names: string[]]>([
    ['a line of a function', { line: 2, column: 4 }, '  const sum = 0;', ['total']],
    ['a callback', { line: 2, column: 4 }, '  return items.map((item) =>', []],
    ['what begins in a head', { line: 0, column: 29, isStart: true }, '  const sum = 0;', ['total']],
    ['what begins in a body', { line: 1, column: 19, isStart: true }, '  return items.map((item) =>', []],
  ])('of code without a name that was put in place of a call: %s', (_what, place, body, expected) => {
    const { line = 0, column = 0, isStart } = place;
    const url = '/app/dist/inlined.js';
    const map = {
      version: 3,
      names: [],
      sources: [FILE],
      sourcesContent: [`export function total(items) {\n${body}\n    items.add(sum);\n}`],
      mappings: `AA${vlq(line)}${vlq(column)}`,
    };
    const files = { [url]: `!e=>e.add(0)//# ${'sourceMappingURL'}=${inline(map)}\n` };
    const position = { url, line: 0, column: 1, ...(isStart && { isStart }) };
    expect(namesOf(position, { files })).toEqual(expected);
  });
});

/** A number as source maps write it. */
function vlq(value: number): string {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  let rest = value * 2;
  let text = '';
  do {
    text += digits[(rest % 32) + (rest >= 32 ? 32 : 0)];
    rest = Math.floor(rest / 32);
  } while (rest > 0);
  return text;
}

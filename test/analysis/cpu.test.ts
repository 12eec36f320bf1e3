import { describe, expect, test } from 'vitest';
import { blame } from '../../src/analysis/cpu/blame/blame.ts';
import { groupByBlame, summarizeCpu } from '../../src/analysis/cpu/cpu.ts';
import { gcOfProfile, summarizeGc } from '../../src/analysis/cpu/gc.ts';
import { packageTotals } from '../../src/analysis/cpu/package-totals.ts';
import { classifyWork } from '../../src/analysis/cpu/work.ts';
import { buildObservations, gc } from '../support/build-observations.ts';
import { buildCpuProfile, framesFrom, type Slice } from '../support/build-profile.ts';

const MAIN = 'main@/app/src/main.js:1';
const summarize = (slices: Slice[], text?: string) => summarizeCpu(buildCpuProfile(slices), () => text);
const times = (slices: Slice[]) =>
  summarize(slices).hotspots.map(({ frame, selfMicros, totalMicros }) => [
    frame.functionName,
    selfMicros / 1_000,
    totalMicros / 1_000,
  ]);

describe('the CPU summary', () => {
  test('takes the time apart by state', () => {
    const summary = summarize([
      [MAIN, 30],
      ['(idle)', 50],
      ['(garbage collector)', 10],
      ['(program)', 10],
    ]);
    expect(summary).toMatchObject({
      durationMicros: 100_000,
      busyMicros: 40_000,
      idleMicros: 50_000,
      gcMicros: 10_000,
      programMicros: 10_000,
    });
  });

  test('gives each function its own time and that of all it calls', () => {
    expect(
      times([
        [MAIN, 10],
        [`${MAIN} > work@/app/src/w.js:3`, 25],
      ]),
    ).toEqual([
      ['work', 25, 25],
      ['main', 10, 35],
    ]);
  });

  test('counts recursion once in the total, in every branch', () => {
    const walk = 'walk@/app/src/t.js:4';
    expect(
      times([
        [`${MAIN} > ${walk} > ${walk} > ${walk}`, 10],
        [`${MAIN} > ${walk}`, 5],
        [`${walk} > ${MAIN} > ${walk}`, 7],
      ]),
    ).toEqual([['walk', 22, 22]]);
  });

  test('credits built-ins to the function that called them', () => {
    expect(
      times([
        [`${MAIN} > sort`, 30],
        [`${MAIN} > sort > (anonymous)`, 5],
        [MAIN, 1],
      ]),
    ).toEqual([['main', 36, 36]]);
  });

  test('adds up a function that was reached in many ways', () => {
    const hot = 'hot@/app/src/h.js:2';
    expect(
      times([
        [`${MAIN} > ${hot}`, 10],
        [`other@/app/src/o.js:1 > ${hot}`, 15],
      ]),
    ).toEqual([['hot', 25, 25]]);
  });

  test('credits Node’s heavy calls to the code that made them, not its serving', () => {
    expect(times([[`${MAIN} > readFileSync@node:fs:400 > read@node:fs:100`, 40]])[0]![0]).toBe('main');
    expect(times([[`${MAIN} > writev@node:net:800`, 40]])[0]![0]).toBe('writev');
  });

  test('knows the hottest line and its share', () => {
    const [hotspot] = summarize([
      [`${MAIN}#7`, 30],
      [`${MAIN}#9`, 10],
    ]).hotspots;
    expect(hotspot).toMatchObject({ hotLine: 7, hotLineShare: 0.75 });
  });

  test('of an idle profile has no hotspots and no division by zero', () => {
    expect(summarize([['(idle)', 100]])).toMatchObject({ busyMicros: 0, hotspots: [] });
  });
});

describe('blame', () => {
  const of = (stack: string) => blame(framesFrom(stack));
  const LRU = 'set@/app/node_modules/lru/index.js:4';

  test('names the innermost application frame', () => {
    expect(of(`${MAIN} > handle@/app/src/h.js:5 > emit@node:events:1`).subject!.functionName).toBe('handle');
  });

  test('names the library that the application called, at its outermost frame', () => {
    const { app, library, subject } = of(`${MAIN} > ${LRU} > evict@/app/node_modules/lru/index.js:90`);
    expect([app!.functionName, library!.functionName, subject!.functionName]).toEqual([
      'main',
      'set',
      'main',
    ]);
  });

  test('names a library alone when no application code is on the stack', () => {
    expect(of(`onread@node:net:1 > ${LRU}`)).toMatchObject({ app: null, subject: { functionName: 'set' } });
  });

  test('names nobody for Node’s own stacks', () => {
    expect(of('processTimers@node:internal/timers:1 > run')).toEqual({
      app: null,
      library: null,
      inner: null,
      chain: [],
      subject: null,
      caller: null,
    });
    expect(blame([]).subject).toBeNull();
  });

  test('names an anonymous callback after the function around it in the same file', () => {
    expect(of('total@/app/src/sum.js:5 > reduce > @/app/src/sum.js:7').subject!.functionName).toBe('total');
  });

  test('keeps an anonymous callback that another file called, with its line', () => {
    expect(of('run@/app/src/pool.js:5 > @/app/src/job.js:7').subject).toMatchObject({
      functionName: '(anonymous)',
      file: 'src/job.js',
      line: 7,
    });
  });

  test('tells the caller, past recursion', () => {
    const walk = 'walk@/app/src/t.js:4';
    expect(of(`${MAIN} > ${walk} > ${walk}`).caller!.functionName).toBe('main');
  });
});

describe('the work of a stack', () => {
  test.each([
    [`${MAIN} > readFileSync@node:fs:400 > tryReadSync@node:fs:380`, 'sync-fs', 'fs.readFileSync'],
    [
      `${MAIN} > execSync@node:child_process:900 > spawnSync@node:internal/child_process:10`,
      'child-process',
      'child_process.execSync',
    ],
    [`${MAIN} > pbkdf2Sync@node:internal/crypto/pbkdf2:60 > run`, 'crypto', 'crypto.pbkdf2Sync'],
    [`${MAIN} > gzipSync@node:zlib:700`, 'zlib', 'zlib.gzipSync'],
    [`${MAIN} > RegExp: ^(a+)+$`, 'regexp', null],
    [`${MAIN} > writev@node:net:800`, 'serving', null],
    [`${MAIN} > map`, 'plain', null],
    [MAIN, 'plain', null],
  ])('%s', (stack, kind, call) => {
    expect(classifyWork(framesFrom(stack), undefined)).toEqual({ kind, call });
  });

  test.each([
    ['const body = JSON.parse(text)', 'json'],
    ['if (/^(a+)+$/.test(input)) return', 'regexp'],
    ['return date.toLocaleString("de")', 'intl'],
    ['rows.sort(byName)', 'sort'],
    ['total += rows[i].price', 'plain'],
  ])('by the text of its line: %s', (text, kind) => {
    expect(classifyWork(framesFrom(MAIN), text).kind).toBe(kind);
  });

  test.each([
    ['Node with source maps', 'parse@node:internal/source_map/source_map:200'],
    ['a package', 'decode@/app/node_modules/maps/index.js:9'],
  ])('the text of a stack is told by V8 asking for it: %s', (_, leaf) => {
    const frames = framesFrom(`${MAIN} > prepareStackTraceCallback@node:internal/errors:140 > ${leaf}`);
    expect(classifyWork(frames, undefined)).toEqual({ kind: 'stack-trace', call: 'error.stack' });
  });

  test.each([
    ['one native call', 'all', 'all'],
    ['WebAssembly', 'wasm-function[12]@wasm://wasm/f0a1:1', 'WebAssembly'],
    ['WebAssembly that calls itself and V8', 'wasm-function[12]@wasm://wasm/f0a1:1 > toString', null],
    ['code of Node', 'normalize@node:path:9', null],
    ['a native frame without a name', '(anonymous)', null],
  ])('%s', (_, leaf, call) => {
    expect(classifyWork(framesFrom(`${MAIN} > ${leaf}`), undefined)).toEqual({ kind: 'plain', call });
  });

  test('a native call is named for a function that spends most of its time in it', () => {
    const callOf = (own: number) =>
      summarize([
        [`${MAIN} > includes`, 10],
        [MAIN, own],
      ]).hotspots[0]!.work.call;
    expect([callOf(5), callOf(30)]).toEqual(['includes', null]);
  });

  test('the application’s own frames are not taken for it', () => {
    const frames = framesFrom('prepareStackTrace@/app/src/errors.js:3');
    expect(classifyWork(frames, undefined).kind).toBe('plain');
  });

  test('asynchronous file access is not synchronous work', () => {
    expect(classifyWork(framesFrom(`${MAIN} > open@node:fs:500`), undefined).kind).not.toBe('sync-fs');
  });
});

describe('a package that several places call', () => {
  const ROUTE = 'handle@/app/node_modules/express/router.js:5';
  const RENDER = 'render@/app/node_modules/express/app.js:90 > compile@/app/node_modules/pug/index.js:4';
  const shared = (slices: Slice[]) => {
    const { hotspots, callersOfApp } = summarize(slices);
    return packageTotals(groupByBlame(hotspots), callersOfApp).map(
      ({ package: name, selfMicros, callers }) => [
        name,
        selfMicros / 1_000,
        callers.map(({ top }) => top.blame.app?.functionName),
      ],
    );
  };

  test('is taken together, with all that they spend through it, the place with most time first; the framework that calls them is none', () => {
    expect(
      shared([
        [`${ROUTE} > list@/app/src/pages.js:3 > ${RENDER} > lex@/app/node_modules/pug-lexer/index.js:9`, 20],
        [
          `${ROUTE} > list@/app/src/pages.js:3 > ${RENDER} > parse@/app/node_modules/pug-parser/index.js:9`,
          20,
        ],
        [`${ROUTE} > show@/app/src/pages.js:9 > ${RENDER} > lex@/app/node_modules/pug-lexer/index.js:9`, 30],
        [
          `${ROUTE} > show@/app/src/pages.js:9 > ${RENDER} > parse@/app/node_modules/pug-parser/index.js:9`,
          30,
        ],
        [`${ROUTE} > show@/app/src/pages.js:9 > json@/app/node_modules/express/response.js:9`, 5],
      ]),
    ).toEqual([['pug', 105, ['show', 'list']]]);
  });

  test.each<[string, Slice[]]>([
    ['one place calls it', [[`${ROUTE} > list@/app/src/pages.js:3 > ${RENDER}`, 20]]],
    [
      'it is the framework itself',
      [
        [`${ROUTE} > list@/app/src/pages.js:3 > json@/app/node_modules/express/response.js:9`, 20],
        [`${ROUTE} > show@/app/src/pages.js:9 > json@/app/node_modules/express/response.js:9`, 20],
      ],
    ],
    [
      'it is a helper that is given functions',
      [
        [`list@/app/src/pages.js:3 > map@/app/node_modules/lodash/map.js:9 > price@/app/src/pages.js:4`, 20],
        [`show@/app/src/pages.js:9 > map@/app/node_modules/lodash/map.js:9`, 20],
        [`list@/app/src/pages.js:3 > map@/app/node_modules/lodash/map.js:9`, 20],
      ],
    ],
  ])('is none where %s', (_, slices) => {
    expect(shared(slices)).toEqual([]);
  });
});

describe('garbage collection', () => {
  const copy = `${MAIN} > copy@/app/src/copy.js:8`;

  test('is charged to the code that ran right before it', () => {
    const { runtime } = buildObservations(gc(150));
    const profile = buildCpuProfile([
      [copy, 5],
      ['(garbage collector)', 20],
      ['(idle)', 50],
      [MAIN, 5],
      ['(garbage collector)', 5],
    ]);
    const summary = summarizeGc(runtime, profile, 0)!;
    expect(summary.sites.map(({ blame: b, share }) => [b.subject!.functionName, share])).toEqual([
      ['copy', 0.8],
      ['main', 0.2],
    ]);
    expect(summary.shareOfTime).toBeGreaterThan(0.1);
    expect(summary.shareOfBusy).toBeLessThanOrEqual(1);
  });

  test('is charged to nobody where a socket was written right before it', () => {
    const { runtime } = buildObservations(gc(150));
    const write = `${MAIN} > send@/app/node_modules/fastify/reply.js:7 > end@node:_http_outgoing:1034 > writev`;
    const profile = buildCpuProfile([
      [write, 5],
      ['(garbage collector)', 20],
      [copy, 5],
      ['(garbage collector)', 5],
    ]);
    const { sites } = summarizeGc(runtime, profile, 0)!;
    expect(sites.map(({ blame: b, share }) => [b.subject!.functionName, share])).toEqual([['copy', 0.2]]);
  });

  test('of a profile alone is counted in its samples', () => {
    const turns = Array.from({ length: 10 }, (): Slice[] => [
      [copy, 90],
      ['(garbage collector)', 60],
      [MAIN, 50],
    ]).flat();
    const { sites, ...summary } = gcOfProfile(buildCpuProfile(turns))!;
    expect({ ...summary, sites: sites.map(({ blame: b }) => b.subject!.functionName) }).toEqual({
      shareOfTime: 0.3,
      shareOfBusy: 0.3,
      count: 10,
      majorCount: null,
      longestPauseMillis: 60,
      sites: ['copy'],
    });
  });

  test.each<[string, Slice[]]>([
    [
      'ran for less than a second',
      [
        [copy, 300],
        ['(garbage collector)', 300],
      ],
    ],
    ['collected nothing', [[copy, 3_000]]],
  ])('of a profile is unknown where it %s', (_, slices) => {
    expect(gcOfProfile(buildCpuProfile(slices))).toBeNull();
  });

  test('without counters is unknown, not zero', () => {
    const { runtime } = buildObservations();
    expect(
      summarizeGc(
        runtime.map(({ gc: _gc, ...rest }) => rest),
        undefined,
        0,
      ),
    ).toBeNull();
    expect(summarizeGc(runtime.slice(0, 2), undefined, 0)).toBeNull();
  });

  test('of another thread does not count', () => {
    const { runtime } = buildObservations(gc(150));
    expect(summarizeGc(runtime, undefined, 3)).toBeNull();
  });
});

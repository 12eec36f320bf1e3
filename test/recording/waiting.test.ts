// What was read of pools, the thread pool and handlers, in a recording and out of it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { diagnose } from '../../src/diagnose.ts';
import { readRecording } from '../../src/recording/reader.ts';
import { positionsInSample } from '../../src/recording/sources/positions.ts';
import type { SampleLine } from '../../src/signals/sink.ts';
import { useTempFolder, writeRecording } from '../support/build-recording.ts';

const temp = useTempFolder();

const ASK = [
  ['push', 'culprit:probe', 3, 1],
  ['acquire', '/app/node_modules/tarn/pool.js', 8, 4],
  ['load', '/app/src/load.js', 6, 2],
];
const at = (type: string, second: number) => ({ type, thread: 0, atMillis: second * 1_000 }) as const;

const POOLS = Array.from({ length: 28 }, (_, second) => ({
  ...at('pools', second + 1),
  found: 2,
  pools: [
    {
      id: 0,
      className: 'TarnPool',
      holder: { kind: 'variable', name: 'db', of: 'boot' },
      limit: 10,
      busy: 10,
      idle: 0,
      waiting: second * 4,
      insertions: second === 3 ? [ASK] : [],
      lent: {
        looked: 10,
        silent: 10,
        longestSilentMillis: second * 1_000,
        labels: [['GET /x: response not read', 2]],
      },
    },
  ],
})) as SampleLine[];
const THREAD_POOL = {
  ...at('thread-pool', 9),
  millis: 3_000,
  threads: 4,
  sites: [{ type: 'SCRYPTREQUEST', frames: ASK, count: 9, totalMillis: 2_000.5 }],
} as SampleLine;
const HANDLERS = {
  ...at('handlers', 30),
  handlers: [{ site: 3, name: 'load', url: '/app/src/load.js', line: 4, column: 0 }],
} as SampleLine;
const LINES: SampleLine[] = [...POOLS, THREAD_POOL, HANDLERS];

describe('a recording', () => {
  test('gives back every line as it was written', async () => {
    const recording = await readRecording(await writeRecording(temp(), { moreLines: LINES }));
    expect(recording.warnings).toEqual([]);
    const types = new Set(['pools', 'thread-pool', 'handlers']);
    expect(recording.lines.filter(({ type }) => types.has(type))).toEqual(LINES);
  });

  test('is diagnosed by them: the pool that has run dry, and the line that takes from it', async () => {
    const report = diagnose(await readRecording(await writeRecording(temp(), { moreLines: LINES })));
    const dry = report.findings.filter(({ kind }) => kind === 'pool-exhaustion');
    expect(dry).toHaveLength(1);
    expect(dry[0]!.title).toMatch(
      /^TarnPool `db` is exhausted: 10 of 10 checked out and never returned, 108 wait/,
    );
    expect(dry[0]!.subject).toMatchObject({ name: 'db', function: 'load', file: 'src/load.js', line: 7 });
  });
});

test('a pool that was found late is judged by what was seen of it', async () => {
  const late = POOLS.map((line, second) =>
    second < 15 ? ({ ...line, found: 1, pools: [] } as SampleLine) : line,
  );
  const report = diagnose(await readRecording(await writeRecording(temp(), { moreLines: late })));
  expect(report.findings.map(({ kind }) => kind)).toContain('pool-exhaustion');
});

describe('positions', () => {
  const placesIn = (line: SampleLine) =>
    [...positionsInSample(line)].map(({ url, line: row, column }) => `${url}:${row}:${column}`);
  const OF_ASK = ['culprit:probe:3:1', '/app/node_modules/tarn/pool.js:8:4', '/app/src/load.js:6:2'];

  test('are told of those who wait, of users of the thread pool, and of handlers', () => {
    expect(placesIn(POOLS[3]!)).toEqual(OF_ASK);
    expect(placesIn(POOLS[4]!)).toEqual([]);
    expect(placesIn(THREAD_POOL)).toEqual(OF_ASK);
    expect(placesIn(HANDLERS)).toEqual(['/app/src/load.js:4:0']);
  });

  test('are also those around the line that adds to a collection', () => {
    const insertions = [
      [
        ['hook', 'culprit:probe', 3, 1],
        ['push', 'node:internal/x', 9, 1],
        ['post', '/app/src/chat.js', 2, 8],
        ['serve', '/app/src/server.js', 40, 8],
      ],
    ];
    const collections = { type: 'collections', growing: [{ id: 1, sizes: [], insertions }] };
    expect(placesIn(collections as never)).toEqual([
      ...[0, 1, 3, 4, 5].map((line) => `/app/src/chat.js:${line}:-1`),
      'culprit:probe:3:1',
      '/app/src/chat.js:2:8',
      '/app/src/server.js:40:8',
    ]);
  });

  test('are none in Node’s own code, nor where there is no line', () => {
    const frames = [
      ['listOnTimeout', 'node:internal/timers', 5, 6],
      ['', '', 1, 1],
      ['f', '/app/a.js', -1, 0],
      ['f', '/app/a.js', 1.5, 0],
      ['f', '/app/a.js', 'x', 0],
      ['f', '/app/a.js', 2, null],
    ];
    expect(placesIn({ ...THREAD_POOL, sites: [{ frames }] } as never)).toEqual(['/app/a.js:2:-1']);
  });
});

describe('lines that are not what they should be are left out, and the rest is read:', () => {
  const [pools] = POOLS as Extract<SampleLine, { type: 'pools' }>[];
  const [pool] = pools!.pools;
  const threadPool = THREAD_POOL as Extract<SampleLine, { type: 'thread-pool' }>;
  const handlers = HANDLERS as Extract<SampleLine, { type: 'handlers' }>;
  const withPool = (more: object) => ({ ...pools, pools: [{ ...pool, ...more }] });
  const withLent = (more: object) => withPool({ lent: { ...pool!.lent, ...more } });
  const withSite = (more: object) => ({ ...threadPool, sites: [{ ...threadPool.sites[0], ...more }] });
  const withHandler = (more: object) => ({ ...handlers, handlers: [{ ...handlers.handlers[0], ...more }] });
  const long = 'x'.repeat(1_000_001);

  const rows: [string, object][] = [
    ['pools that are none', { ...pools, pools: 'all' }],
    ['pools without a time', { ...pools, atMillis: undefined }],
    ['pools of half a thread', { ...pools, thread: 0.5 }],
    ['more pools than are ever told', { ...pools, pools: Array(1_001).fill(pool) }],
    ['a pool without a number', withPool({ id: undefined })],
    ['a queue of less than nothing', withPool({ waiting: -1 })],
    ['a queue that is a text', withPool({ waiting: 'many' })],
    ['a queue without an end', withPool({ waiting: null })],
    ['a limit that is none', withPool({ limit: {} })],
    ['a name of more than a megabyte', withPool({ className: long })],
    ['an endpoint that is an object', withPool({ endpoint: {} })],
    ['a holder of another kind', withPool({ holder: { kind: 'guess', name: '', of: '' } })],
    ['those who wait as a text', withPool({ insertions: 'x' })],
    ['stacks that are none', withPool({ insertions: [[{}]] })],
    ['a stack without an end', withPool({ insertions: [Array(501).fill(['f', '/a.js', 1, 1])] })],
    ['more stacks than are ever caught', withPool({ insertions: Array(101).fill([]) })],
    ['lent out, but not counted', withLent({ looked: undefined })],
    ['labels that are numbers', withLent({ labels: [[1, 1]] })],
    ['labels without a count', withLent({ labels: [['GET /']] })],
    ['more labels than there are', withLent({ labels: Array(101).fill(['GET /', 1]) })],
    ['a thread pool without its users', { ...threadPool, sites: undefined }],
    ['a thread pool of no number of threads', { ...threadPool, threads: 'four' }],
    ['a thread pool watched for less than nothing', { ...threadPool, millis: -5 }],
    ['a user that took less than nothing', withSite({ totalMillis: -1 })],
    ['a user without a place', withSite({ frames: undefined })],
    ['a user of no type', withSite({ type: 7 })],
    ['handlers that are none', { ...handlers, handlers: 7 }],
    ['a handler of no site', withHandler({ site: 'x' })],
    ['a handler before the first line', withHandler({ line: -2 })],
    ['a handler at no place', withHandler({ url: null })],
  ];
  test.each(rows)('%s', async (_, line) => {
    const dir = await writeRecording(temp(), { moreLines: [THREAD_POOL] });
    const path = join(dir, 'samples.jsonl');
    writeFileSync(path, `${JSON.stringify(line)}\n${readFileSync(path, 'utf8')}`);
    const recording = await readRecording(dir);
    expect(recording.warnings).toEqual([{ code: 'samples-damaged', lines: 1 }]);
    expect(recording.lines.filter(({ type }) => type === 'thread-pool')).toEqual([THREAD_POOL]);
    expect(diagnose(recording).verdict).toBe('findings');
  });

  const strange: [string, object][] = [
    ['a queue of any length', withPool({ waiting: 1e15, busy: 1e18, limit: 0 })],
    ['a limit of nothing', withPool({ limit: 0, busy: 0 })],
    [
      'a name made to do harm',
      withPool({
        className: '</script>\u001b[31m',
        endpoint: '\u001b]0;x\u0007',
        holder: { kind: 'entry', name: '__proto__', of: 'constructor' },
      }),
    ],
    ['a watch of no time by nobody', { ...threadPool, millis: 0, threads: 0, sites: [] }],
    ['operations that took no time', withSite({ count: 0, totalMillis: 0 })],
    ['operations without number', withSite({ count: 1e15, totalMillis: 1e15 })],
    ['frames of nulls', withSite({ frames: [[null, null, null, null], []] })],
    ['a handler at the end of the world', withHandler({ line: 1e15, column: 1e15, name: '__proto__' })],
  ];
  test.each(strange)('but %s is borne', async (_, line) => {
    const lines = Array.from({ length: 12 }, (_, i) => ({
      ...line,
      atMillis: (i + 1) * 2_000,
    })) as SampleLine[];
    const recording = await readRecording(await writeRecording(temp(), { moreLines: lines }));
    expect(recording.warnings).toEqual([]);
    const report = JSON.stringify(diagnose(recording));
    expect(report).not.toMatch(/NaN|Infinity|undefined/);
  });
});

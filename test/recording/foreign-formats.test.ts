// Profiles of other tools and engines, in whatever they were packed: each is known by its content, and read or named.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { decode, diagnose } from '../../src/diagnose.ts';
import { CulpritError } from '../../src/errors.ts';
import { readAnything } from '../../src/recording/foreign.ts';
import { buildRawCpuProfile, buildRawHeapProfile, type Slice } from '../support/build-profile.ts';
import { useTempFolder } from '../support/build-recording.ts';
import {
  chromeTrace,
  firefoxProfile,
  hermesProfile,
  legacyProfile,
  rspackTrace,
  safariRecording,
  wholeTrace,
} from '../support/foreign-profiles.ts';
import { randomNumbers } from '../support/random-numbers.ts';

const temp = useTempFolder();

function fileOf(content: unknown, name = 'x.bin'): string {
  const path = join(temp(), name);
  const bytes = Buffer.isBuffer(content) || typeof content === 'string' ? content : JSON.stringify(content);
  writeFileSync(path, bytes);
  return path;
}

/** Twenty turns of 40 ms with pauses of 10 ms between them; two thirds of each in `rank`. */
const TURNS: Slice[] = Array.from({ length: 20 }, (): Slice[] => [
  ['handle@/srv/shop/server.js:3 > rank@/srv/shop/rank.js:12', 30],
  ['handle@/srv/shop/server.js:3 > sign@/srv/shop/sign.js:4', 10],
  ['(idle)', 10],
]).flat();

const whereOf = async (content: unknown) => diagnose(await readAnything(fileOf(content))).where ?? [];

async function rowsOf(content: unknown) {
  const [first] = await whereOf(content);
  return first?.functions.map(({ name, file, line, self }) => [name, file, line, Math.round(self / 10) * 10]);
}

const EXPECTED = [
  ['rank', '/srv/shop/rank.js', 12, 600],
  ['sign', '/srv/shop/sign.js', 4, 200],
  ['handle', '/srv/shop/server.js', 3, 0],
];

describe('the same profile is read from', () => {
  test.each<[string, object]>([
    ['V8', buildRawCpuProfile(TURNS)],
    ['the answer of the inspector', { id: 7, result: { profile: buildRawCpuProfile(TURNS) } }],
    ['an old V8', legacyProfile(TURNS)],
    ['a trace of Chrome', chromeTrace({ CrRendererMain: TURNS })],
    ['a trace that is a list', chromeTrace({ CrRendererMain: TURNS }).traceEvents],
    ['a trace with a whole profile in one event', wholeTrace(TURNS)],
    ['a trace of Rspack, whose nodes name their children', rspackTrace(TURNS)],
    ['a trace whose nodes name their parents and children', rspackTrace(TURNS, { hasParents: true })],
    ['Hermes', hermesProfile(TURNS)],
    ['Firefox', firefoxProfile(TURNS)],
    ['Safari', safariRecording(TURNS)],
  ])('%s', async (_, content) => {
    expect(await rowsOf(content)).toEqual(EXPECTED);
  });
});

test('names are those of the program, without how V8 compiled the function', async () => {
  const marked = TURNS.map(
    ([stack, millis]): Slice => [stack.replace('rank@', '~*rank @').replace('sign@', '*sign@'), millis],
  );
  expect(await rowsOf(legacyProfile(marked))).toEqual(EXPECTED);
});

describe('the same file is read when it is', () => {
  const text = JSON.stringify(buildRawCpuProfile(TURNS));
  const utf16 = Buffer.from(text, 'utf16le');
  test.each<[string, Buffer | string]>([
    ['gzipped', gzipSync(text)],
    ['gzipped twice', gzipSync(gzipSync(text))],
    ['begun with a byte order mark', `\uFEFF${text}`],
    ['in UTF-16 with a byte order mark', Buffer.concat([Buffer.from([0xff, 0xfe]), utf16])],
    ['in UTF-16 without one', utf16],
    [
      'in UTF-16 of the other byte order',
      Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(utf16).swap16()]),
    ],
    ['followed by words of a shell', `${text}\nDone in 2.1s.\n`],
    ['followed by zero bytes', `${text}\0\0\0\0`],
    ['followed by another value', `${text}{"more":1}`],
  ])('%s', async (_, content) => {
    expect(await rowsOf(content)).toEqual(EXPECTED);
  });
});

test('a trace whose writer was killed lacks the end of its list, and is read', async () => {
  const text = JSON.stringify(chromeTrace({ CrRendererMain: TURNS }).traceEvents);
  expect(await rowsOf(text.slice(0, -1))).toEqual(EXPECTED);
});

test('threads of a trace are told apart, the page’s own first', async () => {
  const where = await whereOf(
    chromeTrace({ 'DedicatedWorker thread': TURNS, CrRendererMain: [['paint@http://localhost/a.js:1', 50]] }),
  );
  expect(
    where.map(({ threadName, program, functions: [first] }) => [threadName, program, first!.name]),
  ).toEqual([
    ['CrRendererMain', 'page', 'paint'],
    ['DedicatedWorker thread', 'worker', 'rank'],
  ]);
});

test('a folder of node --cpu-prof is one look at all its processes and threads', async () => {
  const dir = temp();
  for (const [name, slices] of [
    ['CPU.20270101.101010.41.0.001.cpuprofile', TURNS],
    ['CPU.20270101.101010.41.1.002.cpuprofile', [['inWorker@/srv/w.js:2', 40]]],
    ['CPU.20270101.101011.42.0.001.cpuprofile', [['inChild@/srv/c.js:2', 40]]],
  ] as [string, Slice[]][])
    writeFileSync(join(dir, name), JSON.stringify(buildRawCpuProfile(slices)));
  const { where = [] } = diagnose(await readAnything(dir));
  expect(where.map(({ threadName, functions: [first] }) => [threadName, first!.name])).toEqual([
    ['main of process 41', 'rank'],
    ['worker 1 of process 41', 'inWorker'],
    ['main of process 42', 'inChild'],
  ]);
});

describe('what knows no idle time', () => {
  test('has pauses where no sample was taken', async () => {
    const { nodes, ...rest } = buildRawCpuProfile([['tick@/srv/a.ts:11 > hashAll@/srv/a.ts:6', 4_000]]);
    const timeDeltas = rest.samples.map((_, i) => (i > 0 && i % 200 === 0 ? 21_000 : 1_000));
    const own = nodes
      .filter(({ callFrame }) => callFrame.functionName !== '(program)')
      .map((node) =>
        node.children
          ? {
              ...node,
              children: node.children.filter((id) => nodes[id - 1]!.callFrame.functionName !== '(program)'),
            }
          : node,
      );
    const samples = rest.samples.map((id) => (own.some((node) => node.id === id) ? id : own.at(-1)!.id));
    const report = diagnose(await readAnything(fileOf({ ...rest, nodes: own, samples, timeDeltas })));
    expect(report.findings[0]!.title).toMatch(/`hashAll` blocks the event loop for up to 20\d ms/);
    expect(report.findings[0]!.evidence[0]!.statement).toMatch(/^20 blocks of/);
    expect(report.where![0]).toMatchObject({ program: 'unknown' });
    expect(report.where![0]!.states!.idle).toBeCloseTo(400, -1);
  });

  test('but of a profile that knows idle time a late sample is code', async () => {
    const raw = buildRawCpuProfile([
      ['(idle)', 10],
      ['f@/srv/a.js:1', 100],
    ]);
    raw.timeDeltas[50] = 30_000;
    const [profile] = decode(await readAnything(fileOf(raw))).cpuProfiles;
    expect(profile!.nodes.find(({ frame }) => frame.functionName === 'f')!.totalMicros).toBe(129_000);
  });
});

describe('one sentence says what it is and what reads it:', () => {
  test.each<[string, unknown, RegExp, RegExp]>([
    [
      'speedscope',
      { $schema: 'https://www.speedscope.app/file-format-schema.json', profiles: [] },
      /speedscope/,
      /speedscope\.app/,
    ],
    [
      'pprof',
      gzipSync(Buffer.from([0x0a, 0x04, 0x08, 0x01, 0x10, 0x02, 0x12, 0x00])),
      /pprof/,
      /go tool pprof -top x\.bin/,
    ],
    [
      'node --prof',
      'v8-version,12,4,254,21,0\nshared-library,"/usr/bin/node",0x1,0x2,0\n',
      /node --prof/,
      /--prof-process x\.bin/,
    ],
    [
      'tsc --generateTrace',
      [{ ph: 'X', cat: 'checkTypes', name: 'checkVariable', ts: 1 }],
      /TypeScript/,
      /analyze-trace/,
    ],
    ['types of tsc', [{ id: 1, intrinsicName: 'any', flags: ['Any'] }], /TypeScript/, /analyze-trace/],
    [
      'a trace without samples',
      { traceEvents: [{ ph: 'X', name: 'Task', ts: 1 }] },
      /trace without a CPU profile/,
      /perfetto/,
    ],
    [
      'perf script',
      'node 4242 100.5: 1 cycles:\n\t    55d0c2a1 main (/usr/bin/node)\n',
      /perf script/,
      /speedscope/,
    ],
    ['collapsed stacks', 'main;a;b 12\nmain;a 3\n', /collapsed/, /flamegraph\.pl x\.bin/],
    ['a heap snapshot', { snapshot: { meta: {} }, nodes: [], edges: [] }, /heap snapshot/, /culprit heap/],
    ['xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]), /packed with xz/, /xz -d x\.bin/],
    ['a React profile', { version: 5, dataForRoots: [{}] }, /React/, /React DevTools/],
    [
      'half of a profile',
      JSON.stringify(buildRawCpuProfile(TURNS)).slice(0, 900),
      /ends too early/,
      /cut short/,
    ],
  ])('%s', async (_, content, message, hint) => {
    const error = await readAnything(fileOf(content)).catch((reason) => reason);
    expect(error).toBeInstanceOf(CulpritError);
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
  });

  test('only what ends too early may have been cut short', async () => {
    for (const text of ['hello', '', '{"a":1}', '{"a":1} and more', '[1,2', `${'x'.repeat(1_000)}`]) {
      const error = await readAnything(fileOf(text)).catch((reason) => reason);
      expect(error).toBeInstanceOf(CulpritError);
      expect(`${error.message} ${error.hint}`.includes('cut short')).toBe(text === '[1,2');
    }
  });
});

describe('bad input gets one sentence or a true answer:', () => {
  const BAD: unknown[] = ['7', null, 1e308, -1, 'x', {}, [], { toString: 1, valueOf: 1 }, true];
  const kinds: [string, () => object][] = [
    ['V8', () => buildRawCpuProfile(TURNS.slice(0, 6))],
    ['an old V8', () => legacyProfile(TURNS.slice(0, 6))],
    ['Chrome', () => chromeTrace({ CrRendererMain: TURNS.slice(0, 6) })],
    ['Hermes', () => hermesProfile(TURNS.slice(0, 6))],
    ['Firefox', () => firefoxProfile(TURNS.slice(0, 6))],
    ['Safari', () => safariRecording(TURNS.slice(0, 6))],
    ['a heap profile', () => buildRawHeapProfile([['serve@/a.js:1 > keep@/b.js:2', 5e6]])],
  ];

  /** Replaces one value somewhere below by something else, or adds a key that no object should have. */
  function mutate(value: unknown, random: () => number): void {
    let at = value as Record<string, unknown>;
    for (;;) {
      const keys = Object.keys(at);
      if (keys.length === 0) return;
      const key = keys[Math.floor(random() * keys.length)]!;
      const inner = at[key];
      const isLeaf = typeof inner !== 'object' || inner === null || random() < 0.15;
      if (isLeaf) {
        if (random() < 0.1)
          Object.defineProperty(at, '__proto__', {
            value: { nodes: 1 },
            enumerable: true,
            writable: true,
            configurable: true,
          });
        else at[key] = structuredClone(BAD[Math.floor(random() * BAD.length)]);
        return;
      }
      at = inner as Record<string, unknown>;
    }
  }

  const isSane = (amount: number) => Number.isFinite(amount) && amount >= 0;

  async function answer(content: unknown): Promise<void> {
    const outcome = await readAnything(fileOf(content))
      .then((recording) => diagnose(recording))
      .catch((error) => error);
    if (outcome instanceof CulpritError) {
      expect(outcome.message).not.toMatch(/undefined|\[object|NaN/);
      return;
    }
    if (outcome instanceof Error) throw outcome;
    for (const { whole, functions } of outcome.where ?? []) {
      // Nothing of 300 ms, or of 5 MB, becomes a year or a terabyte.
      expect(isSane(whole) && whole < 6e6).toBe(true);
      for (const { self, total, selfShare } of functions)
        expect(isSane(self) && isSane(total) && selfShare <= 1).toBe(true);
    }
  }

  /** `npm run test:mutations` asks for many more. */
  const mutations = Number(process.env.CULPRIT_MUTATIONS ?? 100);

  test.each(kinds)(
    `${mutations} mutations of %s`,
    { timeout: 20_000 + 100 * mutations },
    async (_, build) => {
      const below = randomNumbers(15);
      const random = () => below(2 ** 20) / 2 ** 20;
      for (let i = 0; i < mutations; i++) {
        const content = build();
        for (let times = 0; times <= i % 3; times++) mutate(content, random);
        await answer(content);
      }
    },
  );

  test.each(kinds)('%s, cut at 20 places', async (_, build) => {
    const text = JSON.stringify(build());
    for (let i = 1; i <= 20; i++) await answer(text.slice(0, Math.floor((text.length * i) / 21)));
  });

  test('a cycle of nodes, a node under two parents, a million children', async () => {
    const raw = buildRawCpuProfile([['a@/a.js:1 > b@/a.js:2', 5]]);
    const cycle = structuredClone(raw);
    cycle.nodes[2]!.children = [2];
    await answer(cycle);
    const shared = structuredClone(raw);
    shared.nodes[0]!.children!.push(3);
    await answer(shared);
    const wide = structuredClone(raw);
    wide.nodes[2]!.children = Array.from({ length: 1_000_000 }, () => 3);
    await answer(wide);
  });

  test('a name of a megabyte and one of an object’s own words', async () => {
    const names = ['x'.repeat(2 ** 20), '__proto__', 'constructor', 'toString'];
    const slices = names.map((name): Slice => [`${name}@/srv/${name.slice(0, 20)}.js:1`, 10]);
    const [where] = await whereOf(buildRawCpuProfile(slices));
    expect(where!.functions.map(({ name, self }) => [name.length, self])).toEqual([
      [500, 10],
      [9, 10],
      [11, 10],
      [8, 10],
    ]);
  });
});

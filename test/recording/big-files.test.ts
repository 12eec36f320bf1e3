// Profiles and traces that are read chunk by chunk give what reading them as one text gives, wherever a chunk ends.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { MalformedSnapshot } from '../../src/model/decode/heap-snapshot/malformed.ts';
import { nodesOf } from '../../src/model/decode/json-nodes.ts';
import { ProfileNodes } from '../../src/model/decode/profile-nodes.ts';
import { readBigProfile } from '../../src/recording/foreign/streamed/big-profile.ts';
import { searchEvents } from '../../src/recording/foreign/streamed/event-search.ts';
import { nodeListSection } from '../../src/recording/foreign/streamed/node-list.ts';
import { numberListSection } from '../../src/recording/foreign/streamed/number-list.ts';
import { decodeRaw } from '../support/build-profile.ts';
import { randomNumbers } from '../support/random-numbers.ts';

const dir = mkdtempSync(join(tmpdir(), 'culprit-big-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function file(content: string | Buffer): string {
  const path = join(dir, 'profile.json');
  writeFileSync(path, content);
  return path;
}

const frame = (functionName: string) => ({ functionName, url: 'file:///app/a.js', lineNumber: 1 });
/** Whatever a node may have, and may lack, in any order. */
const NODES = [
  { id: 1, callFrame: frame('(root)'), hitCount: 0, children: [2, 5] },
  {
    id: 2,
    callFrame: frame('a "quoted" {name} \\ with [all] ü'),
    hitCount: 7,
    children: [3, 4],
    positionTicks: [
      { line: 2, ticks: 3 },
      { line: 130, ticks: 1 },
      { line: 70_000, ticks: 300 },
    ],
  },
  { positionTicks: [{ ticks: 4, line: 9 }], hitCount: 1.5, callFrame: frame('a'), id: 3, deoptReason: '}]' },
  { id: 4, callFrame: frame('a'), children: [], positionTicks: [], more: { children: [9] } },
  { id: 5, hitCount: null, children: [-6, 'x', 1e300, null, 6], positionTicks: [null, { line: 'x' }] },
  { id: 6, callFrame: null },
];
const PROFILE = {
  nodes: NODES,
  startTime: 1_000,
  endTime: 9_000,
  samples: [1, 2, 2, 1],
  timeDeltas: [0, 1_000, -5, 1.5e3],
};

/** Everything that the columns say. */
function told(nodes: ProfileNodes) {
  return Array.from({ length: nodes.count }, (_, node) => {
    const ticks: [number, number][] = [];
    nodes.eachTick(node, (line, count) => ticks.push([line, count]));
    return {
      id: nodes.ids[node],
      frame: nodes.frame(node),
      hits: nodes.hits[node] || 0,
      children: [...nodes.children.slice(nodes.firstChild(node), nodes.childEnds[node])],
      ticks,
    };
  });
}

/** In pieces of this many bytes. */
function* pieces(text: string, size: number): Generator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

const SIZES = [1, 2, 3, 5, 7, 11, 10_000];

describe('a CPU profile', () => {
  test.each([
    ['plain', (text: string) => text],
    ['indented', (text: string) => JSON.stringify(JSON.parse(text), null, 2)],
    ['with a byte order mark', (text: string) => `\uFEFF${text}`],
    ['gzipped', (text: string) => gzipSync(text)],
  ])('is what JSON.parse makes of it, %s', async (_, write) => {
    const { nodes, ...rest } = (await readBigProfile(file(write(JSON.stringify(PROFILE))))) as {
      nodes: ProfileNodes;
    };
    expect(rest).toEqual({
      startTime: 1_000,
      endTime: 9_000,
      samples: Float64Array.from(PROFILE.samples),
      timeDeltas: Float64Array.from(PROFILE.timeDeltas),
    });
    expect(told(nodes)).toEqual(told(nodesOf(NODES)));
  });

  test('has the URLs that V8 leaves out of functions which it has inlined', async () => {
    const at = (functionName: string, scriptId: unknown, url: string) => ({
      functionName,
      scriptId,
      url,
      lineNumber: 1,
      columnNumber: 1,
    });
    const frames = [
      { functionName: '(root)', scriptId: '0', url: '', lineNumber: -1, columnNumber: -1 },
      at('early', '8', ''),
      at('main', '8', 'file:///app/main.js'),
      at('late', '8', ''),
      at('one of two', '9', 'file:///app/one.js'),
      at('other of two', '9', 'file:///app/other.js'),
      at('of either', '9', ''),
      at('without a script', '', 'file:///app/without.js'),
      at('of no script', '', ''),
      { ...at('built in', '8', ''), lineNumber: -1 },
    ];
    const children = frames.slice(1).map((_, i) => i + 2);
    const nodes = frames.map((callFrame, i) => ({ id: i + 1, callFrame, ...(i === 0 && { children }) }));
    const content = { nodes, samples: [1, 2], timeDeltas: [0, 1_000] };
    const filesOf = (profile: unknown) =>
      decodeRaw(profile).nodes.map(({ frame: { functionName, file } }) => [functionName, file]);
    expect(filesOf(await readBigProfile(file(JSON.stringify(content))))).toEqual(filesOf(content));
    expect(filesOf(content)).toEqual([
      ['(root)', null],
      ['early', 'main.js'],
      ['main', 'main.js'],
      ['late', 'main.js'],
      ['one of two', 'one.js'],
      ['other of two', 'other.js'],
      ['of either', null],
      ['without a script', 'without.js'],
      ['of no script', null],
      ['built in', null],
    ]);
  });

  test('that is cut anywhere says so', async () => {
    const text = JSON.stringify(PROFILE);
    for (let end = 60; end < text.length; end += 29)
      await expect(readBigProfile(file(text.slice(0, end)))).rejects.toThrow(/ends too early/);
  });

  test('of words where numbers belong has none there', async () => {
    const text = JSON.stringify({ ...PROFILE, samples: [1, null, 'two'] });
    const read = await readBigProfile(file(text));
    expect((read as { samples: Float64Array }).samples).toEqual(Float64Array.of(1, Number.NaN, Number.NaN));
  });
});

test('another file is left to those who know it', async () => {
  for (const text of ['', 'hello', '{"snapshot":{}}', '"text"'])
    expect(await readBigProfile(file(text))).toBeNull();
});

describe('wherever a chunk ends', () => {
  test.each(SIZES)('lists are the same, in chunks of %i', (size) => {
    const numbers = '[ 1,-2,\n3.25,1e3,0,-0.5 ]';
    const found: Float64Array[] = [];
    const section = numberListSection((values) => found.push(values));
    for (const chunk of pieces(numbers, size)) if (!section.done) section.consume(chunk, 0);
    expect(found).toEqual([Float64Array.from(JSON.parse(numbers))]);
  });

  test.each(SIZES)('nodes are the same, in chunks of %i', (size) => {
    for (const indent of [undefined, 1]) {
      const nodes = new ProfileNodes();
      const list = nodeListSection(nodes, 100);
      for (const chunk of pieces(JSON.stringify(NODES, null, indent), size))
        if (!list.done) list.consume(chunk, 0);
      expect(list.done).toBe(true);
      expect(told(nodes)).toEqual(told(nodesOf(NODES)));
    }
  });
});

describe('nodes of a profile', () => {
  const read = (text: string, most = 100) => {
    const nodes = new ProfileNodes();
    const list = nodeListSection(nodes, most);
    for (const chunk of pieces(text, 10_000)) if (!list.done) list.consume(chunk, 0);
    return { nodes, isDone: list.done };
  };

  test('are passed by exactly, so that what follows them is read', () => {
    const list = nodeListSection(new ProfileNodes(), 100);
    const text = JSON.stringify(NODES);
    expect(list.consume(new TextEncoder().encode(`${text},"samples":[1]}`), 0)).toBe(
      new TextEncoder().encode(text).length,
    );
  });

  test('of one function have one frame', () => {
    const { nodes } = read(JSON.stringify(NODES));
    expect(nodes.frames.map(({ functionName }) => functionName)).toEqual([
      '(root)',
      'a "quoted" {name} \\ with [all] ü',
      'a',
      '',
      '',
    ]);
  });

  test('may be as long as many chunks', () => {
    const children = Array.from({ length: 50_000 }, (_, i) => i);
    const { nodes, isDone } = read(JSON.stringify([{ id: 1, children }, { id: 2 }]));
    expect([isDone, nodes.count, nodes.childEnds[0]]).toEqual([true, 2, 50_000]);
  });

  test('of very many functions are told apart', () => {
    const all = Array.from({ length: 20_000 }, (_, i) => ({ id: i, callFrame: frame(`f${i % 9_000}`) }));
    const { nodes } = read(JSON.stringify(all), 20_000);
    expect(nodes.frames).toHaveLength(9_000);
    expect(all.filter(({ callFrame }, i) => nodes.frame(i).functionName !== callFrame.functionName)).toEqual(
      [],
    );
  });

  test.each([
    ['a word for a node', '[null]'],
    ['a list for a node', '[[]]'],
    ['half an object', '[{"id":1,}}]'],
    ['a key without a value', '[{"id"}]'],
    ['a frame that is no JSON', '[{"id":1,"callFrame":{"functionName":}}]'],
    ['a line that is no JSON', '[{"id":1,"positionTicks":[{"line":,"ticks":1}]}]'],
    ['ticks that are no JSON', '[{"id":1,"positionTicks":[{"line":1,"ticks":}]}]'],
    ['children that are no JSON', '[{"id":1,"children":[1,,2]}]'],
    ['an id that is no JSON', '[{"id":x}]'],
    ['more nodes than anybody decodes', `[${'{"id":1},'.repeat(101)}{"id":1}]`],
  ])('are refused with %s', (_, text) => {
    expect(() => read(text)).toThrow(MalformedSnapshot);
  });
});

describe('a damaged profile', () => {
  const MUTATIONS = Number(process.env.CULPRIT_MUTATIONS ?? 300);
  const PIECES = [
    '',
    '"',
    '}',
    '{',
    ']',
    '[',
    ',',
    ':',
    '\\',
    'null',
    '-1',
    '1e308',
    '9'.repeat(400),
    '"__proto__"',
  ];
  const outcome = async (read: () => unknown) => {
    try {
      return await read();
    } catch (error) {
      return error;
    }
  };

  test(`is read as JSON.parse reads it, or refused, in ${MUTATIONS} mutations`, async () => {
    const below = randomNumbers(23);
    const whole = JSON.stringify(PROFILE);
    let read = 0;
    for (let i = 0; i < MUTATIONS; i++) {
      const at = below(whole.length);
      const text = `${whole.slice(0, at)}${PIECES[below(PIECES.length)]}${whole.slice(at + below(4))}`;
      const streamed = await outcome(() => readBigProfile(file(text)));
      const parsed = await outcome(() => nodesOf(JSON.parse(text).nodes));
      if (streamed instanceof Error) expect(streamed).toBeInstanceOf(MalformedSnapshot);
      if (streamed === null || streamed instanceof Error || parsed instanceof Error) continue;
      read++;
      const { nodes = new ProfileNodes() } = streamed as { nodes?: ProfileNodes };
      expect(told(nodes)).toEqual(told(parsed as ProfileNodes));
    }
    expect(read).toBeGreaterThan(MUTATIONS / 10);
  });
});

describe('the events of a trace', () => {
  const chunk = (id: number) => ({
    args: { data: { cpuProfile: { nodes: [{ id, callFrame: frame('} "Profile" {') }], samples: [id] } } },
    name: 'ProfileChunk',
    ph: 'P',
    pid: 1,
  });
  const paint = { name: 'Paint', ph: 'X', args: { note: 'a \\"ProfileChunk\\" in a text, and {[' } };
  const thread = { name: 'thread_name', ph: 'M', args: { name: 'CrRendererMain' } };
  const events = [thread, paint, chunk(1), paint, paint, chunk(2), paint];
  const search = (text: string, size: number) => {
    const found: unknown[] = [];
    const reader = searchEvents((event) => found.push(event));
    for (const each of pieces(text, size)) reader.write(each);
    reader.end();
    return found;
  };

  test.each(SIZES)('are those of a profile only, in chunks of %i', (size) => {
    expect(search(JSON.stringify(events), size)).toEqual([thread, chunk(1), chunk(2)]);
    expect(search(JSON.stringify({ metadata: {}, traceEvents: events }), size)).toHaveLength(3);
  });

  test('of a trace without its end are those that are whole', () => {
    const text = JSON.stringify(events);
    expect(search(text.slice(0, text.indexOf('"id":2')), 100)).toEqual([thread, chunk(1)]);
  });

  test('are found once where they lie over the end of what is searched at once', () => {
    const filler = `${JSON.stringify(paint)},`.repeat(200_000);
    const text = `[${[1, 2, 3].map((id) => `${filler}${JSON.stringify(chunk(id))}`).join(',')}]`;
    expect(search(text, 2 ** 20)).toEqual([chunk(1), chunk(2), chunk(3)]);
  });

  test('of a file are read as a trace', async () => {
    expect(await readBigProfile(file(JSON.stringify({ traceEvents: events })))).toHaveLength(3);
  });
});

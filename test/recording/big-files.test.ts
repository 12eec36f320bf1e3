// Profiles and traces that are read chunk by chunk give what reading them as one text gives, wherever a chunk ends.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { readBigProfile } from '../../src/recording/foreign/streamed/big-profile.ts';
import { searchEvents } from '../../src/recording/foreign/streamed/event-search.ts';
import { numberListSection } from '../../src/recording/foreign/streamed/number-list.ts';
import { objectListSection } from '../../src/recording/foreign/streamed/object-list.ts';

const dir = mkdtempSync(join(tmpdir(), 'culprit-big-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function file(content: string | Buffer): string {
  const path = join(dir, 'profile.json');
  writeFileSync(path, content);
  return path;
}

const frame = (functionName: string) => ({ functionName, url: 'file:///app/a.js', lineNumber: 1 });
const PROFILE = {
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2] },
    { id: 2, callFrame: frame('a "quoted" {name} \\ with [all] ü'), positionTicks: [{ line: 2, ticks: 3 }] },
  ],
  startTime: 1_000,
  endTime: 9_000,
  samples: [1, 2, 2, 1],
  timeDeltas: [0, 1_000, -5, 1.5e3],
};

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
    expect(await readBigProfile(file(write(JSON.stringify(PROFILE))))).toEqual({
      ...PROFILE,
      samples: Float64Array.from(PROFILE.samples),
      timeDeltas: Float64Array.from(PROFILE.timeDeltas),
    });
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

    const objects = JSON.stringify(PROFILE.nodes, null, 1);
    const taken: unknown[] = [];
    const list = objectListSection((more) => taken.push(...more));
    for (const chunk of pieces(objects, size)) if (!list.done) list.consume(chunk, 0);
    expect(taken).toEqual(PROFILE.nodes);
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

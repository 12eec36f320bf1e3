// A recording as a stream: whole, with words of others around it, and cut off anywhere.
import { PassThrough, Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { RecordingError } from '../../src/errors.ts';
import type { Manifest } from '../../src/recording/manifest.ts';
import { readRecordingFrom } from '../../src/recording/reader.ts';
import { createStreamWriter } from '../../src/recording/stream-writer.ts';
import { buildManifest } from '../support/build-recording.ts';

let whole: Buffer;
/** Of the two seconds that the samples cover. */
const CAPTURE = { ...buildManifest().capture, durationMillis: 2_000 };
const cutManifest: Manifest = {
  ...buildManifest(),
  capture: { ...CAPTURE, ended: 'cut-off' },
};

const MAP = JSON.stringify({
  version: 3,
  sources: ['../src/shop.ts'],
  sourcesContent: ['const a = 1;\nexport const pay = () => a;\n'],
  names: [],
  mappings: 'AACA',
});
/** In the text that runs, and nowhere else; it names what the minifier called `p`. */
const ONLY_RUNNING = JSON.stringify({
  ...JSON.parse(MAP),
  sources: ['webpack://shop/./src/shop.ts'],
  names: ['pay'],
  mappings: 'AACAA',
});
const EXECUTABLE = 'dist/server.js';
const FILES: Record<string, string> = {
  '/app/package.json': '{"name":"shop"}',
  '/app/dist/shop.js': 'var pay=()=>1;\n//# sourceMappingURL=shop.js.map\n',
  '/app/dist/shop.js.map': MAP,
  '/app/dist/inline.js': `var x=1;\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(MAP).toString('base64')}\n`,
  '/app/plain.js': 'const first = 1;\nconst second = 2;\n',
};

function profileOf(urls: string[]): object {
  const nodes = urls.map((url, i) => ({
    id: i + 2,
    callFrame:
      url === EXECUTABLE
        ? { functionName: 'p', scriptId: '1', url, lineNumber: 0, columnNumber: 1 }
        : { functionName: 'pay', scriptId: '1', url, lineNumber: 0, columnNumber: 0 },
    hitCount: 1,
  }));
  const root = {
    id: 1,
    callFrame: { functionName: '(root)', scriptId: '0', url: '', lineNumber: -1, columnNumber: -1 },
    children: nodes.map(({ id }) => id),
  };
  return { nodes: [root, ...nodes], startTime: 0, endTime: 1, samples: [2], timeDeltas: [1] };
}

async function writeStream(): Promise<Buffer> {
  const output = new PassThrough();
  const chunks: Buffer[] = [];
  output.on('data', (chunk: Buffer) => chunks.push(chunk));
  const writer = createStreamWriter(output);
  writer.begin(cutManifest);
  // Long enough that the lines leave in several pieces.
  for (let i = 0; i < 2_000; i++)
    writer.line({ type: 'passive', atMillis: i, rssBytes: 1_000_000 + i, fdCount: 20, threads: 11 });
  const snapshot = writer.stream({ kind: 'heap-snapshot', thread: 0, path: 'main-0.heapsnapshot.gz' });
  for (let i = 0; i < 50; i++) snapshot.write(`${Math.sin(i)}`.repeat(200));
  await snapshot.end();
  const urls = [
    '/app/dist/shop.js',
    'file:///app/dist/inline.js',
    '/app/plain.js',
    '/app/gone.js',
    EXECUTABLE,
  ];
  const sourceMapUrl = `data:application/json,${encodeURIComponent(ONLY_RUNNING)}`;
  writer.scripts([{ url: EXECUTABLE, lines: 1, characters: 12, sourceMapUrl }]);
  writer.file({ kind: 'cpu-profile', thread: 0, path: 'main.cpuprofile' }, profileOf(urls));
  await writer.finish(buildManifest({ capture: CAPTURE, files: writer.files() }), (path) => FILES[path]);
  return Buffer.concat(chunks);
}

beforeAll(async () => {
  whole = await writeStream();
});

const read = (bytes: Buffer) => readRecordingFrom(Readable.from([bytes]), 'the stream');

test('what was written is read again, with the pieces put together and no trace of how it came', async () => {
  const { manifest, lines, profiles, snapshots, warnings } = await read(whole);
  expect(manifest.capture.ended).toBe('complete');
  expect(lines.map((line) => line.atMillis)).toEqual(Array.from({ length: 2_000 }, (_, i) => i));
  expect(profiles.map(({ file }) => file.path)).toEqual(['main.cpuprofile']);
  expect(snapshots.map(({ file }) => file.path)).toEqual(['main-0.heapsnapshot.gz']);
  expect(warnings).toEqual([]);
});

test('source maps that came along are opened at home; what has none, or is gone, stays as it was', async () => {
  const { scripts, lines } = (await read(whole)).sources;
  const placeOf = (url: string) => scripts[url]?.positions['0:0'];
  expect(placeOf('/app/dist/shop.js')).toEqual(['/app/src/shop.ts', 2, 1]);
  expect(placeOf('file:///app/dist/inline.js')).toEqual(['/app/src/shop.ts', 2, 1]);
  expect(placeOf('/app/plain.js')).toEqual(['/app/plain.js', 1, 1]);
  expect(placeOf('/app/gone.js')).toBeUndefined();
  expect(scripts[EXECUTABLE]).toMatchObject({
    path: null,
    positions: { '0:1': ['/app/src/shop.ts', 2, 1] },
    names: { '0:1:p': 'pay' },
  });
  expect(lines['/app/src/shop.ts:2']).toBe('export const pay = () => a;');
  expect(lines['/app/plain.js:1']).toBe('const first = 1;');
});

test('words of a wrapper before and after it are passed over, and said', async () => {
  const bytes = Buffer.concat([
    Buffer.from('Starting up...\n\x1f\x8b not yet\n'),
    whole,
    Buffer.from('\nbye\n'),
  ]);
  const recording = await read(bytes);
  expect(recording.lines).toHaveLength(2_000);
  expect(recording.warnings).toEqual([{ code: 'other-output', bytes: 27 }]);
});

test('a stream that breaks is a recording of what came before, wherever that is', async () => {
  const fractions = [0.05, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 0.99];
  for (const fraction of fractions) {
    const cut = whole.subarray(0, Math.floor(whole.length * fraction));
    const recording = await read(cut);
    expect(recording.manifest.capture.ended).toBe('cut-off');
    expect(recording.warnings[0]).toEqual({ code: 'connection-lost' });
    expect(recording.lines.length).toBeLessThanOrEqual(2_000);
  }
});

test('a stream that breaks with an error is the same', async () => {
  const broken = Readable.from(
    (async function* () {
      yield whole.subarray(0, whole.length >> 1);
      throw new Error('connection reset');
    })(),
  );
  const recording = await readRecordingFrom(broken, 'the stream');
  expect(recording.manifest.capture.ended).toBe('cut-off');
});

test.each([
  ['nothing', Buffer.alloc(0)],
  ['words', Buffer.from('command terminated with exit code 1\n')],
  ['a few bytes', Buffer.from([0x1f, 0x8b, 8, 0])],
  ['noise', Buffer.from(Array.from({ length: 5_000 }, (_, i) => (i * 7919) % 251))],
])('%s is no recording, and the message says what to do', async (_name, bytes) => {
  await expect(read(bytes)).rejects.toThrow(RecordingError);
});

test('it is an ordinary archive, which every tar can list', () => {
  const names = [
    ...gunzipSync(whole)
      .toString('latin1')
      .matchAll(/recording\/[\w.-]+/g),
  ].map(([name]) => name);
  expect(new Set(names)).toContain('recording/manifest.json');
  expect(names.filter((name) => name.startsWith('recording/samples.jsonl.part-')).length).toBeGreaterThan(1);
});

test('an output that is gone takes the writer no further, and nobody waits for ever', async () => {
  const output = new PassThrough();
  output.on('error', () => {});
  const writer = createStreamWriter(output);
  writer.begin(cutManifest);
  output.destroy(new Error('EPIPE'));
  writer.line({ type: 'passive', atMillis: 1 });
  await expect(writer.finish(buildManifest(), () => undefined)).rejects.toThrow();
});

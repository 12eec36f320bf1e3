// A heap snapshot as it comes in pieces: written piece by piece, whole or not at all.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { createRecordingWriter } from '../../src/recording/writer.ts';
import { takeSnapshot } from '../../src/signals/snapshot/read.ts';
import { SessionClosed } from '../../src/target/inspector/inspector-session.ts';
import { buildManifest, useTempFolder } from '../support/build-recording.ts';
import { type FakeSession, fakeSession } from '../support/fake-session.ts';

const temp = useTempFolder();
const FILE = { kind: 'heap-snapshot', thread: 0, path: 'main-1.heapsnapshot.gz', atMillis: 5 } as const;
const chunk = (session: FakeSession, text: string) =>
  session.emit('HeapProfiler.addHeapSnapshotChunk', { chunk: text });

/** A target that sends `pieces` and then does `atEnd`. */
const sending = (pieces: string[], atEnd: (session: FakeSession) => unknown = () => ({})) =>
  fakeSession({
    'HeapProfiler.takeHeapSnapshot': (_params, session) => {
      for (const piece of pieces) chunk(session, piece);
      return atEnd(session);
    },
  });

function startRecording() {
  const dir = join(temp(), 'r');
  const writer = createRecordingWriter(dir);
  return { dir, writer, folder: `${dir}.partial-${process.pid}` };
}

test('all of its pieces are in the file, in order, and it is a file of the recording', async () => {
  const { dir, writer } = startRecording();
  const pieces = Array.from({ length: 500 }, (_, i) => `piece ${i}, `.repeat(50));
  const { bytes } = await takeSnapshot(sending(pieces), writer.stream(FILE));
  expect(bytes).toBe(pieces.join('').length);
  expect(writer.files()).toEqual([FILE]);
  await writer.finish(buildManifest(), () => undefined);
  expect(gunzipSync(readFileSync(join(dir, FILE.path))).toString()).toBe(pieces.join(''));
});

test('of one whose target goes away no half file is left, and the recording goes on', async () => {
  const { dir, writer, folder } = startRecording();
  const dying = sending(['{"snapshot":{', '"meta":'], (session) => session.die());
  await expect(takeSnapshot(dying, writer.stream(FILE))).rejects.toThrow(SessionClosed);
  expect(readdirSync(folder)).toEqual(['samples.jsonl']);
  expect(writer.files()).toEqual([]);
  writer.line({ type: 'passive', atMillis: 1 });
  await writer.finish(buildManifest(), () => undefined);
  expect(readdirSync(dir).sort()).toEqual(['manifest.json', 'samples.jsonl', 'sources.json']);
});

test('of one that the target refuses no half file is left', async () => {
  const { writer, folder } = startRecording();
  const refusing = sending(['{'], () => {
    throw new Error('no heap today');
  });
  await expect(takeSnapshot(refusing, writer.stream(FILE))).rejects.toThrow('no heap today');
  expect(readdirSync(folder)).toEqual(['samples.jsonl']);
});

test('of one that cannot be written the reason is told, and no process ends by it', async () => {
  const { writer, folder } = startRecording();
  const out = writer.stream({ ...FILE, path: 'no-such-folder/main-1.heapsnapshot.gz' });
  const pieces = Array.from({ length: 200 }, () => 'x'.repeat(100_000));
  await expect(takeSnapshot(sending(pieces), out)).rejects.toThrow(/ENOENT/);
  expect(readdirSync(folder)).toEqual(['samples.jsonl']);
  expect(writer.files()).toEqual([]);
});

test('two in one session do not mix', async () => {
  const { writer, folder } = startRecording();
  let turn = 0;
  const session = fakeSession({
    'HeapProfiler.takeHeapSnapshot': (_params, own) => chunk(own, `snapshot ${++turn}`),
  });
  const paths = ['main-1.heapsnapshot.gz', 'main-2.heapsnapshot.gz'];
  for (const path of paths) await takeSnapshot(session, writer.stream({ ...FILE, path }));
  // A piece that comes late belongs to nobody.
  chunk(session, 'late');
  expect(paths.map((path) => gunzipSync(readFileSync(join(folder, path))).toString())).toEqual([
    'snapshot 1',
    'snapshot 2',
  ]);
});

test('a recording that is given up meanwhile leaves nothing', async () => {
  const { dir, writer, folder } = startRecording();
  const out = writer.stream(FILE);
  out.write('{"snapshot":');
  writer.discard();
  await out.discard();
  expect(existsSync(folder)).toBe(false);
  expect(existsSync(dir)).toBe(false);
});

// Heap snapshots in a recording: who holds what grows, from a folder and from an archive, and what comes of snapshots
// that are missing, broken, strange or many.
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { diagnose } from '../../src/diagnose.ts';
import { explainRecordedHeap } from '../../src/heap/explain-recorded-heap.ts';
import type { DiagnosisReport } from '../../src/model/finding.ts';
import { packRecording } from '../../src/recording/archive.ts';
import { readAnything } from '../../src/recording/foreign.ts';
import type { Manifest } from '../../src/recording/manifest.ts';
import { useTempFolder, type WrittenSnapshot, writeRecording } from '../support/build-recording.ts';
import { type DrawnProgram, drawProgram } from '../support/heap-program.ts';

const temp = useTempFolder();

/** A store in src/session.js whose map has `entries`, and a list in src/log.js with as many. */
function snapshotOf(entries: number, draw: (program: DrawnProgram) => void = () => {}): WrittenSnapshot {
  const program = drawProgram();
  const sessions = program.map(program.times(entries, () => program.instance('Session')));
  program.module('/app/src/session.js').variable('store', program.instance('Store', { sessions }));
  draw(program);
  return { json: program.json(), growingNode: program.graph().nodeId(sessions.ordinal) };
}

async function analyze(path: string): Promise<DiagnosisReport> {
  const recording = await readAnything(path);
  return diagnose(recording, await explainRecordedHeap(recording));
}

const SESSIONS = {
  owner: { kind: 'module-variable', name: 'store', className: 'Store' },
  steps: [{ kind: 'property', name: 'sessions', className: 'Map' }],
};

describe('a recording with a snapshot', () => {
  test('has it as V8 wrote it, compressed, and for its owner only', async () => {
    const snapshot = snapshotOf(60);
    const dir = await writeRecording(temp(), { snapshots: [snapshot] });
    const path = join(dir, 'main-1.heapsnapshot.gz');
    expect(gunzipSync(readFileSync(path)).toString()).toBe(snapshot.json);
    expect(statSync(path).mode & 0o077).toBe(0);
    const { files } = JSON.parse(readFileSync(join(dir, 'manifest.json'), 'utf8')) as Manifest;
    expect(files.filter(({ kind }) => kind === 'heap-snapshot').map((file) => file.path)).toEqual([
      basename(path),
    ]);
  });

  test('says who holds what was seen growing', async () => {
    const report = await analyze(await writeRecording(temp(), { snapshots: [snapshotOf(60)] }));
    expect(report.findings[0]).toMatchObject({ kind: 'heap-leak', retainerPath: SESSIONS });
  });

  test('says the same when packed to a .tgz, and what was unpacked is gone when the process ends', async () => {
    const dir = await writeRecording(temp(), { snapshots: [snapshotOf(60), snapshotOf(90)] });
    await packRecording(dir, `${dir}.tgz`);
    const leftBefore = new Set(readdirSync(tmpdir()));
    const listeners = process.listeners('exit');
    expect(JSON.stringify(await analyze(`${dir}.tgz`))).toBe(JSON.stringify(await analyze(dir)));
    const unpacked = readdirSync(tmpdir()).filter(
      (name) => name.startsWith('culprit-read-') && !leftBefore.has(name),
    );
    for (const listener of process.listeners('exit'))
      if (!listeners.includes(listener)) {
        process.off('exit', listener);
        (listener as () => void)();
      }
    // Another test file may be at it as well.
    expect(unpacked.some((name) => !existsSync(join(tmpdir(), name)))).toBe(true);
  });

  test('of the last one is told who holds, of all of them what grew', async () => {
    const snapshots = [60, 400].map((entries) =>
      snapshotOf(entries, (program) => {
        const log = program.array(program.times(entries * 10, () => program.instance('Entry')));
        program.module('/app/src/log.js').variable('log', log);
      }),
    );
    const recording = await readAnything(await writeRecording(temp(), { snapshots }));
    const { holders, growth } = await explainRecordedHeap(recording);
    expect(holders).toMatchObject([{ thread: 0, collection: 0, held: { entries: 400, path: SESSIONS } }]);
    expect(growth.map(({ growth: grown }) => grown.collection.path.owner.name).sort()).toEqual([
      'log',
      'store',
    ]);
    // Relative to where the program runs.
    const files = growth.map(({ growth: grown }) => grown.collection.path.owner.place?.file).sort();
    expect(files).toEqual(['src/log.js', 'src/session.js']);
  });

  test('that does not have what was seen growing holds nothing, and the leak is told all the same', async () => {
    const snapshot = { ...snapshotOf(60), growingNode: 999_999 };
    const report = await analyze(await writeRecording(temp(), { snapshots: [snapshot] }));
    expect(report.findings[0]!.kind).toBe('heap-leak');
    expect(report.findings[0]!.retainerPath).toBeUndefined();
  });
});

describe('a snapshot that cannot be used is a warning, and the rest is told:', () => {
  const CASES: [string, (path: string) => void][] = [
    ['it is missing', (path) => rmSync(path)],
    ['it is cut short', (path) => writeFileSync(path, readFileSync(path).subarray(0, 400))],
    ['it is empty', (path) => writeFileSync(path, '')],
    ['it is no snapshot', (path) => writeFileSync(path, gzipSync('{"name":"a package"}'))],
    ['it is not compressed, and no JSON', (path) => writeFileSync(path, 'hello')],
    [
      'it has no nodes',
      (path) =>
        writeFileSync(
          path,
          gzipSync(
            drawProgram()
              .json()
              .replace(/"nodes":\[[^\]]*\]/, '"nodes":[]'),
          ),
        ),
    ],
  ];
  test.each(CASES)('%s', async (_how, spoil) => {
    const dir = await writeRecording(temp(), { snapshots: [snapshotOf(60)] });
    spoil(join(dir, 'main-1.heapsnapshot.gz'));
    const { findings, warnings } = await analyze(dir);
    expect(findings[0]).toMatchObject({ kind: 'heap-leak', subject: { file: 'src/session.js', line: 12 } });
    expect(findings[0]!.retainerPath).toBeUndefined();
    const said = warnings.filter(({ message }) => message.includes('main-1.heapsnapshot.gz'));
    expect(said, JSON.stringify(warnings)).toHaveLength(1);
    expect(said[0]!.code).toBe('snapshot-not-readable');
    expect(said[0]!.message).not.toMatch(/^\s+at /m);
  });

  test('of several the last one is broken: the growth of none is told', async () => {
    const dir = await writeRecording(temp(), { snapshots: [snapshotOf(60), snapshotOf(90)] });
    writeFileSync(join(dir, 'main-2.heapsnapshot.gz'), 'hello');
    const { findings, warnings } = await analyze(dir);
    expect(findings[0]!.kind).toBe('heap-leak');
    expect(warnings).toEqual([
      { code: 'snapshot-not-readable', message: expect.stringContaining('main-2.heapsnapshot.gz') },
    ]);
  });
});

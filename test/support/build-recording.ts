// A small whole recording on disk, written by the writer itself, and observations turned back into its parts.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { RECORDING_FORMAT, RECORDING_VERSION } from '../../src/recording/format.ts';
import type { Manifest } from '../../src/recording/manifest.ts';
import type { ReadText } from '../../src/recording/sources/script-position.ts';
import { createRecordingWriter, type RecordingWriter } from '../../src/recording/writer.ts';
import type { SampleLine } from '../../src/signals/sink.ts';
import { buildObservations, type Habit, heapFloor, KB } from './build-observations.ts';
import { buildRawCpuProfile, buildRawHeapProfile, type Slice } from './build-profile.ts';
import { linear } from './shapes.ts';

/** A new folder for one test, removed after it. */
export function useTempFolder(): () => string {
  const made: string[] = [];
  afterEach(() => {
    for (const dir of made.splice(0)) rmSync(dir, { recursive: true, force: true });
  });
  return () => {
    const dir = mkdtempSync(join(tmpdir(), 'culprit-test-'));
    made.push(dir);
    return dir;
  };
}

export function buildManifest(overrides: Partial<Manifest> = {}): Manifest {
  return {
    format: RECORDING_FORMAT,
    formatVersion: RECORDING_VERSION,
    toolVersion: '0.1.0',
    target: {
      pid: 4242,
      nodeVersion: 'v22.11.0',
      title: 'node server.js',
      cwd: '/app',
      uptimeSeconds: 600,
      threads: [{ id: 0, name: 'main' }],
    },
    capture: {
      startedAt: '2026-11-20T10:00:00.000Z',
      durationMillis: 30_000,
      ended: 'complete',
      steps: ['passive', 'light'],
      pausesMillis: [8],
      restored: true,
      warnings: [],
    },
    files: [],
    ...overrides,
  };
}

const LEAK = 'main@/app/src/server.js:2 > remember@/app/src/session.js:12';
/** A server whose CPU time nobody minds. */
export const CALM: Slice[] = [
  ['(idle)', 80],
  ['main@/app/src/server.js:2#3', 10],
  [LEAK, 10],
];
const BUSY: Slice[] = [
  ['(idle)', 60],
  ['main@/app/src/server.js:2#3', 30],
  [LEAK, 10],
];

/** A heap snapshot of the recording: its text, and V8's id of the collection that was seen growing. */
export interface WrittenSnapshot {
  json: string;
  growingNode?: number;
}

/** In pieces, as V8 sends it. */
async function writeSnapshot(
  writer: RecordingWriter,
  { json, growingNode }: WrittenSnapshot,
  ordinal: number,
): Promise<void> {
  const path = `main-${ordinal}.heapsnapshot.gz`;
  const atMillis = ordinal * 10_000;
  const stream = writer.stream({ kind: 'heap-snapshot', thread: 0, path, atMillis });
  for (let at = 0; at < json.length; at += 5_000) stream.write(json.slice(at, at + 5_000));
  await stream.end();
  const suspects = growingNode === undefined ? [] : [{ collection: 0, node: growingNode }];
  writer.line({ type: 'snapshot', thread: 0, atMillis, path, millis: 40, bytes: json.length, suspects });
}

/** Writes a recording of a server that leaks in src/session.js:12, or of the same without the leak, and returns its folder. */
export async function writeRecording(
  dir: string,
  {
    readText = () => undefined,
    habits = [],
    snapshots = [],
    moreLines = [],
    leaks = true,
    turn = BUSY,
    target = {},
  }: {
    readText?: ReadText;
    habits?: Habit[];
    snapshots?: WrittenSnapshot[];
    /** Written after the others. */
    moreLines?: SampleLine[];
    leaks?: boolean;
    /** 100 ms of its CPU time, again and again. */
    turn?: Slice[];
    /** Of the manifest. */
    target?: Partial<Manifest['target']>;
  } = {},
): Promise<string> {
  const out = join(dir, 'recording');
  mkdirSync(dir, { recursive: true });
  const writer = createRecordingWriter(out);
  const perSecond = leaks ? 200 * KB : 0;
  const observations = buildObservations(heapFloor(linear(perSecond)), ...habits);
  for (const sample of observations.passive) writer.line({ type: 'passive', ...sample });
  for (const sample of observations.runtime) writer.line({ type: 'runtime', ...sample });
  for (const [i, { atMillis }] of observations.heapReads.entries()) {
    const site = {
      id: 0,
      type: 'Timeout',
      frames: [['remember', '/app/src/session.js', 11, 0]],
      repeats: false,
      delay: 500,
      made: i,
      watched: i,
      alive: 1,
      oldWatched: i,
      oldestMillis: 0,
      oldAlive: 0,
    };
    writer.line({
      type: 'async',
      thread: 0,
      atMillis,
      coverage: 0.5,
      onMillis: atMillis / 2,
      seen: { Timeout: i },
      sites: [site],
    });
    const content = buildRawHeapProfile([[LEAK, Math.round(perSecond * (atMillis / 1_000)) + 1]]);
    writer.file({ kind: 'heap-profile', thread: 0, atMillis, path: `main-${i}.heapprofile` }, content);
  }
  const sizes = [4, 8, 12, 16, 20, 24, 28].map((t) => ({ atMillis: t * 1_000, entries: t * 100 }));
  const insertions = [
    [
      ['trap', 'culprit:probe', 1, 1],
      ['remember', '/app/src/session.js', 11, 0],
    ],
  ];
  writer.line({
    type: 'collections',
    thread: 0,
    atMillis: 28_000,
    growing: leaks
      ? [{ id: 0, type: 'Map', className: 'Map', sizes, newestEntry: 'string', insertions }]
      : [],
  });
  writer.file(
    { kind: 'cpu-profile', thread: 0, path: 'main.cpuprofile' },
    buildRawCpuProfile(Array.from({ length: 50 }, () => turn).flat()),
  );
  for (const line of moreLines) writer.line(line);
  for (const [i, snapshot] of snapshots.entries()) await writeSnapshot(writer, snapshot, i + 1);
  const manifest = buildManifest({ files: writer.files() });
  await writer.finish({ ...manifest, target: { ...manifest.target, ...target } }, readText);
  return out;
}

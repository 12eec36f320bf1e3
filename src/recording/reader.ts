// Reading a recording, or a file that another tool made (`.cpuprofile`, `.heapprofile`, a diagnostic report), into
// one form. Nothing read is trusted: sizes are bounded, shapes are checked, and what is broken says so.
import { createReadStream, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import * as v from 'valibot';
import { RecordingError } from '../errors.ts';
import type { HeapGraph } from '../model/heap/heap-graph.ts';
import type { ProfileOrigin } from '../model/profile-origin.ts';
import type { ReportContents } from '../model/profile-tables.ts';
import { checkLine, type SampleLine } from '../signals/lines.ts';
import type { CapturedFile } from '../signals/sink.ts';
import type { Warning } from '../wire/warning.ts';
import { noManifest, type Unpacked, unpackFile, unpackStream } from './archive.ts';
import { MAPS_FILE, RECORDING_FORMAT, RECORDING_VERSION } from './format.ts';
import { readHeapSnapshot } from './heap/heap-snapshot.ts';
import { type Manifest, manifestSchema } from './manifest.ts';
import { differenceWarnings } from './sources/file-check.ts';
import type { Sources } from './sources/places-by-map.ts';
import { notePositions } from './sources/positions.ts';
import type { ScriptPosition } from './sources/script-position.ts';
import { applyMaps, type CarriedMap } from './sources/sources.ts';

/** A recording in memory, before decoding. */
export interface Recording {
  manifest: Manifest;
  lines: SampleLine[];
  profiles: { file: CapturedFile; content: unknown }[];
  /** Heap snapshots, the oldest of each thread first. */
  snapshots: RecordedSnapshot[];
  sources: Sources;
  /** What was missing or broken and could be left out. */
  warnings: Warning[];
  /** Of profiles that another tool made. */
  origin?: ProfileOrigin;
  /** Of a diagnostic report. */
  contents?: ReportContents;
}

/** Read when it is asked for: a graph of a large heap is large, too. */
export interface RecordedSnapshot {
  file: CapturedFile;
  read(): Promise<HeapGraph>;
}

const MAX_FILE_BYTES = 500 * 2 ** 20;
const MAX_LINES = 200_000;

/** Reads a folder or a `.tgz`. Throws RecordingError with the reason when it is not a recording. */
export async function readRecording(path: string): Promise<Recording> {
  if (statSync(path).isDirectory()) return readFolder(path);
  return readUnpacked(path, (dir) => unpackFile(path, dir));
}

/** Reads a recording while it comes in; `name` is for messages. */
export async function readRecordingFrom(input: Readable, name: string): Promise<Recording> {
  return readUnpacked(name, (dir) => unpackStream(input, dir));
}

async function readUnpacked(name: string, unpack: (dir: string) => Promise<Unpacked>): Promise<Recording> {
  const dir = mkdtempSync(join(tmpdir(), 'culprit-read-'));
  const remove = () => rmSync(dir, { recursive: true, force: true });
  try {
    const unpacked = await unpack(dir);
    if (!existsSync(join(dir, 'manifest.json'))) throw noManifest(name, unpacked);
    const recording = await readFolder(dir);
    // A stream says beforehand that it may be cut off.
    if (recording.manifest.capture.ended === 'cut-off')
      recording.warnings.unshift({ code: 'connection-lost' });
    else if (unpacked.cutBy !== undefined)
      recording.warnings.unshift({ code: 'archive-cut', reason: unpacked.cutBy });
    if (unpacked.strayBytes > 0)
      recording.warnings.push({ code: 'other-output', bytes: unpacked.strayBytes });
    // Snapshots are read later.
    if (recording.snapshots.length > 0) process.once('exit', remove);
    else remove();
    return recording;
  } catch (error) {
    remove();
    throw error;
  }
}

async function readFolder(dir: string): Promise<Recording> {
  const warnings: Warning[] = [];
  const manifest = readManifest(dir);
  const profiles: Recording['profiles'] = [];
  for (const file of manifest.files) {
    if (file.kind === 'heap-snapshot') continue;
    try {
      profiles.push({ file, content: readJson(join(dir, file.path)) });
    } catch (error) {
      const { kind, path } = file;
      const { message: reason } = error as Error;
      const isThere = existsSync(join(dir, path));
      warnings.push({ code: 'file-not-readable', path, reason, kind, ...(!isThere && { isMissing: true }) });
    }
  }
  const lines = await readLines(join(dir, 'samples.jsonl'), manifest, warnings);
  return {
    manifest,
    profiles,
    snapshots: manifest.files
      .filter(({ kind }) => kind === 'heap-snapshot')
      .map((file) => ({ file, read: () => readHeapSnapshot(join(dir, file.path)) })),
    lines,
    sources: readSources(dir, warnings, { lines, profiles, cwd: manifest.target.cwd }),
    warnings,
  };
}

function readManifest(dir: string): Manifest {
  const path = join(dir, 'manifest.json');
  if (!existsSync(path)) {
    throw new RecordingError(
      `${dir} is not a culprit recording: it has no manifest.json.`,
      'Give the folder or archive that `culprit record` wrote.',
    );
  }
  const json = readJson(path) as { format?: unknown; formatVersion?: unknown } | null;
  if (json?.format !== RECORDING_FORMAT)
    throw new RecordingError(`${path} is not the manifest of a culprit recording.`);
  if (typeof json.formatVersion === 'number' && json.formatVersion > RECORDING_VERSION) {
    throw new RecordingError(
      `This recording has format ${json.formatVersion}; this culprit reads up to ${RECORDING_VERSION}.`,
      'Update culprit and try again.',
    );
  }
  const parsed = v.safeParse(manifestSchema, json);
  if (!parsed.success) {
    const issue = parsed.issues[0];
    throw new RecordingError(
      `${path} is damaged: ${v.getDotPath(issue) ?? 'manifest'}: ${issue.message.slice(0, 200)}.`,
      'Record again.',
    );
  }
  return parsed.output;
}

/** Parses a JSON file. Throws RecordingError when it is missing, too big or not JSON. */
export function readJson(path: string): unknown {
  let text: string;
  try {
    if (!statSync(path).isFile()) throw new Error('it is not a file');
    if (statSync(path).size > MAX_FILE_BYTES) throw new Error(`larger than ${MAX_FILE_BYTES / 2 ** 20} MB`);
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new RecordingError(
      `Cannot read ${basename(path)}: ${(error as Error).message}`,
      'Check the path.',
      { cause: error },
    );
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RecordingError(
      `${basename(path)} is not complete JSON.`,
      'It may have been cut short. Record again.',
      { cause: error },
    );
  }
}

/** A capture cut short leaves half a line at the end: all whole lines before it count. */
async function readLines(path: string, manifest: Manifest, warnings: Warning[]): Promise<SampleLine[]> {
  const lines: SampleLine[] = [];
  if (!existsSync(path)) {
    warnings.push({ code: 'samples-missing' });
    return lines;
  }
  let broken = 0;
  let isLastBroken = false;
  for await (const line of createInterface({
    input: createReadStream(path),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    if (lines.length >= MAX_LINES) break;
    const parsed = parseLine(line);
    if (parsed) lines.push(parsed);
    else if (line !== '') broken++;
    if (line !== '') isLastBroken = parsed === null;
  }
  const cut = lines.length < MAX_LINES ? cutSamples(lines, manifest, isLastBroken) : null;
  if (cut) warnings.push(cut);
  // Of samples that are cut, half a line at the end is no news.
  if (cut && isLastBroken) broken--;
  if (broken > 0) warnings.push({ code: 'samples-damaged', lines: broken });
  return lines;
}

/** A capture reads its counters up to its end, but for what its last steps take. */
const MOST_MISSING_MILLIS = 3_000;
const MOST_MISSING_SHARE = 0.2;

/** Samples that end long before the capture did. null: they do not, or the manifest says itself that the capture broke off. */
function cutSamples(
  lines: readonly SampleLine[],
  { capture: { ended, durationMillis } }: Manifest,
  isLastBroken: boolean,
): Warning | null {
  if (ended !== 'complete' && ended !== 'interrupted') return null;
  // Runs of a comparison are read when their turns are over, not all the time.
  if (lines.some(({ type }) => type === 'turn')) return null;
  // Counters that are read inside a process stop while its loop is held; those from outside do not.
  const isSteady = lines.length === 0 || lines.some(({ type }) => type === 'passive');
  if (!isSteady && !isLastBroken) return null;
  const seenMillis = lines.reduce((last, { atMillis }) => Math.max(last, atMillis), 0);
  const missing = durationMillis - seenMillis;
  const isLong = missing > Math.max(MOST_MISSING_MILLIS, durationMillis * MOST_MISSING_SHARE);
  return isLong || (lines.length === 0 && durationMillis > 0)
    ? { code: 'samples-cut', seenMillis, durationMillis }
    : null;
}

function parseLine(line: string): SampleLine | null {
  try {
    return checkLine(JSON.parse(line));
  } catch {
    return null;
  }
}

const position = v.tuple([v.pipe(v.string(), v.maxLength(4_000)), v.number(), v.number()]);
const sourcesSchema = v.object({
  scripts: v.record(
    v.string(),
    v.object({
      path: v.nullable(v.string()),
      package: v.nullable(v.string()),
      positions: v.record(v.string(), position),
      names: v.optional(v.record(v.string(), v.pipe(v.string(), v.maxLength(4_000)))),
      added: v.optional(v.array(v.string())),
    }),
  ),
  lines: v.record(v.string(), v.string()),
  differing: v.optional(v.array(v.string())),
  ignored: v.optional(v.array(v.string())),
  packages: v.optional(v.record(v.string(), v.string())),
});

interface Mentioning {
  lines: readonly SampleLine[];
  profiles: Recording['profiles'];
  cwd: string;
}

function readSources(dir: string, warnings: Warning[], { lines, profiles, cwd }: Mentioning): Sources {
  const path = join(dir, 'sources.json');
  const parsed = existsSync(path) ? v.safeParse(sourcesSchema, readJsonOr(path, null)) : null;
  if (!parsed?.success) {
    warnings.push({ code: 'sources-missing' });
    return { scripts: {}, lines: {} };
  }
  const sources = parsed.output;
  const maps = readMaps(dir);
  if (maps.length > 0) applyMaps(sources, maps, positionsIn(lines, profiles));
  warnings.push(...differenceWarnings(sources.differing, cwd));
  return sources;
}

function positionsIn(
  lines: readonly SampleLine[],
  profiles: Recording['profiles'],
): Iterable<ScriptPosition> {
  const positions = notePositions();
  for (const line of lines) positions.sample(line);
  for (const { file, content } of profiles)
    if (typeof content === 'object' && content !== null) positions.profile(file.kind, content);
  return positions.all();
}

const mapsSchema = v.array(
  v.object({
    url: v.string(),
    location: v.string(),
    project: v.optional(v.nullable(v.string()), null),
    file: v.pipe(v.string(), v.regex(/^map-\d+\.json$/)),
  }),
);

/** The source maps that a stream brought along; those that are missing leave their positions as they are. */
function readMaps(dir: string): CarriedMap[] {
  const parsed = v.safeParse(mapsSchema, readJsonOr(join(dir, MAPS_FILE), []));
  return (parsed.success ? parsed.output : []).flatMap(({ file, ...entry }) => {
    const path = join(dir, file);
    return existsSync(path) ? [{ ...entry, text: readFileSync(path, 'utf8') }] : [];
  });
}

function readJsonOr<T>(path: string, otherwise: T): unknown {
  try {
    return readJson(path);
  } catch {
    return otherwise;
  }
}

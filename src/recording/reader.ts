// Reading a recording, or a file that another tool made (`.cpuprofile`, `.heapprofile`, a diagnostic report), into
// one form. Nothing read is trusted: sizes are bounded, shapes are checked, and what is broken says so.
import {
  createReadStream,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { extract } from 'tar';
import * as v from 'valibot';
import type { CapturedFile, SampleLine } from '../capture/sink.ts';
import { RecordingError } from '../errors.ts';
import type { HeapGraph } from '../model/heap-graph.ts';
import { RECORDING_FORMAT, RECORDING_VERSION } from './format.ts';
import { readHeapSnapshot } from './heap-snapshot.ts';
import { lineSchema } from './line-schema.ts';
import { type Manifest, manifestSchema } from './manifest.ts';
import type { Sources } from './script-places.ts';

/** A recording in memory, before decoding. */
export interface Recording {
  manifest: Manifest;
  lines: SampleLine[];
  profiles: { file: CapturedFile; content: unknown }[];
  /** Heap snapshots, the oldest of each thread first. */
  snapshots: RecordedSnapshot[];
  sources: Sources;
  /** What was missing or broken and could be left out. */
  warnings: string[];
}

/** Read when it is asked for: a graph of a large heap is large, too. */
export interface RecordedSnapshot {
  file: CapturedFile;
  read(): Promise<HeapGraph>;
}

const MAX_FILE_BYTES = 500 * 2 ** 20;
const MAX_LINES = 200_000;

/** Reads a folder or a `.tgz`. Throws RecordingError with the reason when it is not a whole recording. */
export async function readRecording(path: string): Promise<Recording> {
  if (statSync(path).isDirectory()) return readFolder(path);
  const dir = mkdtempSync(join(tmpdir(), 'culprit-read-'));
  const remove = () => rmSync(dir, { recursive: true, force: true });
  try {
    await unpack(path, dir);
    const inner = existsSync(join(dir, 'manifest.json')) ? dir : join(dir, readdirSync(dir)[0] ?? '');
    const recording = await readFolder(inner);
    // Snapshots are read later.
    if (recording.snapshots.length > 0) process.once('exit', remove);
    else remove();
    return recording;
  } catch (error) {
    remove();
    throw error;
  }
}

async function unpack(path: string, dir: string): Promise<void> {
  let bytes = 0;
  // A hostile archive may hold links out of the folder, or unpack to more than any disk.
  const filter = (_path: string, entry: { size?: number; type?: string } | object) => {
    const { size = 0, type } = entry as { size?: number; type?: string };
    bytes += size;
    return (type === 'File' || type === 'Directory' || type === 'OldFile') && bytes < 4 * MAX_FILE_BYTES;
  };
  try {
    await extract({ file: path, cwd: dir, strict: true, filter } as never);
  } catch (error) {
    throw new RecordingError(
      `${path} is not a whole archive: ${(error as Error).message}`,
      'Was the transfer cut short? Record again.',
      { cause: error },
    );
  }
}

async function readFolder(dir: string): Promise<Recording> {
  const warnings: string[] = [];
  const manifest = readManifest(dir);
  const profiles: Recording['profiles'] = [];
  for (const file of manifest.files) {
    if (file.kind === 'heap-snapshot') continue;
    try {
      profiles.push({ file, content: readJson(join(dir, file.path)) });
    } catch (error) {
      warnings.push(`${file.path} could not be read and was left out: ${(error as Error).message}`);
    }
  }
  return {
    manifest,
    profiles,
    snapshots: manifest.files
      .filter(({ kind }) => kind === 'heap-snapshot')
      .map((file) => ({ file, read: () => readHeapSnapshot(join(dir, file.path)) })),
    lines: await readLines(join(dir, 'samples.jsonl'), warnings),
    sources: readSources(dir, warnings),
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
    if (!statSync(path).isFile()) throw new Error('it is no file');
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
      `${basename(path)} is not whole JSON.`,
      'It may have been cut short. Record again.',
      { cause: error },
    );
  }
}

/** A capture cut short leaves half a line at the end: all whole lines before it count. */
async function readLines(path: string, warnings: string[]): Promise<SampleLine[]> {
  const lines: SampleLine[] = [];
  if (!existsSync(path)) {
    warnings.push('samples.jsonl is missing: no counters.');
    return lines;
  }
  let broken = 0;
  for await (const line of createInterface({
    input: createReadStream(path),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    if (lines.length >= MAX_LINES) break;
    const parsed = parseLine(line);
    if (parsed) lines.push(parsed);
    else if (line !== '') broken++;
  }
  if (broken > 0) warnings.push(`${broken} damaged line(s) in samples.jsonl were left out.`);
  return lines;
}

function parseLine(line: string): SampleLine | null {
  try {
    const parsed = v.safeParse(lineSchema, JSON.parse(line));
    return parsed.success ? (parsed.output as unknown as SampleLine) : null;
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
    }),
  ),
  lines: v.record(v.string(), v.string()),
});

function readSources(dir: string, warnings: string[]): Sources {
  const path = join(dir, 'sources.json');
  const parsed = existsSync(path) ? v.safeParse(sourcesSchema, readJsonOr(path, null)) : null;
  if (parsed?.success) return parsed.output;
  warnings.push(
    'sources.json is missing or damaged: places in code are named as V8 saw them, without source maps.',
  );
  return { scripts: {}, lines: {} };
}

function readJsonOr<T>(path: string, otherwise: T): unknown {
  try {
    return readJson(path);
  } catch {
    return otherwise;
  }
}

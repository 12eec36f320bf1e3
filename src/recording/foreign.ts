// Files that other tools made, read as a recording. A file is known by its content, never by its name: it is unpacked,
// decoded and parsed first, and then each format is asked.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { RecordingError, UsageError } from '../errors.ts';
import { MalformedSnapshot, TruncatedSnapshot } from '../model/decode/heap-snapshot/malformed.ts';
import { isObject, objectIn } from '../model/decode/unknown-json.ts';
import type { ProfileTool } from '../model/profile-origin.ts';
import { fromChromeTrace, traceEventsOf } from './foreign/chrome-trace.ts';
import { fromReport } from './foreign/diagnostic-report.ts';
import { type FileContent, readFileContent } from './foreign/file-text.ts';
import { fromFirefox, isFirefox } from './foreign/firefox.ts';
import { fromHermes, isHermes } from './foreign/hermes.ts';
import { parseJson } from './foreign/json-text.ts';
import { otherFile, otherJson } from './foreign/known-formats.ts';
import { fromLegacyProfile } from './foreign/legacy-profile.ts';
import { foreignManifest } from './foreign/manifest.ts';
import type { ForeignProfile } from './foreign/raw-profile.ts';
import { fromSafari, isSafari } from './foreign/safari.ts';
import { readBigProfile } from './foreign/streamed/big-profile.ts';
import { type Recording, readRecording } from './reader.ts';
import { differenceWarnings } from './sources/file-check.ts';
import { positionsInProfile } from './sources/positions.ts';
import { collectSources } from './sources/sources.ts';

const MAX_SOURCE_BYTES = 100 * 2 ** 20;

/** Reads whatever `path` is. Throws UsageError when it is not there, RecordingError when it is nothing we know. */
export async function readAnything(path: string): Promise<Recording> {
  if (!existsSync(path))
    throw new UsageError(
      `${path} does not exist.`,
      'Give a recording, a profile, a trace of Chrome or a diagnostic report.',
    );
  if (statSync(path).isDirectory()) return readFolder(path);
  if (/\.(tgz|tar|tar\.gz)$/.test(path)) return readRecording(path);
  if (/\.heapsnapshot(\.gz)?$/.test(path)) throw isHeapSnapshot(path);
  const big = isBig(path) ? await readBig(path) : null;
  if (big) return big;
  const content = readFileContent(path);
  if (isTar(content)) return readRecording(path);
  return fromContent(content, path);
}

/** What `node --cpu-prof` and `--heap-prof` name a file: date, time, process, thread, number. */
const NODE_PROFILE = /^(?:CPU|Heap)\.\d{8}\.\d{6}\.(\d+)\.(\d+)\.\d+\.(?:cpu|heap)profile$/;
const PROFILE = /\.(cpuprofile|heapprofile)(\.gz|\.zst)?$/;

/** Beyond these a file may be too long for one string; below them that is the fastest way. */
const BIG_BYTES = 256 * 2 ** 20;
const BIG_PACKED_BYTES = 16 * 2 ** 20;

function isBig(path: string): boolean {
  const { size } = statSync(path);
  return size > BIG_BYTES || (/\.gz$/.test(path) && size > BIG_PACKED_BYTES);
}

/** null: neither a CPU profile nor a trace by how it begins. */
async function readBig(path: string): Promise<Recording | null> {
  const json = await readBigProfile(path).catch((error: Error & { code?: string }) => {
    if (error instanceof TruncatedSnapshot || error.code === 'Z_BUF_ERROR') throw isCutShort(path);
    if (!(error instanceof MalformedSnapshot) && !error.code?.startsWith('Z_')) throw error;
    throw new RecordingError(
      `${basename(path)} cannot be read: ${error.message}.`,
      'It may be damaged. Record or copy it again.',
      { cause: error },
    );
  });
  const found = json && recognise(json);
  if (!found) return null;
  if (found.profiles.length > 0)
    return fromProfiles(
      found.profiles.map((profile) => ({ ...profile, path: basename(path) })),
      found.tool,
    );
  throw new RecordingError(
    `${path} is a trace without a CPU profile.`,
    'To have JavaScript sampled, record with the category v8.cpu_profiler, or in DevTools’ Performance panel.',
  );
}

function isCutShort(path: string): RecordingError {
  return new RecordingError(
    `${basename(path)} is not whole JSON: it ends too early.`,
    'It may have been cut short. Record or copy it again.',
  );
}

/** A recording; or else the profiles in the folder, as `--cpu-prof-dir` leaves them: one for each process and thread. */
async function readFolder(path: string): Promise<Recording> {
  const names = existsSync(join(path, 'manifest.json'))
    ? []
    : readdirSync(path).filter((name) => PROFILE.test(name));
  if (names.length === 0) return readRecording(path);
  const pids = new Set(names.map((name) => NODE_PROFILE.exec(name)?.[1]));
  const found = names.sort().flatMap((name) => {
    const [, pid, thread] = NODE_PROFILE.exec(name) ?? [];
    const from = join(path, name);
    const { profiles } = profilesIn(readFileContent(from), from);
    const inProcess = thread === '0' ? 'main' : `worker ${thread}`;
    const whose = pid === undefined ? name : pids.size === 1 ? inProcess : `${inProcess} of process ${pid}`;
    return profiles.map((profile) => ({ ...profile, path: name, threadName: whose }));
  });
  return fromProfiles(found, 'v8');
}

function isTar({ bytes }: FileContent): boolean {
  return bytes.length > 512 && bytes.toString('latin1', 257, 262) === 'ustar';
}

function fromContent(content: FileContent, path: string): Recording {
  const { json, profiles, tool } = profilesIn(content, path);
  if (profiles.length === 0) return fromReport(objectIn(json), path);
  return fromProfiles(
    profiles.map((profile) => ({ ...profile, path: basename(path) })),
    tool,
  );
}

interface Found {
  json: unknown;
  /** Empty: it is a diagnostic report. */
  profiles: ForeignProfile[];
  tool: ProfileTool;
}

/** Throws RecordingError with what it is, where that is known, and what reads it. */
function profilesIn(content: FileContent, path: string): Found {
  const parsed = parseJson(content.text);
  if (parsed.found === 'cut') throw isCutShort(path);
  const json = parsed.found === 'json' ? unwrapped(parsed.value) : undefined;
  const found = json === undefined ? null : recognise(json);
  if (found) {
    if (found.isSnapshot) throw isHeapSnapshot(path);
    if (found.profiles.length > 0 || found.isReport)
      return { json, profiles: found.profiles, tool: found.tool };
  }
  const other = json === undefined ? otherFile(content) : otherJson(json);
  if (other)
    throw new RecordingError(`${path} is ${other.name}.`, other.cure.replaceAll('FILE', basename(path)));
  throw new RecordingError(
    `${path} is not a recording, a CPU profile, a sampling heap profile or a diagnostic report.`,
    'Record with `culprit record`, `node --cpu-prof`, `node --heap-prof` or process.report.writeReport().',
  );
}

function isHeapSnapshot(path: string): RecordingError {
  return new RecordingError(`${path} is a heap snapshot.`, `Read it with \`culprit heap ${path}\`.`);
}

/** What the inspector answers to Profiler.stop, saved as it came. */
function unwrapped(json: unknown): unknown {
  const answer = isObject(json) && isObject(json.result) ? json.result : json;
  return isObject(answer) && isObject(answer.profile) ? answer.profile : json;
}

interface Recognised {
  profiles: ForeignProfile[];
  tool: ProfileTool;
  isReport?: true;
  isSnapshot?: true;
}

/** Asked in this order; null for what nobody knows, no profiles for a format that has none in it. */
function recognise(json: unknown): Recognised | null {
  const one = (kind: ForeignProfile['kind'], content: object): Recognised => ({
    profiles: [{ kind, threadName: 'main', content }],
    tool: 'v8',
  });
  if (isHermes(json)) return { profiles: fromHermes(json), tool: 'hermes' };
  if (isFirefox(json)) return { profiles: fromFirefox(json), tool: 'firefox' };
  if (isSafari(json)) return { profiles: fromSafari(json), tool: 'safari' };
  const events = traceEventsOf(json);
  if (events) return { profiles: fromChromeTrace(events), tool: 'chrome' };
  if (!isObject(json)) return null;
  if (isObject(json.snapshot)) return { profiles: [], tool: 'v8', isSnapshot: true };
  if (Array.isArray(json.nodes)) return one('cpu-profile', json);
  if (isObject(json.head))
    return isLegacy(json.head, json)
      ? one('cpu-profile', fromLegacyProfile(json))
      : one('heap-profile', json);
  return 'header' in json && 'javascriptHeap' in json ? { profiles: [], tool: 'v8', isReport: true } : null;
}

/** Since Node.js 10 a node has a `callFrame`; before it, its function's name and its hits itself. */
function isLegacy(head: Record<string, unknown>, { timestamps, typeId }: Record<string, unknown>): boolean {
  return !isObject(head.callFrame) && ('hitCount' in head || Array.isArray(timestamps) || typeId === 'CPU');
}

function fromProfiles(found: readonly (ForeignProfile & { path: string })[], tool: ProfileTool): Recording {
  const profiles = found.map(({ kind, content, path }, thread) => ({
    file: { kind, thread, path },
    content,
  }));
  const positions = profiles.flatMap(({ file, content }) => [...positionsInProfile(file.kind, content)]);
  const sources = collectSources(positions, readSource);
  return {
    manifest: foreignManifest({
      files: profiles.map(({ file }) => file),
      threads: found.map(({ threadName }, id) => ({ id, name: threadName })),
    }),
    snapshots: [],
    profiles,
    lines: [],
    sources,
    warnings: differenceWarnings(sources.differing, ''),
    origin: { tool },
  };
}

function readSource(file: string): string | undefined {
  try {
    const stat = statSync(file);
    return stat.isFile() && stat.size <= MAX_SOURCE_BYTES ? readFileSync(file, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}

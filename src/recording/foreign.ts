// Files of other tools, read as a recording. A file is recognised by its content, never by its name: it is unpacked, decoded
// and parsed first, and then each format is tried.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { RecordingError, UsageError } from '../errors.ts';
import { MalformedSnapshot, TruncatedSnapshot } from '../model/decode/heap-snapshot/malformed.ts';
import { ProfileNodes } from '../model/decode/profile-nodes.ts';
import { isObject, objectIn } from '../model/decode/unknown-json.ts';
import type { ProfileTool } from '../model/profile-origin.ts';
import { fromChromeTrace, traceEventsOf } from './foreign/chrome-trace.ts';
import { fromReport } from './foreign/diagnostic-report.ts';
import { type FileContent, MAX_TEXT_BYTES, readFileContent } from './foreign/file-text.ts';
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
import { scriptPath } from './sources/script-position.ts';
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
  const long = isLong(path) ? await readLong(path) : null;
  if (long) return fromFound(long, path);
  const content = readFileContent(path);
  if (isTar(content)) return readRecording(path);
  return fromFound(profilesIn(content, path), path);
}

/** What `node --cpu-prof` and `--heap-prof` name a file: date, time, process, thread, number. */
const NODE_PROFILE = /^(?:CPU|Heap)\.\d{8}\.\d{6}\.(\d+)\.(\d+)\.\d+\.(?:cpu|heap)profile$/;
const PROFILE = /\.(cpuprofile|heapprofile)(\.gz|\.zst)?$/;

/** Below these it hardly matters how a file is read. */
const LONG_BYTES = 8 * 2 ** 20;
const LONG_PACKED_BYTES = 2 ** 20;
/** Beyond these it is no longer one text; a packed one may be no longer one. */
const MOST_PACKED_BYTES = 16 * 2 ** 20;

const isPacked = (path: string) => /\.gz$/.test(path);

function isLong(path: string): boolean {
  const { size } = statSync(path);
  return size > (isPacked(path) ? LONG_PACKED_BYTES : LONG_BYTES);
}

/** null: to be read as one text, which takes longer and bears with more. */
async function readLong(path: string): Promise<Found | null> {
  const isOneText = statSync(path).size <= (isPacked(path) ? MOST_PACKED_BYTES : MAX_TEXT_BYTES);
  const json = await readBigProfile(path).catch((error: Error & { code?: string }) => {
    if (isOneText && (error instanceof MalformedSnapshot || error.code?.startsWith('Z_'))) return null;
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
  if (found.profiles.length > 0) return { json, ...found };
  if (isOneText) return null;
  throw new RecordingError(
    `${path} is a trace without a CPU profile.`,
    'To have JavaScript sampled, record with the category v8.cpu_profiler, or in DevTools’ Performance panel.',
  );
}

function isCutShort(path: string): RecordingError {
  return new RecordingError(
    `${basename(path)} is not complete JSON: it ends too early.`,
    'It may have been cut short. Record or copy it again.',
  );
}

/**
 * A recording; or else a folder of profiles, as `--cpu-prof-dir` leaves it: one for each process and thread, and nothing else. In a
 * folder of many things a profile may be anybody's.
 */
async function readFolder(path: string): Promise<Recording> {
  if (existsSync(join(path, 'manifest.json'))) return readRecording(path);
  const names = readdirSync(path).filter((name) => !name.startsWith('.'));
  if (names.length === 0 || !names.every((name) => PROFILE.test(name))) throw isOtherFolder(path, names);
  const pids = new Set(names.map((name) => NODE_PROFILE.exec(name)?.[1]));
  const found: (ForeignProfile & { path: string })[] = [];
  for (const name of names.sort()) {
    const [, pid, thread] = NODE_PROFILE.exec(name) ?? [];
    const from = join(path, name);
    const long = isLong(from) ? await readLong(from) : null;
    const { profiles } = long ?? profilesIn(readFileContent(from), from);
    const inProcess = thread === '0' ? 'main' : `worker ${thread}`;
    const whose = pid === undefined ? name : pids.size === 1 ? inProcess : `${inProcess} of process ${pid}`;
    found.push(...profiles.map((profile) => ({ ...profile, path: name, threadName: whose })));
  }
  return fromProfiles(found, 'v8');
}

function isOtherFolder(path: string, names: readonly string[]): RecordingError {
  const profile = names.find((name) => PROFILE.test(name));
  return new RecordingError(
    `${path} is neither a recording (with manifest.json and samples.jsonl) nor a folder that holds only profiles.`,
    profile === undefined
      ? 'Give the folder or archive that `culprit record` wrote.'
      : `Give the profiles in it by name, such as ${join(path, profile)}.`,
  );
}

function isTar({ bytes }: FileContent): boolean {
  return bytes.length > 512 && bytes.toString('latin1', 257, 262) === 'ustar';
}

function fromFound({ json, profiles, tool }: Found, path: string): Recording {
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
  if (Array.isArray(json.nodes) || json.nodes instanceof ProfileNodes) return one('cpu-profile', json);
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
  const isHere = scriptsHere();
  const positions = profiles.flatMap(({ file, content }) => [
    ...positionsInProfile(file.kind, content, isHere),
  ]);
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

/** Of scripts that this machine does not have, no line can be told more of than the profile does. */
function scriptsHere(): (url: string) => boolean {
  const known = new Map<string, boolean>();
  return (url) => {
    let isHere = known.get(url);
    if (isHere === undefined) {
      const path = scriptPath(url);
      isHere = path !== null && existsSync(path);
      known.set(url, isHere);
    }
    return isHere;
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

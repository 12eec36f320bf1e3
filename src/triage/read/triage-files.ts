// The files of `culprit triage`: which are logs, which are diagnostic reports, and what is neither.
import { createReadStream } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { createGunzip } from 'node:zlib';
import { RecordingError, UsageError } from '../../errors.ts';
import type { LogSource } from '../triage.ts';
import {
  type Documents,
  HEAD_CHARACTERS,
  mayBeDocument,
  readJsonDocument,
  readTextDocument,
} from './documents.ts';

const MOST_JSON_BYTES = 100 * 2 ** 20;
const HEAD_BYTES = 8_192;
const CHUNK_BYTES = 1 << 20;

export interface TriageFiles {
  logs: LogSource[];
  /** Diagnostic reports, parsed. */
  reports: unknown[];
  /** Pods and events that were printed as text, or by container engines. */
  pods: unknown[];
  events: unknown[];
  /** Names of the files with reports, pods and events. */
  documents: string[];
}

/** Throws UsageError for what is not there, RecordingError for what is no log and no diagnostic report. */
export async function openTriageFiles(paths: readonly string[]): Promise<TriageFiles> {
  const found: TriageFiles = { logs: [], reports: [], pods: [], events: [], documents: [] };
  for (const path of paths) {
    if (path === '-') await sortLog(standardInput(), found);
    else await sort(path, found);
  }
  return found;
}

/** A log, unless its start says that it is a document: then it is read as a whole. */
async function sortLog({ name, chunks }: LogSource, found: TriageFiles): Promise<void> {
  const iterator = chunks[Symbol.asyncIterator]();
  const started: (Uint8Array | string)[] = [];
  let head = '';
  while (head.length < HEAD_CHARACTERS) {
    const { value, done } = await iterator.next();
    if (done) break;
    started.push(value);
    head += typeof value === 'string' ? value : Buffer.from(value).toString('utf8').slice(0, HEAD_CHARACTERS);
  }
  const isJson = /^\s*[[{]\s*\n/.test(head);
  if (isJson || mayBeDocument(head)) {
    const text = await wholeText(started, iterator);
    const document = text === null ? null : isJson ? readJsonText(text) : readTextDocument(text);
    if (document) {
      take(document, name, found);
      return;
    }
  }
  found.logs.push({ name, chunks: joined(started, iterator) });
}

/** Keeps what it reads in `started`; null for what is too much to be a document. */
async function wholeText(
  started: (Uint8Array | string)[],
  iterator: AsyncIterator<Uint8Array | string>,
): Promise<string | null> {
  let bytes = started.reduce((sum, chunk) => sum + chunk.length, 0);
  while (bytes < MOST_JSON_BYTES) {
    const { value, done } = await iterator.next();
    if (done) return Buffer.concat(started.map((chunk) => Buffer.from(chunk))).toString('utf8');
    started.push(value);
    bytes += value.length;
  }
  return null;
}

async function* joined(
  started: readonly (Uint8Array | string)[],
  iterator: AsyncIterator<Uint8Array | string>,
): AsyncGenerator<Uint8Array | string> {
  yield* started;
  for (;;) {
    const { value, done } = await iterator.next();
    if (done) return;
    yield value;
  }
}

function readJsonText(text: string): Documents | null {
  try {
    return readJsonDocument(JSON.parse(text));
  } catch {
    return null;
  }
}

function take({ reports, pods, events, lines }: Documents, name: string, found: TriageFiles): void {
  found.reports.push(...reports);
  found.pods.push(...pods);
  found.events.push(...events);
  if (lines.length > 0) found.logs.push({ name, chunks: textOf(lines) });
  else found.documents.push(name);
}

async function* textOf(lines: readonly string[]): AsyncGenerator<string> {
  yield `${lines.join('\n')}\n`;
}

function standardInput(): LogSource {
  if (process.stdin.isTTY)
    throw new UsageError(
      'Standard input is a terminal.',
      'Pipe a log into it: kubectl logs POD --previous | culprit triage -',
    );
  return { name: 'standard input', chunks: notEmpty('Standard input', process.stdin) };
}

async function sort(path: string, found: TriageFiles): Promise<void> {
  const info = await stat(path).catch(() => null);
  if (!info)
    throw new UsageError(
      `${path} does not exist.`,
      'Give log files, a diagnostic report, or "-" for standard input.',
    );
  if (info.isDirectory())
    throw new UsageError(`${path} is a folder.`, 'Give the log files in it, the oldest first.');
  if (info.isFile() && info.size === 0)
    throw new RecordingError(`${path} is empty.`, 'Give a log that has something in it.');
  const head = info.isFile() ? await headOf(path) : Buffer.alloc(0);
  const isZipped = head[0] === 0x1f && head[1] === 0x8b;
  if (!isZipped && isBinary(head))
    throw new RecordingError(
      `${path} is not a text file.`,
      'Give a log, plain or .gz, or a diagnostic report.',
    );
  const json = isZipped || info.size > MOST_JSON_BYTES ? null : await wholeJson(path, head);
  if (json === null) {
    await sortLog({ name: basename(path), chunks: read(path, isZipped) }, found);
    return;
  }
  const document = readJsonDocument(json);
  if (!document) throw notALog(path, json);
  take(document, basename(path), found);
}

/** One JSON document over several lines; null for logs, JSON lines among them. */
async function wholeJson(path: string, head: Buffer): Promise<unknown> {
  const text = head.toString('utf8').trimStart();
  if (!/^[[{]/.test(text)) return null;
  const firstLine = text.split('\n')[0]!;
  if (text.includes('\n') && isJson(firstLine)) return null;
  try {
    const json: unknown = JSON.parse(await readFile(path, 'utf8'));
    // A log of one line is a log.
    return readJsonDocument(json) !== null || text.includes('\n  ') || Array.isArray(json) || isOurs(json)
      ? json
      : null;
  } catch {
    return null;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const isOurs = (json: unknown) => (json as { tool?: { name?: unknown } } | null)?.tool?.name === 'culprit';

function notALog(path: string, json: unknown): RecordingError {
  if (isOurs(json))
    return new RecordingError(
      `${path} is a report that culprit wrote.`,
      'Give the log or the diagnostic report of the process itself.',
    );
  const kind = (json as { kind?: unknown } | null)?.kind;
  if (kind === 'Pod' || kind === 'List')
    return new RecordingError(`${path} is a pod's status.`, `Give it as --pod-status ${path}.`);
  return new RecordingError(
    `${path} is JSON, but neither a log nor a diagnostic report.`,
    'Give a log, a report.*.json that Node wrote, or what `docker inspect` printed.',
  );
}

async function headOf(path: string): Promise<Buffer> {
  const file = await open(path).catch((error: Error) => {
    throw new UsageError(
      `Cannot read ${path}: ${error.message}`,
      'Pass a file that you have permission to read.',
      {
        cause: error,
      },
    );
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Logs may hold some NULs (a rotated file that was written on); programs and archives are full of control bytes. */
function isBinary(head: Buffer): boolean {
  const controls = head.filter(
    (byte) => byte < 32 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 27 && byte !== 0,
  ).length;
  const nuls = head.filter((byte) => byte === 0).length;
  return controls > head.length / 20 || (nuls > head.length / 5 && controls > 0);
}

function read(path: string, isZipped: boolean): AsyncIterable<Uint8Array> {
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  return isZipped ? unzipped(path, file) : file;
}

async function* unzipped(path: string, file: NodeJS.ReadableStream): AsyncGenerator<Uint8Array> {
  try {
    yield* file.pipe(createGunzip({ chunkSize: CHUNK_BYTES })) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw new RecordingError(
      `${path} cannot be unzipped: ${(error as Error).message}.`,
      'Copy it again; it may have been cut.',
      { cause: error },
    );
  }
}

async function* notEmpty(name: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let isEmpty = true;
  for await (const chunk of chunks) {
    isEmpty = false;
    yield chunk;
  }
  if (isEmpty)
    throw new UsageError(
      `${name} is empty.`,
      'Pipe a log into it: kubectl logs POD --previous | culprit triage -',
    );
}

/** What kubectl wrote with `-o json` or `-o yaml`. Throws UsageError when it is not there or is something else. */
export async function readKubectlOutput(path: string, what: 'pod' | 'events'): Promise<unknown> {
  const cure =
    what === 'pod'
      ? 'Write it with `kubectl get pod NAME -o json`.'
      : 'Write it with `kubectl get events -o json`.';
  let json: unknown;
  try {
    const text = await readFile(path, 'utf8');
    json = (await yamlObject(text)) ?? JSON.parse(text);
  } catch (error) {
    throw new UsageError(
      `${path} cannot be read as JSON or YAML: ${(error as Error).message.split('\n')[0]}`,
      cure,
      { cause: error },
    );
  }
  const { kind, items, status } = (json ?? {}) as { kind?: unknown; items?: unknown; status?: unknown };
  const isRight = Array.isArray(items) || (what === 'pod' && (kind === 'Pod' || typeof status === 'object'));
  if (!isRight)
    throw new UsageError(`${path} is not a ${what === 'pod' ? "pod's status" : 'list of events'}.`, cure);
  return json;
}

/** Null for JSON, which needs no parser that takes megabytes, and for what is no object. */
async function yamlObject(text: string): Promise<object | null> {
  if (/^\s*[{[]/.test(text)) return null;
  const { parseYaml } = await import('../../recording/files/yaml.ts');
  try {
    const value = parseYaml(text);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}

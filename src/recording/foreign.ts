// Files that other tools made, read as a recording: `.cpuprofile`, `.heapprofile` and Node's diagnostic report.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { RecordingError, UsageError } from '../errors.ts';
import type { SocketGroup } from '../model/samples.ts';
import type { CapturedFileKind, SampleLine } from '../signals/sink.ts';
import { RECORDING_FORMAT, RECORDING_VERSION } from './format.ts';
import type { Manifest } from './manifest.ts';
import { type Recording, readJson, readRecording } from './reader.ts';
import { positionsInProfile } from './sources/positions.ts';
import { collectSources } from './sources/sources.ts';

const MAX_SOURCE_BYTES = 100 * 2 ** 20;

/** Reads whatever `path` is. Throws UsageError when it is not there, RecordingError when it is nothing we know. */
export async function readAnything(path: string): Promise<Recording> {
  if (!existsSync(path))
    throw new UsageError(
      `${path} does not exist.`,
      'Give a recording, a .cpuprofile, a .heapprofile or a diagnostic report.',
    );
  if (statSync(path).isDirectory() || /\.(tgz|tar|tar\.gz)$/.test(path)) return readRecording(path);
  if (/\.heapsnapshot(\.gz)?$/.test(path)) throw isHeapSnapshot(path);
  const json = readJson(path);
  if (typeof (json as { snapshot?: unknown } | null)?.snapshot === 'object') throw isHeapSnapshot(path);
  const kind = kindOf(json);
  if (kind === 'report') return fromReport(json as RawReport, path);
  if (kind) return fromProfile(kind, json as object, path);
  throw new RecordingError(
    `${path} is not a recording, a CPU profile, a sampling heap profile or a diagnostic report.`,
    'Record with `culprit record`, `node --cpu-prof`, `node --heap-prof` or process.report.writeReport().',
  );
}

function isHeapSnapshot(path: string): RecordingError {
  return new RecordingError(`${path} is a heap snapshot.`, `Read it with \`culprit heap ${path}\`.`);
}

function kindOf(json: unknown): CapturedFileKind | 'report' | null {
  if (typeof json !== 'object' || json === null) return null;
  if (Array.isArray((json as { nodes?: unknown }).nodes)) return 'cpu-profile';
  if (typeof (json as { head?: unknown }).head === 'object') return 'heap-profile';
  return 'header' in json && 'javascriptHeap' in json ? 'report' : null;
}

function fromProfile(kind: CapturedFileKind, content: object, path: string): Recording {
  const readText = (file: string) => {
    try {
      const stat = statSync(file);
      return stat.isFile() && stat.size <= MAX_SOURCE_BYTES ? readFileSync(file, 'utf8') : undefined;
    } catch {
      return undefined;
    }
  };
  const file = { kind, thread: 0, path: basename(path) };
  const sources = collectSources(positionsInProfile(kind, content), readText);
  return {
    manifest: describe({ files: [file] }),
    snapshots: [],
    profiles: [{ file, content }],
    lines: [],
    sources,
    warnings: [],
  };
}

interface RawReport {
  header?: unknown;
  javascriptHeap?: unknown;
  resourceUsage?: unknown;
  userLimits?: unknown;
  libuv?: unknown;
}

/** One moment: limits and counts can be judged from it, growth cannot. */
function fromReport(report: RawReport, path: string): Recording {
  const header = record(report.header);
  const javascriptHeap = record(report.javascriptHeap);
  const resourceUsage = record(report.resourceUsage);
  const openFiles = record(record(report.userLimits).open_files);
  const handles = (Array.isArray(report.libuv) ? report.libuv : []).filter(
    (handle) => typeof handle === 'object' && handle !== null,
  );
  const runtime: SampleLine = {
    type: 'runtime',
    atMillis: 0,
    thread: 0,
    afterGc: true,
    heapUsedBytes: amount(javascriptHeap.usedMemory),
    heapLimitBytes: amount(javascriptHeap.memoryLimit ?? javascriptHeap.heapSizeLimit),
    rssBytes: amount(resourceUsage.rss),
  };
  const sockets = groupSockets(handles as Record<string, unknown>[]);
  const fdSoftLimit = amount(openFiles.soft);
  const passive: SampleLine = {
    type: 'passive',
    atMillis: 0,
    rssBytes: amount(resourceUsage.rss),
    fdSoftLimit,
    sockets,
  };
  const manifest = describe({
    pid: Math.round(amount(header.processId) ?? 0),
    nodeVersion: word(header.nodejsVersion),
    title: (Array.isArray(header.commandLine) ? header.commandLine.map(word).join(' ') : '').slice(0, 4_000),
    cwd: word(header.cwd) || dirname(path),
  });
  return {
    manifest,
    profiles: [],
    snapshots: [],
    lines: [passive, runtime],
    sources: { scripts: {}, lines: {} },
    warnings: [{ code: 'single-moment' }],
  };
}

function groupSockets(handles: Record<string, unknown>[]): SocketGroup[] {
  const groups = new Map<string, SocketGroup>();
  for (const { type, remoteEndpoint } of handles) {
    if (type !== 'tcp' || typeof remoteEndpoint !== 'object' || remoteEndpoint === null) continue;
    const { ip4, ip6, host, port } = remoteEndpoint as Record<string, unknown>;
    const endpoint = `${word(ip4) || word(ip6) || word(host)}:${amount(port) ?? '?'}`.slice(0, 200);
    const group = groups.get(endpoint) ?? {
      family: 'tcp' as const,
      state: 'ESTABLISHED',
      direction: 'unknown' as const,
      endpoint,
      count: 0,
    };
    group.count++;
    groups.set(endpoint, group);
  }
  return [...groups.values()];
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function word(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 4_000) : '';
}

/** Some Node versions write numbers as text ("unlimited" is none). */
function amount(value: unknown): number | undefined {
  const number = typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;
  return Number.isFinite(number) && number >= 0 ? number : undefined;
}

function describe({
  files = [],
  ...target
}: Partial<Manifest['target']> & { files?: Manifest['files'] }): Manifest {
  return {
    format: RECORDING_FORMAT,
    formatVersion: RECORDING_VERSION,
    toolVersion: '',
    target: {
      pid: 0,
      nodeVersion: '',
      title: '',
      cwd: process.cwd(),
      uptimeSeconds: 0,
      threads: [{ id: 0, name: 'main' }],
      ...target,
    },
    capture: {
      startedAt: '',
      durationMillis: 0,
      ended: 'complete',
      steps: [],
      pausesMillis: [],
      restored: true,
      warnings: [],
    },
    files,
  };
}

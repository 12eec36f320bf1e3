// Files that other tools made, read as a recording: `.cpuprofile`, `.heapprofile` and Node's diagnostic report.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { CapturedFileKind, SampleLine } from '../capture/sink.ts';
import { RecordingError, UsageError } from '../errors.ts';
import type { SocketGroup } from '../model/samples.ts';
import { type Manifest, RECORDING_FORMAT, RECORDING_VERSION } from './manifest.ts';
import { positionsInProfile } from './positions.ts';
import { type Recording, readJson, readRecording } from './reader.ts';
import { collectSources } from './sources.ts';

/** Reads whatever `path` is. Throws UsageError when it is not there, RecordingError when it is nothing we know. */
export async function readAnything(path: string): Promise<Recording> {
  if (!existsSync(path))
    throw new UsageError(
      `${path} does not exist.`,
      'Give a recording, a .cpuprofile, a .heapprofile or a diagnostic report.',
    );
  if (statSync(path).isDirectory() || /\.(tgz|tar|tar\.gz)$/.test(path)) return readRecording(path);
  const json = readJson(path);
  const kind = kindOf(json);
  if (kind === 'report') return fromReport(json as RawReport, path);
  if (kind) return fromProfile(kind, json as object, path);
  throw new RecordingError(
    `${path} is not a recording, a CPU profile, a sampling heap profile or a diagnostic report.`,
    'Record with `culprit record`, `node --cpu-prof`, `node --heap-prof` or process.report.writeReport().',
  );
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
      return readFileSync(file, 'utf8');
    } catch {
      return undefined;
    }
  };
  const file = { kind, thread: 0, path: basename(path) };
  const sources = collectSources(positionsInProfile(kind, content), readText);
  return {
    manifest: describe({ files: [file] }),
    profiles: [{ file, content }],
    lines: [],
    sources,
    warnings: [],
  };
}

interface RawReport {
  header?: Record<string, unknown>;
  javascriptHeap?: Record<string, unknown>;
  resourceUsage?: Record<string, unknown>;
  userLimits?: { open_files?: { soft?: unknown } };
  libuv?: unknown[];
}

/** One moment: limits and counts can be judged from it, growth cannot. */
function fromReport(report: RawReport, path: string): Recording {
  const { header = {}, javascriptHeap = {}, resourceUsage = {}, userLimits } = report;
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
  const fdSoftLimit = amount(userLimits?.open_files?.soft);
  const passive: SampleLine = {
    type: 'passive',
    atMillis: 0,
    rssBytes: amount(resourceUsage.rss),
    fdSoftLimit,
    sockets,
  };
  const manifest = describe({
    pid: amount(header.processId) ?? 0,
    nodeVersion: String(header.nodejsVersion ?? ''),
    title: (Array.isArray(header.commandLine) ? header.commandLine.join(' ') : '').slice(0, 4_000),
    cwd: typeof header.cwd === 'string' ? header.cwd : dirname(path),
  });
  const warnings = ['A diagnostic report is one moment: limits and counts are judged, growth is not.'];
  return { manifest, profiles: [], lines: [passive, runtime], sources: { scripts: {}, lines: {} }, warnings };
}

function groupSockets(handles: Record<string, unknown>[]): SocketGroup[] {
  const groups = new Map<string, SocketGroup>();
  for (const { type, remoteEndpoint } of handles) {
    if (type !== 'tcp' || typeof remoteEndpoint !== 'object' || remoteEndpoint === null) continue;
    const { ip4, ip6, host, port } = remoteEndpoint as Record<string, unknown>;
    const endpoint = `${String(ip4 ?? ip6 ?? host)}:${String(port)}`.slice(0, 200);
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

function amount(value: unknown): number | undefined {
  const number = Number(value);
  return value !== undefined && value !== null && Number.isFinite(number) && number >= 0 ? number : undefined;
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

// Node's diagnostic report, read as a recording of one moment.
import { dirname } from 'node:path';
import type { SocketGroup } from '../../model/samples.ts';
import type { SampleLine } from '../../signals/sink.ts';
import type { Recording } from '../reader.ts';
import { foreignManifest } from './manifest.ts';
import { contentsOf } from './report-contents.ts';

interface RawReport {
  header?: unknown;
  javascriptHeap?: unknown;
  resourceUsage?: unknown;
  userLimits?: unknown;
  libuv?: unknown;
}

/** One moment: limits and counts can be judged from it, growth cannot. */
export function fromReport(report: RawReport, path: string): Recording {
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
  const manifest = foreignManifest({
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
    contents: contentsOf(report),
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

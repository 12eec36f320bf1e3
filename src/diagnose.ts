// The offline half: decode -> analyse -> judge -> report. Works on any recording, on any machine.

import { describeContainer } from './analysis/container/describe-container.ts';
import { type Facts, gatherFacts } from './analysis/facts.ts';
import { drawPictures } from './analysis/pictures/pictures.ts';
import { cpuTables, heapTables } from './analysis/profile/profile-tables.ts';
import { median } from './analysis/statistics/median.ts';
import { DEFAULTS } from './defaults.ts';
import { RecordingError } from './errors.ts';
import { describeKeepsAlive } from './findings/keeps-alive.ts';
import { judge } from './findings/verdict/judge.ts';
import { decodeCpuProfile, MalformedProfile, type OwnWork, scriptIdsOf } from './model/decode/cpu-profile.ts';
import { createFrameResolver, type FrameResolver } from './model/decode/frame-resolver.ts';
import { decodeHeapProfile } from './model/decode/heap-profile.ts';
import type { DiagnosisReport } from './model/finding.ts';
import { NO_RECORDED_HEAP, type RecordedHeap } from './model/heap/recorded-heap.ts';
import type { Observations } from './model/observations.ts';
import type { ProfileTables } from './model/profile-tables.ts';
import type { RuntimeSample } from './model/samples.ts';
import { PROBE_URL } from './probe/probe-url.ts';
import type { Recording } from './recording/reader.ts';
import { reportWarning, warningMessage } from './report/warnings.ts';
import { decodeLines } from './signals/lines.ts';
import { VERSION } from './version.ts';
import type { Warning } from './wire/warning.ts';

export interface DiagnoseOptions {
  /** Rows of each table of where time and memory went. Absent: such tables are made only of other tools' profiles. */
  top?: number;
  /** What the pictures of an HTML report are drawn of is added. */
  pictures?: boolean;
  /** It was captured just now, on this machine: its process id may be given to commands. */
  isLive?: boolean;
}

/** `heap` is what explain-recorded-heap.ts found in the recording's snapshots. */
export function diagnose(
  recording: Recording,
  heap: RecordedHeap = NO_RECORDED_HEAP,
  { top, pictures = false, isLive = false }: DiagnoseOptions = {},
): DiagnosisReport {
  const hasEnded = recording.manifest.capture.ended === 'target-gone';
  const observations = { ...decode(recording), heap, isPast: !isLive || hasEnded };
  const { origin } = observations;
  const facts = gatherFacts(observations);
  const { verdict, verdictReason, findings, notApplicable, nextMeasurement } = judge(facts);
  return {
    kind: 'diagnosis',
    schemaVersion: 2,
    tool: { name: 'culprit', version: VERSION },
    target: observations.target,
    capture: observations.capture,
    verdict,
    verdictReason,
    findings,
    notApplicable,
    keepsAlive: describeKeepsAlive(observations.keepAlive, observations.target.threads),
    ...(!origin && { work: facts.work }),
    ...((origin || top !== undefined) && {
      where: tablesOf(observations, facts.programs, top ?? DEFAULTS.analyze.top),
    }),
    ...(recording.contents && { contents: recording.contents }),
    ...(pictures && { pictures: drawPictures(facts, findings) }),
    ...(nextMeasurement && { nextMeasurement }),
    warnings: observations.warnings.map(reportWarning),
  };
}

function tablesOf(
  { cpuProfiles, heapReads, target }: Observations,
  programs: Facts['programs'],
  top: number,
): ProfileTables[] {
  const nameOf = (thread: number) =>
    target.threads.find(({ id }) => id === thread)?.name ?? `thread ${thread}`;
  // Of a recording the last read of each thread is what is left.
  const lastReads = new Map(heapReads.map((read) => [read.thread, read]));
  return [
    ...cpuProfiles.map((profile, i) => cpuTables(profile, programs[i] ?? 'unknown', top)),
    ...[...lastReads.values()].map((read) => heapTables(read, nameOf(read.thread), top)),
  ];
}

/** Everything a recording says, checked and resolved. Throws RecordingError when nothing of it can be used. */
export function decode(recording: Recording): Observations {
  const { manifest, lines, sources, profiles } = recording;
  const resolver = createFrameResolver(sources, manifest.target.cwd);
  const warnings = [
    ...warnOfEnd(manifest.capture.ended),
    ...recording.warnings,
    ...manifest.capture.warnings,
  ];
  // Our own footprint is not the target's.
  const { ownFds = 0 } = manifest.capture;
  const counted = decodeLines(lines, { resolver, sources, ownUrl: PROBE_URL, ownFds });
  const decoded = decodeProfiles(recording, resolver, warnings);
  if (
    profiles.length > 0 &&
    decoded.cpuProfiles.length + decoded.heapReads.length === 0 &&
    lines.length === 0
  ) {
    const last = warnings.at(-1);
    throw new RecordingError(
      `Nothing in it can be used: ${last ? warningMessage(last) : 'no profile is complete'}`,
      'Record again.',
    );
  }
  return {
    ...counted,
    ...decoded,
    ...describeSubject(recording, counted, {
      lost: lostFiles(warnings),
      knownMillis: knownMillis(decoded, counted.runtime),
    }),
    heap: NO_RECORDED_HEAP,
    sourceLines: relativeLines(sources.lines, manifest.target.cwd),
    warnings: recording.origin ? [...warnings, ...warnOfShort(decoded)] : warnings,
    ...(recording.origin && { origin: recording.origin }),
  };
}

function warnOfEnd(ended: string): Warning[] {
  if (ended === 'target-gone') return [{ code: 'target-ended' }];
  return ended === 'disconnected' ? [{ code: 'inspector-closed' }] : [];
}

const SHORT_MILLIS = 3_000;

function warnOfShort({ cpuProfiles: [profile] }: Profiles): Warning[] {
  const durationMillis = (profile?.durationMicros ?? Number.POSITIVE_INFINITY) / 1_000;
  return durationMillis >= SHORT_MILLIS ? [] : [{ code: 'profile-short', durationMillis }];
}

type Profiles = Pick<Observations, 'cpuProfiles' | 'heapReads' | 'allocations'>;

function decodeProfiles(
  { profiles, manifest, lines }: Recording,
  resolver: FrameResolver,
  warnings: Warning[],
): Profiles {
  const result: Profiles = { cpuProfiles: [], heapReads: [], allocations: [] };
  const ownScripts = new Map(
    profiles
      .filter(({ file }) => file.kind === 'cpu-profile')
      .map(({ file, content }) => [file.thread, scriptIdsOf(content, PROBE_URL)]),
  );
  for (const { file, content } of profiles) {
    const name =
      manifest.target.threads.find(({ id }) => id === file.thread)?.name ?? `thread ${file.thread}`;
    try {
      const { thread, atMillis = 0 } = file;
      const list = { 'heap-profile': result.heapReads, 'allocation-profile': result.allocations };
      const decoded =
        file.kind === 'cpu-profile'
          ? decodeCpuProfile(content, resolver, { id: thread, name }, ownWork(lines, thread))
          : decodeHeapProfile(content, resolver, thread, atMillis, ownScripts.get(thread));
      if ('nodes' in decoded) result.cpuProfiles.push(decoded);
      else list[file.kind === 'heap-profile' ? 'heap-profile' : 'allocation-profile'].push(decoded);
      if (decoded.flaw) warnings.push({ ...decoded.flaw, path: file.path });
    } catch (error) {
      if (!(error instanceof MalformedProfile)) throw error;
      const { kind, path } = file;
      warnings.push({ code: 'profile-damaged', path, reason: error.message, kind });
    }
  }
  result.heapReads.sort((a, b) => a.atMillis - b.atMillis);
  result.cpuProfiles.sort((a, b) => a.thread - b.thread);
  return result;
}

/** For profiles of other tools, and for recordings that were cut off: how long it was looked at least. */
function knownMillis({ cpuProfiles }: Profiles, runtime: RuntimeSample[]): number {
  return Math.max((cpuProfiles[0]?.durationMicros ?? 0) / 1_000, runtime.at(-1)?.atMillis ?? 0);
}

function ownWork(lines: Recording['lines'], thread: number): OwnWork {
  const pauses = lines.flatMap((line) =>
    line.type === 'runtime' && line.thread === thread ? (line.ownPauses ?? []) : [],
  );
  return { url: PROBE_URL, pauses };
}

function describeSubject(
  { manifest, warnings }: Recording,
  { passive, runtime }: Pick<Observations, 'passive' | 'runtime'>,
  { lost, knownMillis }: { lost: LostFiles; knownMillis: number },
): Pick<Observations, 'target' | 'capture' | 'limits'> {
  const { target, capture, files } = manifest;
  const cut = warnings.find((warning) => warning.code === 'samples-cut');
  const cgroup = passive.find((sample) => sample.cgroup)?.cgroup;
  const main = runtime.filter((sample) => sample.thread === 0);
  const during = main.flatMap((sample) => sample.eventLoopDelayMillis?.p50 ?? []);
  const delays = main.flatMap((sample) => sample.eventLoopDelayMillis?.max ?? []);
  const {
    pausesMillis,
    eventLoopDelayBeforeMillis,
    eventLoopDelayMaxBeforeMillis,
    ownSteps,
    ownFds,
    restored,
    startedAt,
    durationMillis,
    steps,
  } = capture;
  return {
    target: {
      pid: target.pid || null,
      nodeVersion: target.nodeVersion || null,
      title: target.title || null,
      uptimeSeconds: target.uptimeSeconds || null,
      ...(target.app !== undefined && { app: target.app }),
      ...(target.chosen !== undefined && { chosen: target.chosen }),
      threads: target.threads,
      container: describeContainer(passive, runtime),
    },
    capture: {
      startedAt: startedAt || null,
      // What is not there was not watched.
      durationMillis: cut?.seenMillis ?? (durationMillis || knownMillis),
      steps,
      files: files.map(({ kind, thread, path }) => ({
        kind,
        thread,
        path,
        ...(lost.has(path) && { lost: lost.get(path) }),
      })),
      overhead: {
        pausesMillis,
        eventLoopDelayBeforeMillis,
        eventLoopDelayDuringMillis: median(during),
        eventLoopDelayMaxBeforeMillis,
        eventLoopDelayMaxDuringMillis: delays.length > 0 ? Math.max(...delays) : undefined,
        stalls: ownSteps,
        ownFds,
      },
      // Nothing was attached, or there is nothing left to restore.
      restored:
        target.pid === 0 || ['target-gone', 'disconnected', 'cut-off'].includes(capture.ended)
          ? null
          : restored,
      warnings: capture.warnings.map(reportWarning),
    },
    limits: {
      heapLimitBytes: main.at(-1)?.heapLimitBytes,
      memoryLimitBytes: cgroup?.memoryLimitBytes,
      fdSoftLimit: passive.at(-1)?.fdSoftLimit,
    },
  };
}

type LostFiles = Map<string, 'damaged' | 'missing'>;

/** By their names. */
function lostFiles(warnings: readonly Warning[]): LostFiles {
  const lost: LostFiles = new Map();
  for (const warning of warnings) {
    if (warning.code === 'file-not-readable')
      lost.set(warning.path, warning.isMissing ? 'missing' : 'damaged');
    if (warning.code === 'profile-damaged') lost.set(warning.path, 'damaged');
  }
  return lost;
}

/** Frames name files relative to the working directory; so does the text of their lines. */
function relativeLines(lines: Record<string, string>, cwd: string): Map<string, string> {
  const base = `${cwd}/`;
  return new Map(
    Object.entries(lines).map(([key, text]) => [
      cwd !== '' && key.startsWith(base) ? key.slice(base.length) : key,
      text,
    ]),
  );
}

// One capture of a process: record, analyse, and keep what was requested.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { estimateSnapshot } from '../../capture/heap/snapshot-estimate.ts';
import { DEFAULTS } from '../../defaults.ts';
import { decode, diagnose } from '../../diagnose.ts';
import { AttachError } from '../../errors.ts';
import { explainRecordedHeap } from '../../heap/explain-recorded-heap.ts';
import type { DiagnosisReport } from '../../model/finding.ts';
import { record } from '../../record.ts';
import { packRecording } from '../../recording/archive.ts';
import { writeOutputFile } from '../../recording/output-file.ts';
import { type Recording, readRecording } from '../../recording/reader.ts';
import { createRecordingWriter } from '../../recording/writer.ts';
import { hasWeight } from '../../report/flame/drawable.ts';
import { renderJson } from '../../report/json.ts';
import { toCpuPprof } from '../../report/pprof.ts';
import { renderText } from '../../report/text/text.ts';
import { readStat, readStatus } from '../../target/proc/proc.ts';
import { formatDuration } from '../../units/units.ts';
import { type CaptureRequest, type Done, FILES } from './request.ts';

const PRIVATE = { mode: 0o600 };
const COLUMNS = 100;
const LEAST_SAMPLES = 8;

/** Throws AttachError, UsageError or RecordingError. */
export async function look(request: CaptureRequest, signal: AbortSignal): Promise<Done> {
  const { folder } = request;
  const parent = folder ?? mkdtempSync(join(tmpdir(), 'culprit-look-'));
  const recordingFolder = join(parent, 'recording');
  try {
    const ended = await capture(request, recordingFolder, signal);
    if (signal.aborted) throw new AttachError('It was cancelled.');
    if (folder !== null) await packRecording(recordingFolder, join(folder, FILES.recording));
    const recording = await readRecording(recordingFolder);
    const report = diagnose(recording, await explainRecordedHeap(recording), {
      pictures: folder !== null,
      isLive: true,
    });
    if (folder !== null) keep(report, folder);
    if (request.profile !== undefined) writeProfile(recording, request.profile);
    return {
      ok: true,
      what: `${outcomeOf(report)}${ended}`,
      verdict: report.verdict,
      findings: foundIn(report),
    };
  } finally {
    rmSync(folder === null ? parent : recordingFolder, { recursive: true, force: true });
  }
}

/** How it ended, where that is not as planned. */
async function capture(
  request: CaptureRequest,
  recordingFolder: string,
  signal: AbortSignal,
): Promise<string> {
  const { pid, startTicks, durationMillis, snapshot, folder, profile } = request;
  if (readStat(pid)?.startTicks !== startTicks) throw new AttachError(`Process ${pid} has ended.`);
  // Whoever asked may have died before this program was loaded.
  if (signal.aborted) throw new AttachError('It was cancelled.');
  if (snapshot === 'force') checkSnapshot(pid, request.maxPauseMillis ?? 0);
  const { intervalMillis, maxPauseMillis, budgetShare } = DEFAULTS.capture;
  const { outcome } = await record({ kind: 'process', pid }, createRecordingWriter(recordingFolder), {
    durationMillis,
    intervalMillis: Math.min(intervalMillis, Math.floor(durationMillis / LEAST_SAMPLES)),
    maxPauseMillis,
    budgetShare,
    // Evidence holds a flame graph; for a light capture none is drawn unless profiles are collected.
    cpu: folder === null && profile === undefined ? 'auto' : 'always',
    snapshot,
    // What is not kept is a light capture: hooks are its most expensive part.
    async: folder === null ? 'off' : DEFAULTS.capture.async,
    signal,
  });
  return outcome.ended === 'target-gone' ? ', and the process ended during the capture' : '';
}

/** All anonymous memory is taken for heap: the estimate errs to the safe side. Throws AttachError. */
function checkSnapshot(pid: number, maxPauseMillis: number): void {
  const anonBytes = readStatus(pid)?.rssAnonBytes;
  if (anonBytes === undefined) throw new AttachError('No snapshot: what it would cost is unknown.');
  const { pauseMillis, fits } = estimateSnapshot(anonBytes, pid);
  if (!fits) throw new AttachError('No snapshot: it does not fit into the memory that is left.');
  if (pauseMillis > maxPauseMillis)
    throw new AttachError(
      `No snapshot: it would pause the process for about ${formatDuration(pauseMillis)}; the limit is ${formatDuration(maxPauseMillis)}.`,
    );
}

function keep(report: DiagnosisReport, folder: string): void {
  const kept = { ...report, capture: { ...report.capture, files: [] } };
  writeFileSync(join(folder, FILES.report), renderJson(kept), PRIVATE);
  writeFileSync(join(folder, FILES.text), renderText(kept, { colors: false, width: COLUMNS }), PRIVATE);
}

/** An idle process leaves none. */
function writeProfile(recording: Recording, file: string): void {
  const { cpuProfiles, target, capture } = decode(recording);
  const profiles = cpuProfiles.filter(hasWeight);
  if (profiles.length === 0) return;
  const startedAt = Date.parse(capture.startedAt ?? '');
  const subject = {
    title: target.title ?? '',
    startedAtMillis: Number.isNaN(startedAt) ? null : startedAt,
  };
  try {
    writeOutputFile(file, toCpuPprof(profiles, subject));
  } catch {
    // A full disk must not cost what the look found.
  }
}

function outcomeOf({ verdict, verdictReason, findings }: DiagnosisReport): string {
  if (verdict === 'findings') return `${findings[0]?.severity}: ${findings[0]?.title}`;
  if (verdict === 'healthy') return 'nothing found';
  return `${verdict === 'idle' ? 'idle' : 'too little data'}: ${verdictReason}`;
}

function foundIn({ findings }: DiagnosisReport): Done['findings'] {
  return findings.map(({ fingerprint, kind, severity, title }) => ({ fingerprint, kind, severity, title }));
}

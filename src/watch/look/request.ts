// The requests to the capture program and its answers: one line of JSON each way.

import type { SnapshotMode } from '../../capture/context.ts';
import type { DiagnosisReport, Finding } from '../../model/finding.ts';

export type LookRequest = CaptureRequest | FlightRequest | FlameRequest | ReportRequest | TriageRequest;

export interface CaptureRequest {
  do: 'look';
  pid: number;
  /** The process that is meant: another one may have its pid by now. */
  startTicks: number;
  durationMillis: number;
  snapshot: SnapshotMode;
  /** Of a snapshot that is forced: the longest pause that it may be estimated at. */
  maxPauseMillis?: number;
  /** Into this folder go the recording and the report; null: nothing is kept. */
  folder: string | null;
  /** The CPU profile goes into this file as pprof; absent: nowhere. */
  profile?: string;
}

/** One window of the flight recorder. */
export interface FlightRequest {
  do: 'flight';
  pid: number;
  startTicks: number;
  durationMillis: number;
  /** The recording, as an archive. */
  file: string;
}

export interface FlameRequest {
  do: 'flame';
  /** With a recording in it. */
  folder: string;
}

export interface ReportRequest {
  do: 'report';
  /** With a report as JSON in it. */
  folder: string;
}

export interface TriageRequest {
  do: 'triage';
  folder: string;
  pid: number | null;
  /** Where the program worked: diagnostic reports lie there. */
  cwd: string;
  logs: readonly string[];
}

export type FoundFinding = Pick<Finding, 'fingerprint' | 'kind' | 'severity' | 'title'>;

/** `what` came of it, in a phrase. */
export type LookAnswer = { cpuMillis: number } & (
  | { ok: true; what: string; verdict?: DiagnosisReport['verdict']; findings: FoundFinding[] }
  | { ok: false; why: string }
);

/** What one that succeeded leaves to be told. */
export type Done = Omit<Extract<LookAnswer, { ok: true }>, 'cpuMillis'>;

/** The files of one piece of evidence. */
export const FILES = {
  recording: 'recording.tgz',
  report: 'report.json',
  text: 'report.txt',
  page: 'report.html',
  flame: 'flame.html',
} as const;

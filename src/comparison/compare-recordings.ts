// Recordings or profiles of two sides to a comparison: metrics, functions, and the findings that one side has alone.
import type { RunName } from '../analysis/compare/measure-run.ts';
import { isOneUnit } from '../analysis/compare/metric-changes.ts';
import { diagnose } from '../diagnose.ts';
import { compareFindings } from '../findings/compare/compare-findings.ts';
import type { Run } from '../model/comparison/run.ts';
import type { Report } from '../model/finding.ts';
import type { NamedRecording } from '../recording/several.ts';
import { COMPARE_DEFAULTS, type CompareResult, compare, isWholeRun, runOf } from './compare.ts';
import { warnOfPrograms } from './told-apart.ts';

/** The runs of one side, as they were read. */
export interface RecordedSide {
  /** What the report calls it. */
  label: string;
  recordings: readonly NamedRecording[];
  /** Adds to the runs, in their order, what is known of them from elsewhere; absent: nothing is. */
  complete?: (run: Run, index: number) => Run;
}

export interface RecordingCompareOptions {
  /** A change smaller than this part of base is no news, 0..1. */
  smallest?: number;
}

/** Throws RecordingError when nothing of a recording can be used. */
export function compareRecordings(
  base: RecordedSide,
  head: RecordedSide,
  { smallest = COMPARE_DEFAULTS.smallest }: RecordingCompareOptions = {},
): CompareResult {
  const reports = { base: reportsOf(base.recordings), head: reportsOf(head.recordings) };
  // Where one of them is no whole run, costs are a second's on both sides.
  const areRuns = [...base.recordings, ...head.recordings].every(({ recording }) => isWholeRun(recording));
  const [was, is] = inOneUnit(base, head, areRuns);
  const { comparison, compared } = compare(
    { label: base.label, commit: null, runs: was },
    { label: head.label, commit: null, runs: is },
    compareFindings(reports.base, reports.head),
    { ...COMPARE_DEFAULTS, smallest },
  );
  const findingsCompared = reports.base.length > 0 && reports.head.length > 0;
  const warnings = [...warnOfPrograms(base.recordings, head.recordings), ...comparison.warnings];
  return { comparison: { ...comparison, findingsCompared, warnings }, compared };
}

/** By the request where all runs counted theirs; else costs are a second's in all of them. */
function inOneUnit(base: RecordedSide, head: RecordedSide, isWholeRun: boolean): [Run[], Run[]] {
  const runs = (isPerSecond: boolean): [Run[], Run[]] => [
    runsOf(base, { isWholeRun, isPerSecond }),
    runsOf(head, { isWholeRun, isPerSecond }),
  ];
  const counted = runs(false);
  return isOneUnit(counted.flat()) ? counted : runs(true);
}

/** A profile of another tool has nothing but functions: what is wrong cannot be told from it. */
function reportsOf(recordings: readonly NamedRecording[]): Report[] {
  return recordings
    .filter(({ recording }) => recording.lines.some(({ type }) => type === 'async' || type === 'runtime'))
    .filter(({ recording }) => recording.lines.every(({ type }) => type !== 'turn'))
    .map(({ recording }) => diagnose(recording));
}

function runsOf(
  { recordings, complete = (run) => run }: RecordedSide,
  units: Pick<RunName, 'isWholeRun' | 'isPerSecond'>,
): Run[] {
  return recordings.map(({ name, pair, recording }, i) =>
    complete(runOf(recording, { label: name, pair, ...units }), i),
  );
}

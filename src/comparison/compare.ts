// The offline half of a comparison: runs of two sides -> measured differences -> a verdict. Works on any recordings, on any
// machine.

import { type ComparedRuns, compareRuns } from '../analysis/compare/compare-runs.ts';
import { measureRun, type RunName } from '../analysis/compare/measure-run.ts';
import { programKind } from '../analysis/profile/program-kind.ts';
import { DEFAULTS } from '../defaults.ts';
import { decode } from '../diagnose.ts';
import { judgeComparison } from '../findings/compare/judge-comparison.ts';
import { nextOfComparison } from '../findings/next-of-report.ts';
import type { Comparison, FindingChange, SideSummary } from '../model/comparison/comparison.ts';
import type { MetricWindows, Run } from '../model/comparison/run.ts';
import type { Recording } from '../recording/reader.ts';
import { warningMessage } from '../report/warnings.ts';
import { VERSION } from '../version.ts';

export interface CompareOptions {
  /** A change smaller than this part of base is no news, 0..1. */
  smallest: number;
  /** Of the printed intervals. */
  confidence: number;
  /** Chance, over everything together, of calling two sides different that are the same. */
  falseAlarm: number;
  /** The part of `falseAlarm` that this look may use: see analysis/compare/looks.ts. */
  lookShare: number;
  /** As above, for functions. */
  functionLookShare: number;
  looks: number;
  seconds: number | null;
}

export const COMPARE_DEFAULTS: CompareOptions = {
  smallest: DEFAULTS.comparison.smallest,
  confidence: 0.99,
  falseAlarm: 0.01,
  lookShare: 1,
  functionLookShare: 1,
  looks: 1,
  seconds: null,
};

export interface ComparedSide {
  label: string;
  commit: string | null;
  runs: readonly Run[];
}

export interface CompareResult {
  comparison: Comparison;
  /** What it was worked out from; the call tree of both sides for a flame graph is in it. */
  compared: ComparedRuns;
}

/** Whether it is a profile, made by another tool, of a program that ran from start to end: a script, a build, tests. */
export function isWholeRun(recording: Recording): boolean {
  const { origin, cpuProfiles } = decode(recording);
  const kinds = origin ? cpuProfiles.map((profile) => programKind(profile, origin)) : [];
  return kinds.length > 0 && ['script', 'test-run', 'benchmark'].includes(kinds[0]!);
}

/** What one recording says as one run of a side. Throws RecordingError when nothing of it can be used. */
export function runOf(recording: Recording, name: RunName): Run {
  return measureRun(decode(recording), name);
}

export function compare(
  base: ComparedSide,
  head: ComparedSide,
  findings: FindingChange[] = [],
  options: CompareOptions = COMPARE_DEFAULTS,
): CompareResult {
  const compared = compareRuns(base.runs, head.runs, {
    falseAlarm: options.falseAlarm * options.lookShare,
    functionFalseAlarm: options.falseAlarm,
    functionLookShare: options.functionLookShare,
    smallest: options.smallest,
    confidence: options.confidence,
  });
  const judgement = judgeComparison(compared, findings);
  const comparison: Comparison = {
    schemaVersion: 1,
    tool: { name: 'culprit', version: VERSION },
    createdAt: new Date().toISOString(),
    base: summarize(base),
    head: summarize(head),
    ...judgement,
    metrics: compared.metrics,
    functions: compared.functions.map(({ change }) => change),
    findings,
    per: perOf([...base.runs, ...head.runs]),
    ...([...base.runs, ...head.runs].some(({ costs }) => costs) && { costs: 'live-bytes' as const }),
    method: {
      paired: compared.sides.isPaired,
      confidence: options.confidence,
      falseAlarm: options.falseAlarm,
      smallest: options.smallest,
      looks: options.looks,
      seconds: options.seconds,
    },
    headWindows: windowsOf(head.runs),
    gates: null,
    ...nextOfComparison(judgement),
    warnings: warningsFor(base, head, compared, judgement.verdict),
  };
  return { comparison, compared };
}

function summarize({ label, commit, runs }: ComparedSide): SideSummary {
  const requests = runs.map((run) => run.requests);
  return {
    label,
    commit,
    runs: runs.length,
    nodeVersions: [...new Set(runs.flatMap(({ nodeVersion }) => nodeVersion ?? []))].sort(),
    requests: requests.some((count) => count === null)
      ? null
      : requests.reduce<number>((sum, count) => sum + (count ?? 0), 0),
  };
}

/** Of all runs in order. */
function windowsOf(runs: readonly Run[]): MetricWindows[] {
  const byMetric = new Map<MetricWindows['metric'], number[]>();
  for (const { metric, values } of runs.flatMap(({ windows = [] }) => windows))
    byMetric.set(metric, [...(byMetric.get(metric) ?? []), ...values]);
  return [...byMetric].map(([metric, values]) => ({ metric, values }));
}

function perOf(runs: readonly Run[]): Comparison['per'] {
  const kinds = new Set(runs.map(({ per }) => per));
  return kinds.size === 1 ? [...kinds][0]! : 'second';
}

/** What costs are counted by, where it is no request. */
function unitWarnings(runs: readonly Run[]): string[] {
  const kinds = new Set(runs.map(({ per }) => per));
  if (kinds.size > 1)
    return [
      'Some runs count costs per request, others per second or per run. CPU time, functions, and what a request allocates and keeps are therefore not compared.',
    ];
  if (!kinds.has('second')) return [];
  return runs.some(({ requests }) => requests !== null)
    ? [
        'Requests were not counted in all runs, so the costs of both sides are per second. They change with the load, which may differ.',
      ]
    : ['Requests were not counted, so costs are per second and change with the load.'];
}

function warningsFor(
  base: ComparedSide,
  head: ComparedSide,
  { functions, sides }: ComparedRuns,
  verdict: Comparison['verdict'],
): string[] {
  const ofRuns = [...base.runs, ...head.runs].flatMap(({ warnings }) =>
    // How long a run took is what is compared.
    warnings.filter(({ code }) => code !== 'profile-short').map(warningMessage),
  );
  const warnings = [...new Set(ofRuns)].slice(0, 20);
  const versions = [summarize(base), summarize(head)].map(({ nodeVersions }) => nodeVersions.join(', '));
  if (versions[0] !== versions[1])
    warnings.unshift(
      `The sides ran on different versions of Node.js (${versions[0] || 'unknown'} and ${versions[1] || 'unknown'}): a change may come from Node.js and not from the code.`,
    );
  warnings.push(...unitWarnings([...base.runs, ...head.runs]));
  if (Math.min(sides.base.length, sides.head.length) < 2)
    warnings.push(
      verdict === 'different'
        ? 'One run of a side does not show how much its runs vary, so no metric has a verdict: the verdict rests on findings alone.'
        : 'One run of a side does not show how much its runs vary, so there is no verdict.',
    );
  const isShared = functions.some(({ matched }) => matched.presence === 'both');
  if (functions.length > 0 && !isShared)
    warnings.push(
      'The profiles of the two sides have no function in common: check that they are of one program.',
    );
  const failed = [...base.runs, ...head.runs].reduce((sum, run) => sum + run.failed, 0);
  if (failed > 0)
    warnings.push(
      `${failed} requests failed during the measurement: a failure may be cheaper than an answer.`,
    );
  return warnings;
}

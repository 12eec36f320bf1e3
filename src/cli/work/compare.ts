// `culprit compare`: recordings or profiles of two sides, several of each, to a verdict.

import { readFileSync } from 'node:fs';
import { compareRecordings, type RecordedSide } from '../../comparison/compare-recordings.ts';
import { refuseTwice } from '../../comparison/told-apart.ts';
import { DEFAULTS } from '../../defaults.ts';
import { UsageError } from '../../errors.ts';
import type { ExitCode } from '../../exit-codes.ts';
import type { LoadReport } from '../../model/comparison/load.ts';
import type { Run } from '../../model/comparison/run.ts';
import { type NamedRecording, readSeveral } from '../../recording/several.ts';
import { readLoadReport } from '../../workload/load-reports.ts';
import { tellComparison } from '../comparison-output.ts';
import { readGates } from '../gating.ts';
import type { ComparisonOptions } from '../options/comparison-options.ts';
import { parseShare } from '../options/values.ts';

export interface CompareOptions extends ComparisonOptions {
  base?: string[];
  head?: string[];
  baseLoad?: string[];
  headLoad?: string[];
}

export async function compareFiles(paths: readonly string[], options: CompareOptions): Promise<ExitCode> {
  const gates = readGates(options);
  const given = sidesFrom(paths, options);
  const [base, head] = [await readSeveral(given.base), await readSeveral(given.head)];
  refuseTwice(base);
  refuseTwice(head);
  const smallest =
    options.smallest === undefined
      ? (gates.config.smallest ?? DEFAULTS.comparison.smallest)
      : parseShare(options.smallest, '--smallest');
  const result = compareRecordings(
    {
      label: labelOf(given.base),
      recordings: base,
      complete: withLoads(base, options.baseLoad, '--base-load'),
    },
    {
      label: labelOf(given.head),
      recordings: head,
      complete: withLoads(head, options.headLoad, '--head-load'),
    },
    { smallest },
  );
  return tellComparison(result, gates, options);
}

function sidesFrom(
  paths: readonly string[],
  { base = [], head = [] }: CompareOptions,
): { base: string[]; head: string[] } {
  if (paths.length === 2 && base.length + head.length === 0) return { base: [paths[0]!], head: [paths[1]!] };
  if (paths.length === 0 && base.length > 0 && head.length > 0) return { base, head };
  throw new UsageError(
    'Give two recordings, profiles or folders of them; or several with --base and --head.',
    'culprit compare before.tgz after.tgz, or: culprit compare --base b1 b2 b3 --head h1 h2 h3',
  );
}

function labelOf(paths: readonly string[]): string {
  return paths.length === 1 ? paths[0]! : `${paths[0]} and ${paths.length - 1} more`;
}

/** What the load tool saw of each run; `option` names its files. */
function withLoads(
  recordings: readonly NamedRecording[],
  loads: string[] | undefined,
  option: string,
): RecordedSide['complete'] {
  if (loads === undefined) return undefined;
  if (loads.length !== recordings.length)
    throw new UsageError(
      `${option} names ${loads.length} files for ${recordings.length} runs.`,
      'Give one output of the load tool for each run, in the same order.',
    );
  const reports = loads.map((path) => loadReportIn(path));
  return (run, i) => withLoad(run, reports[i]!);
}

function loadReportIn(path: string): LoadReport {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`Cannot read ${path}: ${(error as Error).message}`, 'Check the path.', {
      cause: error,
    });
  }
  const report = readLoadReport(text);
  if (!report)
    throw new UsageError(
      `${path} is not the output of a known load tool.`,
      'culprit reads the output of autocannon, wrk, hey, oha, bombardier and k6.',
    );
  return report;
}

function withLoad(run: Run, { latencyMillis, requestsPerSecond, failed }: LoadReport): Run {
  const known = {
    'latency.p50': latencyMillis.p50,
    'latency.p99': latencyMillis.p99,
    throughput: requestsPerSecond,
  };
  const metrics = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
  return { ...run, failed: run.failed + failed, metrics: { ...run.metrics, ...metrics } };
}

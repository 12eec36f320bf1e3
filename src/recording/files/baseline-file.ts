// A stored baseline on disk, `culprit.baseline.json`: written after a comparison, read before a later one.
import * as v from 'valibot';
import type { Baseline } from '../../model/comparison/baseline.ts';
import { METRICS, type MetricName } from '../../model/comparison/run.ts';
import { writeOutputFile } from '../output-file.ts';
import { readCheckedJson } from './checked-json.ts';

const text = v.pipe(v.string(), v.maxLength(4_000));
const number = v.pipe(v.number(), v.finite());
const whole = v.pipe(v.number(), v.integer(), v.minValue(0));

const metric = v.pipe(
  v.object({ value: number, low: number, high: number }),
  v.check(({ value, low, high }) => low <= value && value <= high, 'has a value outside of its interval'),
);

const names = Object.keys(METRICS) as [MetricName, ...MetricName[]];

const baselineSchema = v.object({
  format: v.literal('culprit-baseline'),
  formatVersion: v.literal(1, 'is a version this culprit does not know'),
  toolVersion: text,
  storedAt: v.pipe(text, v.isoTimestamp('has to be a time like 2027-01-31T12:00:00.000Z')),
  label: text,
  commit: v.nullable(text),
  runs: whole,
  nodeVersions: v.pipe(v.array(text), v.maxLength(100)),
  machine: v.nullable(v.object({ cpuModel: text, cpuCount: whole })),
  per: v.picklist(['request', 'second']),
  confidence: v.pipe(number, v.gtValue(0), v.ltValue(1)),
  metrics: v.partial(v.object(v.entriesFromList(names, metric))),
  findings: v.nullable(v.pipe(v.array(text), v.maxLength(100_000))),
});

/** Throws RecordingError when it is missing, broken, or of a version that is not known. */
export function readBaseline(path: string): Baseline {
  return readCheckedJson(path, {
    schema: baselineSchema,
    what: 'a stored baseline',
    hint: 'Store it again from a run you trust.',
  });
}

/** It goes into the repository, so it is as readable as other files. Throws UsageError when it cannot be written. */
export function writeBaseline(path: string, baseline: Baseline): void {
  writeOutputFile(path, `${JSON.stringify(baseline, null, 2)}\n`, 0o666);
}

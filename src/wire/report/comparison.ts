// The result of comparing two sides: a public contract, version 1 (`culprit compare --json`, `culprit bench --json`). Fields
// are added within a version, never renamed. null is unknown; unknown is never 0.
import * as v from 'valibot';
import { gateReport } from './gate.ts';
import { CHANGE_VERDICTS, FINDING_KINDS, FRAME_OWNERS, METRIC_NAMES, SEVERITIES } from './names.ts';
import { nextMeasurement } from './next-measurement.ts';
import { amount, count, ordinal, share, text, tool } from './scalars.ts';

const number = v.nullable(v.number());

export const direction = v.picklist(['worse', 'better', 'none']);
export type Direction = v.InferOutput<typeof direction>;

/** A change with its interval. Of a metric near nothing on the base side (a leak) a relative change says nothing. */
export const change = v.object({
  /** Mean of the runs of a side; null: not measured there. */
  base: number,
  head: number,
  /** head - base, in the metric's unit, and its interval. */
  difference: number,
  differenceLow: number,
  differenceHigh: number,
  /** As a part of base: 0.05 is 5 % more. null where base is about 0. */
  change: number,
  changeLow: number,
  changeHigh: number,
  verdict: v.picklist(CHANGE_VERDICTS),
  /** Meant only where the verdict is `different`; "none" otherwise. */
  direction,
  /** Where unsure: how many runs a side would be enough; null where no number helps. */
  runsNeeded: v.nullable(amount),
});
export type Change = v.InferOutput<typeof change>;

export const metricChange = v.object({
  ...change.entries,
  name: v.picklist(METRIC_NAMES),
  unit: text,
  better: v.picklist(['lower', 'higher']),
  /** In words: "CPU time". */
  words: text,
  /** Interval of `head` by itself, at the method's confidence: for limits that know no base. null or absent: too few runs. */
  headLow: v.optional(number),
  headHigh: v.optional(number),
});
export type MetricChange = v.InferOutput<typeof metricChange>;

const bothSides = v.object({ base: number, head: number });

/** A function's own time (self), with built-ins it calls, a request. `change` is in parts of the whole program's CPU time. */
export const functionChange = v.object({
  ...change.entries,
  function: v.string(),
  file: v.nullable(v.string()),
  /** On the head side, or on base's when it is gone there; 1-based. */
  line: v.nullable(ordinal),
  package: v.nullable(v.string()),
  owner: v.picklist(FRAME_OWNERS),
  /** Time with it anywhere on the stack. */
  total: bothSides,
  /** Bytes a request; null: not sampled. */
  allocation: v.nullable(bothSides),
  /** Its change only moved here from (or to) these neighbours on the stack: the sum of all did not change. */
  movedWith: v.array(v.string()),
  /** Only on one side. */
  presence: v.picklist(['both', 'new', 'gone']),
});
export type FunctionChange = v.InferOutput<typeof functionChange>;

/** A finding of one side that the other does not have, by fingerprint. */
export const findingChange = v.object({
  fingerprint: text,
  kind: v.picklist(FINDING_KINDS),
  severity: v.picklist(SEVERITIES),
  title: text,
  file: v.nullable(v.string()),
  line: v.nullable(ordinal),
  function: v.nullable(v.string()),
  advice: v.array(v.string()),
  /** Present on head only, on base only, on both. */
  presence: v.picklist(['new', 'gone', 'both']),
  /** An entry of the accept file that is still valid; null: none. */
  accepted: v.nullable(v.object({ reason: v.string(), by: v.string(), until: v.string() })),
});
export type FindingChange = v.InferOutput<typeof findingChange>;

export const sideSummary = v.object({
  /** "main (3f2c1ab)", a folder, a file. */
  label: v.string(),
  commit: v.nullable(v.string()),
  runs: count,
  nodeVersions: v.array(v.string()),
  /** Over all runs; null: not counted. */
  requests: v.nullable(amount),
});
export type SideSummary = v.InferOutput<typeof sideSummary>;

export const compareMethod = v.object({
  /** Runs side by side, in pairs; else two groups of runs. */
  paired: v.boolean(),
  /** Confidence of the printed intervals, 0..1. */
  confidence: share,
  /** Chance that anything is called different where nothing is, over all that is compared and all looks. */
  falseAlarm: share,
  /** Changes smaller than this part are called the same, when the interval says so. */
  smallest: amount,
  /** How often the verdict was looked at while runs came in; 1: once, at the end. */
  looks: count,
  seconds: v.nullable(amount),
});
export type CompareMethod = v.InferOutput<typeof compareMethod>;

/** A metric again and again within a run, once a window (a turn of load): what an error budget is counted over. */
export const metricWindows = v.object({
  metric: v.picklist(METRIC_NAMES),
  /** In the metric's unit, in order of time. */
  values: v.array(v.number()),
});
export type MetricWindows = v.InferOutput<typeof metricWindows>;

/** Times measured on two machines say something about each other only where these are the same. */
export const machineClass = v.object({ cpuModel: v.string(), cpuCount: count });
export type MachineClass = v.InferOutput<typeof machineClass>;

export const comparison = v.object({
  schemaVersion: v.literal(1),
  tool,
  createdAt: v.string(),
  base: sideSummary,
  head: sideSummary,
  /** Of all together: `different` when any metric, function or finding is. */
  verdict: v.picklist(CHANGE_VERDICTS),
  direction,
  /** One sentence: "head needs 5.2 % (4.1 % to 6.3 %) more CPU time a request, most of it in rank (src/search.js:12)". */
  verdictReason: v.string(),
  runsNeeded: v.nullable(amount),
  /** The function that most of a changed `cpu.total` is in; null when none is. */
  culprit: v.nullable(functionChange),
  /** Those measured on at least one side. */
  metrics: v.array(metricChange),
  /** Largest change first. */
  functions: v.array(functionChange),
  findings: v.array(findingChange),
  /** false: a side has nothing that findings can be judged from, so that none is new says nothing. Absent: true. */
  findingsCompared: v.optional(v.boolean()),
  /** Of head, all runs in order: what error budgets are counted over. Absent: not measured. */
  headWindows: v.optional(v.array(metricWindows)),
  /** Where both sides ran. null or absent: not known. */
  machine: v.optional(v.nullable(machineClass)),
  /** What costs are counted by: a request, a second, or the run of a script from start to end. */
  per: v.picklist(['request', 'second', 'run']),
  /** What functions are compared by. Absent: CPU time; else bytes stand in place of microseconds. */
  costs: v.optional(v.literal('live-bytes')),
  method: compareMethod,
  gates: v.nullable(gateReport),
  /** Absent: nothing is left open that a command would settle. */
  nextMeasurement: v.optional(nextMeasurement),
  warnings: v.array(v.string()),
});
export type Comparison = v.InferOutput<typeof comparison>;

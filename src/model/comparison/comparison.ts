// What came of comparing two sides: a public contract, version 1 (`culprit compare --json`, `culprit bench --json`).
// Fields are added within a version, never renamed. null is unknown; unknown is never 0.

import type { FindingKind, Severity } from '../finding.ts';
import type { FrameOwner } from '../frame.ts';
import type { MachineClass } from './baseline.ts';
import type { GateReport } from './gate.ts';
import type { MetricName, MetricWindows } from './run.ts';

/** `unsure`: what was measured cannot tell; more runs could. */
export const CHANGE_VERDICTS = ['different', 'same', 'unsure'] as const;
export type ChangeVerdict = (typeof CHANGE_VERDICTS)[number];
export type Direction = 'worse' | 'better' | 'none';

/** A change with its interval. Of a metric near nothing on the base side (a leak) a relative change says nothing. */
export interface Change {
  /** Mean of the runs of a side; null: not measured there. */
  base: number | null;
  head: number | null;
  /** head - base, in the metric's unit, and its interval. */
  difference: number | null;
  differenceLow: number | null;
  differenceHigh: number | null;
  /** As a part of base: 0.05 is 5 % more. null where base is about 0. */
  change: number | null;
  changeLow: number | null;
  changeHigh: number | null;
  verdict: ChangeVerdict;
  /** Meant only where the verdict is `different`; "none" otherwise. */
  direction: Direction;
  /** Where unsure: how many runs a side would be enough; null where no number helps. */
  runsNeeded: number | null;
}

export interface MetricChange extends Change {
  name: MetricName;
  unit: string;
  better: 'lower' | 'higher';
  /** In words: "CPU time". */
  words: string;
  /** Interval of `head` by itself, at the method's confidence: for limits that know no base. null or absent: too few runs. */
  headLow?: number | null;
  headHigh?: number | null;
}

/** A function's own time (self), with built-ins it calls, a request. `change` is in parts of the whole program's CPU time. */
export interface FunctionChange extends Change {
  function: string;
  file: string | null;
  /** On the head side, or on base's when it is gone there; 1-based. */
  line: number | null;
  package: string | null;
  owner: FrameOwner;
  /** Time with it anywhere on the stack. */
  total: { base: number | null; head: number | null };
  /** Bytes a request; null: not sampled. */
  allocation: { base: number | null; head: number | null } | null;
  /** Its change only moved here from (or to) these neighbours on the stack: the sum of all did not change. */
  movedWith: string[];
  /** Only on one side. */
  presence: 'both' | 'new' | 'gone';
}

/** A finding of one side that the other does not have, by fingerprint. */
export interface FindingChange {
  fingerprint: string;
  kind: FindingKind;
  severity: Severity;
  title: string;
  file: string | null;
  line: number | null;
  function: string | null;
  advice: string[];
  /** Present on head only, on base only, on both. */
  presence: 'new' | 'gone' | 'both';
  /** An entry of the accept file that is still valid; null: none. */
  accepted: { reason: string; by: string; until: string } | null;
}

export interface SideSummary {
  /** "main (3f2c1ab)", a folder, a file. */
  label: string;
  commit: string | null;
  runs: number;
  nodeVersions: string[];
  /** Over all runs; null: not counted. */
  requests: number | null;
}

export interface CompareMethod {
  /** Runs side by side, in pairs; else two groups of runs. */
  paired: boolean;
  /** Confidence of the printed intervals, 0..1. */
  confidence: number;
  /** Chance that anything is called different where nothing is, over all that is compared and all looks. */
  falseAlarm: number;
  /** Changes smaller than this part are called the same, when the interval says so. */
  smallest: number;
  /** How often the verdict was looked at while runs came in; 1: once, at the end. */
  looks: number;
  seconds: number | null;
}

/** For the differential flame graph: both sides in one tree. Costs are microseconds a request; the root is the first. */
export interface DiffNode {
  parent: number;
  function: string;
  file: string | null;
  line: number | null;
  package: string | null;
  owner: FrameOwner;
  baseSelf: number;
  headSelf: number;
  baseTotal: number;
  headTotal: number;
  /** Of the function as a whole; false: what is seen is within the noise. */
  isSignificant: boolean;
}

export interface Comparison {
  schemaVersion: 1;
  tool: { name: 'culprit'; version: string };
  createdAt: string;
  base: SideSummary;
  head: SideSummary;
  /** Of all together: `different` when any metric, function or finding is. */
  verdict: ChangeVerdict;
  direction: Direction;
  /** One sentence: "head needs 5.2 % (4.1 % to 6.3 %) more CPU time a request, most of it in rank (src/search.js:12)". */
  verdictReason: string;
  runsNeeded: number | null;
  /** The function that most of a changed `cpu.total` is in; null when none is. */
  culprit: FunctionChange | null;
  /** Those measured on at least one side. */
  metrics: MetricChange[];
  /** Largest change first. */
  functions: FunctionChange[];
  findings: FindingChange[];
  /** false: a side has nothing that findings can be judged from, so that none is new says nothing. Absent: true. */
  findingsCompared?: boolean;
  /** Of head, all runs in order: what error budgets are counted over. Absent: not measured. */
  headWindows?: MetricWindows[];
  /** Where both sides ran. null or absent: not known. */
  machine?: MachineClass | null;
  /** What costs are counted by: a request, a second, or the run of a script from start to end. */
  per: 'request' | 'second' | 'run';
  method: CompareMethod;
  gates: GateReport | null;
  warnings: string[];
}

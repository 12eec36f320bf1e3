// What can be asked of a comparison, as it is written after --fail-on or in a file, and what it is once read.
//
// A rule says when to FAIL, so `>` goes with what is better lower, `<` with what is better higher (throughput):
//
//   cpu.total>3%                 head needs more than 3 % more than base
//   heap.floor>5MB               more than base by more than 5 MB; suffixes are the metric's unit or a usual one of it
//   throughput<-5%               fell by more than 5 %
//   heap.leak                    different and worse, however little
//   head.latency.p99>300ms       head alone, whatever base does
//   baseline.cpu.total>3%        head against the stored baseline instead of base
//   function>2%                  any one function's own time, in parts of all CPU time
//   function:rank@src/search.js>1%
//   findings.new                 a finding that base does not have, and nobody has accepted
//   findings.new:critical        ... of this severity and above; findings.new:listener-leak of this kind
//   baseline.findings.new        a finding that the stored baseline does not have
//   any                          whatever is different and worse
//   slo:latency.p99<300ms@99%,burn<2   an objective: what must HOLD in 99 % of windows, and how fast it may be used up

import type { MetricName } from '../../../model/comparison/run.ts';
import type { FindingKind, Severity } from '../../../model/finding.ts';

/** Where to look for a rule, and the rule: what a person wrote. */
export interface WrittenRule {
  rule: string;
  /** "--fail-on", "culprit.json, gates[2]" */
  source: string;
}

export interface Limit {
  /** A part of base (0.03), else the metric's own unit. */
  isRelative: boolean;
  value: number;
}

export interface MetricRule extends WrittenRule {
  type: 'metric';
  metric: MetricName;
  against: 'base' | 'head alone' | 'baseline';
  /** null: different and worse, however little; only against base. */
  limit: Limit | null;
}

export interface FunctionRule extends WrittenRule {
  type: 'function';
  /** null: any function. */
  name: string | null;
  /** The file, or the end of its path; null: any file. */
  file: string | null;
  /** In parts of all CPU time. */
  limit: number;
}

export interface FindingsRule extends WrittenRule {
  type: 'findings';
  against: 'base' | 'baseline';
  /** This and above; null: all. */
  severity: Severity | null;
  kind: FindingKind | null;
}

export interface AnyRule extends WrittenRule {
  type: 'any';
}

/** In at least `share` of the windows `metric` is on the good side of `limit`. */
export interface ObjectiveRule extends WrittenRule {
  type: 'objective';
  metric: MetricName;
  /** In the metric's unit. */
  limit: number;
  /** 0..1 */
  share: number;
  /** The share of bad windows over the share that is allowed may be at most this. */
  burn: number;
}

export type GateRule = MetricRule | FunctionRule | FindingsRule | AnyRule | ObjectiveRule;

/** Why a rule cannot be read: one sentence, and the cure. */
export interface GateRuleError extends WrittenRule {
  message: string;
  hint: string;
}

// Gates: what a build must keep to, and the record of how each was decided. Part of the comparison's JSON contract.

import type { ChangeVerdict, CompareMethod, Direction, SideSummary } from './comparison.ts';

export const GATE_OUTCOMES = ['pass', 'fail', 'unsure'] as const;
export type GateOutcome = (typeof GATE_OUTCOMES)[number];

/** One decision, complete enough to be made again. */
export interface GateDecision {
  /** As it was written: "cpu.total>3%". */
  rule: string;
  /** Where it was written: "--fail-on", "culprit.json", ... */
  source: string;
  outcome: GateOutcome;
  /** One sentence: "cpu.total rose by 5.2 % (4.1 % to 6.3 %), more than 3 %". */
  statement: string;
  /** What it rests on: the numbers, or the findings' fingerprints. */
  evidence: Record<string, number | string | null>;
  /** Filled when an accepted finding would have failed it. */
  accepted: string[];
}

export interface GateReport {
  outcome: GateOutcome;
  /** What an unsure gate counts as. */
  onUnsure: 'pass' | 'fail';
  /** What the exit code follows. */
  passed: boolean;
  decisions: GateDecision[];
  decidedAt: string;
  toolVersion: string;
  /** The command that repeats it. */
  command: string;
}

/** A file of its own, `culprit-decision.json`: what was decided about which comparison, on which evidence. */
export interface DecisionRecord extends GateReport {
  schemaVersion: 1;
  tool: { name: 'culprit'; version: string };
  compared: {
    createdAt: string;
    base: SideSummary;
    head: SideSummary;
    verdict: ChangeVerdict;
    direction: Direction;
    verdictReason: string;
    method: CompareMethod;
    warnings: string[];
  };
}

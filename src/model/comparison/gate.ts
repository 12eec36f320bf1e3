// The record of how each gate was decided. The shape of its decisions is part of the comparison's contract: wire/report.
import type { GateReport } from '../../wire/report/gate.ts';
import type { ChangeVerdict, CompareMethod, Direction, SideSummary } from './comparison.ts';

export type { GateDecision, GateReport } from '../../wire/report/gate.ts';
export type { GateOutcome } from '../../wire/report/names.ts';

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

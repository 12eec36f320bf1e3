// Gates: the conditions that a build must meet, and the record of how each was decided. Part of the comparison's JSON
// contract.
import * as v from 'valibot';
import { GATE_OUTCOMES } from './names.ts';

/** One decision, complete enough to be made again. */
export const gateDecision = v.object({
  /** As it was written: "cpu.total>3%". */
  rule: v.string(),
  /** Where it was written: "--fail-on", "culprit.json", ... */
  source: v.string(),
  outcome: v.picklist(GATE_OUTCOMES),
  /** One sentence: "cpu.total rose by 5.2 % (4.1 % to 6.3 %), more than 3 %". */
  statement: v.string(),
  /** What it rests on: the numbers, or the findings' fingerprints. */
  evidence: v.record(v.string(), v.nullable(v.union([v.number(), v.string()]))),
  /** Filled when an accepted finding would have failed it. */
  accepted: v.array(v.string()),
});
export type GateDecision = v.InferOutput<typeof gateDecision>;

export const gateReport = v.object({
  outcome: v.picklist(GATE_OUTCOMES),
  /** What an unsure gate counts as. */
  onUnsure: v.picklist(['pass', 'fail']),
  /** What the exit code follows. */
  passed: v.boolean(),
  decisions: v.array(gateDecision),
  decidedAt: v.string(),
  toolVersion: v.string(),
  /** The command that repeats it. */
  command: v.string(),
});
export type GateReport = v.InferOutput<typeof gateReport>;

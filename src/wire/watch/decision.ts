// One line of the log of decisions of a watch: what was decided, why, on which evidence, and what came of it.
import * as v from 'valibot';
import { DECISION_NAMES, DECISION_OUTCOMES } from './names.ts';

const text = v.pipe(v.string(), v.maxLength(100_000));

export const decision = v.object({
  /** RFC 3339. */
  at: v.pipe(v.string(), v.isoTimestamp()),
  /** "": the watch itself. */
  target: text,
  pid: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0))),
  /** Null: not by a rule. */
  rule: v.nullable(text),
  what: v.picklist(DECISION_NAMES),
  why: text,
  /** A folder. */
  evidence: v.nullable(text),
  outcome: v.picklist(DECISION_OUTCOMES),
  detail: text,
});
export type Decision = v.InferOutput<typeof decision>;

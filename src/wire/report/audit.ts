// How ready a process is for production, and all that was checked for it.
import * as v from 'valibot';
import { text } from './scalars.ts';

/** One thing that was looked at. */
export const auditCheck = v.object({
  check: text,
  outcome: v.picklist(['ok', 'finding', 'unknown']),
  /** What was found; for unknown, why it cannot be told. */
  value: v.string(),
});
export type AuditCheck = v.InferOutput<typeof auditCheck>;

export const audit = v.object({
  /** 1 to 5: audit/audit-level.ts says what each level demands. */
  level: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(5)),
  meaning: text,
  /** One line each; empty at the highest level. */
  missingForNext: v.array(text),
  checked: v.array(auditCheck),
});
export type Audit = v.InferOutput<typeof audit>;

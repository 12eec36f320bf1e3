// What a watch has seen, as one document: its targets and alarms, what it decided, and the evidence that it keeps. Version 1.
import * as v from 'valibot';
import { FINDING_KINDS, SEVERITIES } from '../report/names.ts';
import { nextMeasurement } from '../report/next-measurement.ts';
import { verdict } from '../report/report.ts';
import { count, tool } from '../report/scalars.ts';
import { decision } from './decision.ts';
import { watchState } from './state.ts';

const { rules, targets, alerts } = watchState.entries;
const time = v.pipe(v.string(), v.isoTimestamp());

/** Of the report in a piece of evidence, whatever its kind. */
export const toldReport = v.object({
  verdict,
  findings: v.array(
    v.object({ kind: v.picklist(FINDING_KINDS), severity: v.picklist(SEVERITIES), title: v.string() }),
  ),
});
export type ToldReport = v.InferOutput<typeof toldReport>;

const evidence = v.object({
  /** The name of its folder. */
  name: v.string(),
  /** When it was begun; null: its name does not say. */
  at: v.nullable(time),
  /** Null: the log of decisions does not reach back so far. */
  decision: v.nullable(decision),
  bytes: count,
  files: v.array(
    v.object({
      name: v.string(),
      /** From where the document lies, for a link: "./culprit-watch/evidence/..." */
      href: v.string(),
    }),
  ),
  /** Null: nothing was diagnosed, or its report cannot be read. */
  verdict: v.nullable(verdict),
  findings: toldReport.entries.findings,
});
export type WatchEvidence = v.InferOutput<typeof evidence>;

export const watchReport = v.object({
  kind: v.literal('watch'),
  schemaVersion: v.literal(1),
  tool,
  folder: v.string(),
  /** Its pid; null: no watcher runs. */
  watcher: v.nullable(count),
  /** When the state was written; its ages count up to then. */
  savedAt: time,
  rules,
  targets,
  /** Critical ones first. */
  alerts,
  /** The oldest first, not more than the last 2,000. */
  decisions: v.array(decision),
  /** Older ones, in the log only. */
  decisionsLeftOut: count,
  /** The newest first, not more than 100. */
  evidence: v.array(evidence),
  evidenceLeftOut: count,
  nextMeasurement: v.optional(nextMeasurement),
});
export type WatchReport = v.InferOutput<typeof watchReport>;

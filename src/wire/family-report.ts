// Several processes that do the same work, watched at the same time and told apart: the workers of a cluster, the apps of a
// process manager. Version 1.
import * as v from 'valibot';
import { finding } from './report/finding.ts';
import { nextMeasurement } from './report/next-measurement.ts';
import { diagnosisReport, verdict } from './report/report.ts';
import { count, text, tool } from './report/scalars.ts';

export const familyMember = v.object({
  pid: count,
  /** "cluster worker", "program", ... */
  role: text,
  /** The name that a process manager gave it. */
  app: v.optional(text),
  command: text,
  /** Absent: it could not be diagnosed. */
  report: v.optional(diagnosisReport),
  /** Why not. */
  notLookedAt: v.optional(text),
});
export type FamilyMember = v.InferOutput<typeof familyMember>;

/** A cause, said once, as the member has it in which it weighs most. */
export const familyCause = v.object({
  finding,
  /** Who has it, worst first. */
  pids: v.array(count),
});
export type FamilyCause = v.InferOutput<typeof familyCause>;

export const familyReport = v.object({
  kind: v.literal('family'),
  schemaVersion: v.literal(1),
  tool,
  /** The gravest of the members' verdicts: findings, then too little data, idle, healthy. */
  verdict,
  /** Who is sick, in one sentence. */
  verdictReason: text,
  /** By pid. */
  members: v.array(familyMember),
  /** Gravest first. */
  causes: v.array(familyCause),
  /** What the gravest cause leaves open; absent: nothing that a command would settle. */
  nextMeasurement: v.optional(nextMeasurement),
});
export type FamilyReport = v.InferOutput<typeof familyReport>;

// Several processes that do the same work, captured and compared: the workers of a cluster, the apps of a process manager,
// the pods of a workload. Version 1.
import * as v from 'valibot';
import { finding } from './report/finding.ts';
import { nextMeasurement } from './report/next-measurement.ts';
import { diagnosisReport, verdict } from './report/report.ts';
import { count, text, tool } from './report/scalars.ts';

/** What the cluster says of a pod. */
export const familyPod = v.object({
  namespace: text,
  /** The machine that it was given. */
  node: v.optional(text),
  /** Of the container that was looked at. */
  image: v.optional(text),
  /** How often that container was started again. */
  restarts: v.optional(count),
});
export type FamilyPod = v.InferOutput<typeof familyPod>;

export const familyMember = v.object({
  /** The name of the pod, or the pid. No two members have the same. */
  name: text,
  /** Absent: a pod that could not be diagnosed. */
  pid: v.optional(count),
  /** Absent: a process on this machine. */
  pod: v.optional(familyPod),
  /** "cluster worker", "program", "pod", ... */
  role: text,
  /** The name that a process manager gave it. */
  app: v.optional(text),
  /** Absent: a pod whose spec does not say what it runs. */
  command: v.optional(text),
  /** Absent: it could not be diagnosed. */
  report: v.optional(diagnosisReport),
  /** Why not. */
  notLookedAt: v.optional(text),
});
export type FamilyMember = v.InferOutput<typeof familyMember>;

/** Something in which some members differ from others. It says where to look first, and proves nothing. */
export const familyDifference = v.object({
  what: v.picklist(['node', 'image', 'Node.js', 'age', 'requests', 'memory', 'CPU']),
  /** As people read it: "node-b", "3 d to 5 d". */
  these: text,
  others: text,
});
export type FamilyDifference = v.InferOutput<typeof familyDifference>;

/** A cause, said once, as the member has it in which it weighs most. */
export const familyCause = v.object({
  finding,
  /** Names of those that have it, worst first. */
  members: v.array(text),
  /** From those that were judged and do not have it; absent: nothing tells them apart. */
  differences: v.optional(v.array(familyDifference)),
});
export type FamilyCause = v.InferOutput<typeof familyCause>;

/** A member in which nothing was found, and which is unlike all others. */
export const familyOddOne = v.object({ member: text, differences: v.array(familyDifference) });
export type FamilyOddOne = v.InferOutput<typeof familyOddOne>;

export const familyReport = v.object({
  kind: v.literal('family'),
  schemaVersion: v.literal(1),
  tool,
  /** The most serious of the members' verdicts: findings, then too little data, idle, healthy. */
  verdict,
  /** Which members have a problem, in one sentence. */
  verdictReason: text,
  /** By pid, or by the name of the pod. */
  members: v.array(familyMember),
  /** Gravest first. */
  causes: v.array(familyCause),
  oddOnes: v.array(familyOddOne),
  /** What the most serious cause leaves open; absent: nothing that a command would settle. */
  nextMeasurement: v.optional(nextMeasurement),
});
export type FamilyReport = v.InferOutput<typeof familyReport>;

// A finding: one ranked cause. A setting and a crash have no measured cost, so they say in words what they lead to.
import * as v from 'valibot';
import { crash } from './crash.ts';
import { retainerPath } from './heap-report.ts';
import { evidence, impact, subject } from './impact.ts';
import { FINDING_KINDS, SEVERITIES } from './names.ts';
import { nextMeasurement } from './next-measurement.ts';
import { ordinal, share, text } from './scalars.ts';

/** A package on the way from the application's line to the code that is blamed. */
export const chainLink = v.object({
  /** `name@version`; null is the application's own code. */
  package: v.nullable(text),
  /** The function of it that was called. */
  function: text,
  file: v.nullable(text),
  line: v.nullable(ordinal),
  /** What was seen is credited to this one. */
  isBlamed: v.boolean(),
});
export type ChainLink = v.InferOutput<typeof chainLink>;

/** One ranked cause, as a diagnosis finds it. */
export const finding = v.object({
  rank: ordinal,
  kind: v.picklist(FINDING_KINDS),
  /** Stable across runs and commits: a hash of kind and subject, without line numbers. */
  fingerprint: text,
  severity: v.picklist(SEVERITIES),
  /** 0..1. Of the findings said at 0.9, nine in ten should be right. */
  confidence: share,
  /** findings/rank.ts; strictly decreasing in rank. */
  score: v.number(),
  title: text,
  subject,
  /** What it costs; absent where nothing was measured. */
  impact: v.optional(impact),
  /** What it leads to, as one sentence or phrase. */
  harm: v.optional(text),
  evidence: v.array(evidence),
  /** The packages that the call went through, from the application's line inwards. Absent where the title names all. */
  chain: v.optional(v.array(chainLink)),
  /** From a heap snapshot: who holds what accumulates, from the variable down to it. Absent without a snapshot. */
  retainerPath: v.optional(retainerPath),
  /** Symptoms this cause explains, which are therefore not findings of their own. */
  symptoms: v.array(v.string()),
  innocentExplanation: v.string(),
  advice: v.array(v.string()),
  caveats: v.array(v.string()),
  /** Where something is not known: the one command that would settle it. */
  nextMeasurement: v.optional(nextMeasurement),
  /** Links to the documentation that says so. */
  references: v.optional(v.array(text)),
});
export type Finding = v.InferOutput<typeof finding>;

const withoutMeasure = v.omit(finding, ['impact', 'retainerPath', 'chain', 'nextMeasurement']);

/** A setting to change. */
export const configurationFinding = v.object({
  ...withoutMeasure.entries,
  kind: v.literal('configuration'),
  harm: text,
});
export type ConfigurationFinding = v.InferOutput<typeof configurationFinding>;

/** The same crash, however often it was seen. */
export const crashFinding = v.object({
  ...withoutMeasure.entries,
  kind: v.literal('crash'),
  /** "crashed 6 times in 3 min" */
  harm: text,
  /** How the process ended. */
  crash,
});
export type CrashFinding = v.InferOutput<typeof crashFinding>;

/** A rule that could not judge, and why: silence is never mistaken for health. */
export const notApplicable = v.object({ kind: v.picklist(FINDING_KINDS), reason: text });
export type NotApplicable = v.InferOutput<typeof notApplicable>;

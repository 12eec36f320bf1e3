// How a process ended, as a finding reports it.
import * as v from 'valibot';
import { CRASH_COMPONENTS, CRASH_LABELS } from './names.ts';
import { count, ordinal, share, text } from './scalars.ts';

/** One error of a chain. */
export const crashCause = v.object({
  /** "SyntaxError"; "" for what is no Error. */
  name: v.string(),
  message: v.string(),
  /** "ECONNREFUSED"; null is none. */
  code: v.nullable(text),
  function: v.nullable(v.string()),
  file: v.nullable(v.string()),
  /** 1-based. */
  line: v.nullable(ordinal),
});
export type CrashCause = v.InferOutput<typeof crashCause>;

export const crash = v.object({
  label: v.picklist(CRASH_LABELS),
  /** A hint: null when nothing points anywhere. */
  component: v.nullable(v.object({ name: v.picklist(CRASH_COMPONENTS), confidence: share, reason: text })),
  /** The error that ended the process, what caused it, and so on: the last is the first cause. Empty without one. */
  causes: v.array(crashCause),
  exitCode: v.nullable(count),
  signal: v.nullable(text),
  /** How often it was seen. */
  occurrences: ordinal,
  /** As the log has it; null is unknown. */
  firstSeen: v.nullable(text),
  lastSeen: v.nullable(text),
  /** Pods or services it happened in; empty where the log does not tell them apart. */
  writers: v.array(v.string()),
  /** Of the container, as its status says; null is unknown. */
  restarts: v.nullable(count),
  /** The words of the log that matter. */
  lines: v.array(v.string()),
});
export type Crash = v.InferOutput<typeof crash>;

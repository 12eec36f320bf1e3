// What a capture would do to a process, determined beforehand: whether it can be attached to, and the cost of each step.
import * as v from 'valibot';
import { amount, count, text } from './report/scalars.ts';

export const preflightStep = v.object({
  step: v.picklist(['passive', 'light', 'burst', 'census', 'snapshot']),
  /** Done by itself, only when growth is seen, or left out. */
  when: v.picklist(['always', 'when needed', 'left out']),
  /** In words. */
  what: text,
  /** The longest single pause, where one is known. */
  pauseMillis: v.optional(amount),
  extraBytes: v.optional(amount),
  /** Why it is left out. */
  reason: v.optional(text),
});
export type PreflightStep = v.InferOutput<typeof preflightStep>;

export const preflight = v.object({
  schemaVersion: v.literal(1),
  pid: count,
  /** Empty when it is not known. */
  command: v.string(),
  nodeVersion: v.nullable(v.string()),
  canAttach: v.boolean(),
  /** Why not, and what helps: only when it cannot. */
  reason: v.optional(text),
  cure: v.optional(text),
  /** What cannot be seen from outside and may still keep it from being attached to. */
  caveat: v.optional(text),
  /** "open" needs no signal. */
  inspector: v.picklist(['open', 'closed', 'unknown']),
  /** The most that its heap can be: anonymous memory, in steps of 16 MB. */
  heapAtMostBytes: v.optional(amount),
  roomBytes: v.optional(amount),
  roomLimitedBy: v.optional(text),
  threads: v.optional(count),
  /** Empty when it cannot be attached to. */
  steps: v.array(preflightStep),
  notes: v.array(text),
});
export type Preflight = v.InferOutput<typeof preflight>;

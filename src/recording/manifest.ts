// The manifest of a recording: what was captured, from whom, how it ended. Versioned; a reader refuses a version
// it does not know rather than guessing.
import * as v from 'valibot';
import { warning } from '../wire/warning.ts';
import { RECORDING_FORMAT, RECORDING_VERSION } from './format.ts';

const text = v.pipe(v.string(), v.maxLength(4_000));
const amount = v.pipe(v.number(), v.finite(), v.minValue(0));
const whole = v.pipe(v.number(), v.integer(), v.minValue(0));
const list = <T extends v.GenericSchema>(item: T) => v.pipe(v.array(item), v.maxLength(100_000));

export const manifestSchema = v.object({
  format: v.literal(RECORDING_FORMAT),
  formatVersion: v.literal(RECORDING_VERSION),
  toolVersion: text,
  target: v.object({
    pid: whole,
    nodeVersion: text,
    title: text,
    /** Paths in the report are shown relative to it. */
    cwd: text,
    uptimeSeconds: amount,
    /** What it is called in its family, and why it was this member: see wire/report/target.ts. */
    app: v.optional(text),
    chosen: v.optional(text),
    threads: list(v.object({ id: whole, name: text })),
  }),
  capture: v.object({
    /** ISO 8601. */
    startedAt: text,
    durationMillis: amount,
    /** "complete", "interrupted", "target-gone", "disconnected" or "cut-off". */
    ended: text,
    steps: list(text),
    pausesMillis: list(amount),
    ownSteps: v.optional(
      list(v.object({ step: text, count: whole, totalMillis: amount, longestMillis: amount })),
    ),
    eventLoopDelayBeforeMillis: v.optional(amount),
    eventLoopDelayMaxBeforeMillis: v.optional(amount),
    ownFds: v.optional(whole),
    restored: v.boolean(),
    warnings: list(warning),
  }),
  files: v.pipe(
    v.array(
      v.object({
        kind: v.picklist(['cpu-profile', 'heap-profile', 'allocation-profile', 'heap-snapshot']),
        thread: whole,
        // A plain name inside the recording: nothing in a recording may point outside it.
        path: v.pipe(v.string(), v.regex(/^[\w.-]{1,200}$/)),
        atMillis: v.optional(amount),
      }),
    ),
    v.maxLength(5_000),
    v.check(
      (files) => new Set(files.map(({ path }) => path)).size === files.length,
      'two files have the same name',
    ),
  ),
});

export type Manifest = v.InferOutput<typeof manifestSchema>;

// Which code makes V8 compile more code, watched for a moment.
import * as v from 'valibot';
import { type BodyOf, count, listOf, stack, threadLine } from '../../wire/parts.ts';

export const compilationsLine = threadLine('compilations', {
  /** How long it was watched. */
  millis: count,
  /** Scripts compiled in that time. */
  scripts: count,
  /** By the stack that asked for them, innermost frame first. */
  sites: listOf(v.object({ frames: stack, count })),
});
export type CompilationsLine = v.InferOutput<typeof compilationsLine>;
export type Compilations = BodyOf<CompilationsLine>;

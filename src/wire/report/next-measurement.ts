// What is not known, and the one command that would settle it: the same field in every report.
import * as v from 'valibot';
import { text } from './scalars.ts';

export const nextMeasurement = v.object({
  /** What is not known, in a sentence. */
  unknown: text,
  /** A command line, to be typed as it stands; what nobody but the reader can know stands in angle brackets. */
  command: text,
});
export type NextMeasurement = v.InferOutput<typeof nextMeasurement>;

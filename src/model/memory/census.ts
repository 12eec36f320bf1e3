// What a walk over all live objects tells, and which code makes V8 compile more code. Pure data.
import type { Frame } from '../frame.ts';

/** How many objects of one class there are: a constructor's name, the keys of plain objects, "function" with its name and
 * the length of its source. */
export interface ClassCount {
  thread: number;
  name: string;
  /** One entry a census in which it was among the most numerous. */
  counts: { atMillis: number; objects: number }[];
}

/** Functions made at one place that accumulate. */
export interface ClosureGrowth {
  thread: number;
  /** Where the function begins, under its own name. */
  frame: Frame;
  counts: { atMillis: number; objects: number }[];
  /** How many of them another one closes over, at most as many as were followed; 0 when not looked at. */
  chained: number;
}

/** A FinalizationRegistry: for each registered object it keeps what its callback is to be given. */
export interface FinalizationUse {
  thread: number;
  /** The variable that holds it. */
  name: string;
  /** A function that closes over it. */
  frame: Frame;
}

/** A place that made V8 compile scripts while we watched for that. */
export interface CompileSite {
  thread: number;
  /** Innermost first. */
  frames: Frame[];
  scripts: number;
  watchedMillis: number;
}

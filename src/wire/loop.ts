// What is counted of a thread's event loop, garbage collector and HTTP server over an interval.
import * as v from 'valibot';
import { count } from './parts.ts';

/** Milliseconds. */
export const loopDelay = v.object({ mean: count, p50: count, p99: count, max: count });

/** `count` has all collections, `majorCount` those of the old generation. */
export const collections = v.object({
  count,
  majorCount: count,
  pauseMillis: count,
  longestPauseMillis: count,
});

/** HTTP requests answered; of these, how many with a status of 500 or more. */
export const answers = v.object({ answered: count, failed: count });

// Collections that were emptied shortly before they were first seen: batches that are written out at times. Had they only grown
// since the capture began, they would have held more by then.
import type { RuntimeSample } from '../../model/samples.ts';
import type { GrowingCollection } from './growing-collections.ts';

export interface ToldApart {
  growing: GrowingCollection[];
  emptied: GrowingCollection[];
}

/** Of what listens or waits for somebody, a new one may come at any time. */
const TYPES = ['Array', 'Map', 'Set', 'Object'];
const EMPTIED = {
  /** From the beginning of the capture to the first read: less shows no pace. */
  leastSeconds: 8,
  leastExpected: 100,
  /** Of what it would hold, had it grown at its pace all that time. */
  mostShare: 0.5,
  /** Entries for each request: what grows apart from them may have begun at any time. */
  leastPerRequest: 0.1,
  leastRequests: 50,
  /** As many requests came before the first read, by the second, as after it. */
  steady: 0.7,
};

export function tellEmptied(
  collections: readonly GrowingCollection[],
  runtime: readonly RuntimeSample[],
): ToldApart {
  const isOut = (each: GrowingCollection) => isEmptied(each, runtime);
  return { growing: collections.filter((each) => !isOut(each)), emptied: collections.filter(isOut) };
}

function isEmptied(
  { collection, trend, isTrimmed }: GrowingCollection,
  runtime: readonly RuntimeSample[],
): boolean {
  const { type, alike, sizes, thread } = collection;
  const [first] = sizes;
  if (!first || isTrimmed || alike !== undefined || !TYPES.includes(type)) return false;
  const seconds = first.atMillis / 1_000;
  const expected = trend.slopePerSecond * seconds;
  const isSmall = expected >= EMPTIED.leastExpected && first.entries < expected * EMPTIED.mostShare;
  if (seconds < EMPTIED.leastSeconds || !isSmall) return false;
  const own = runtime.filter((sample) => sample.thread === thread && sample.requests !== undefined);
  const before = requestsPerSecond(own.filter(({ atMillis }) => atMillis <= first.atMillis));
  const after = requestsPerSecond(own.filter(({ atMillis }) => atMillis > first.atMillis));
  if (before === null || after === null) return false;
  return before >= after * EMPTIED.steady && trend.slopePerSecond >= after * EMPTIED.leastPerRequest;
}

/** Null: too few to say. */
function requestsPerSecond(samples: readonly RuntimeSample[]): number | null {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || last.atMillis <= first.atMillis) return null;
  // The first sample counts what came before it.
  const answered = samples.slice(1).reduce((sum, { requests }) => sum + (requests?.answered ?? 0), 0);
  if (answered < EMPTIED.leastRequests) return null;
  return answered / ((last.atMillis - first.atMillis) / 1_000);
}

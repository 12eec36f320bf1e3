// Incoming requests that are answered, but only after seconds: all the time, or to the end of the capture.
import type { AsyncObservation, AsyncSiteRead } from '../../../model/async-resource.ts';

/** Requests of one kind. */
export interface FeltWait {
  /** "GET /orders/#" */
  label: string;
  /** The oldest that waited at any read. */
  longestMillis: number;
}

/** An answer that takes so long is felt. */
const LONG_MILLIS = 1_500;
/** What waits for longer is a long poll, or is not answered at all: other analyses report that. */
const LONGEST_MILLIS = 15_000;
/** Of the later half of the reads, the part in which some waited so long; and of all requests of the kind, the part that is answered. */
const LEAST_SHARE = 0.5;
const LEAST_ANSWERED = 0.3;
const LEAST_READS = 5;

/** The kind of request that waits longest in this thread; null where none does. */
export function feltWait(observations: readonly AsyncObservation[], thread: number): FeltWait | null {
  const waits = observations
    .flatMap(({ sites }) => sites)
    .filter((site) => site.thread === thread && site.type === 'http.server.request')
    .flatMap(({ label, reads }) => {
      const longestMillis = Math.max(0, ...reads.map(ageOf));
      return label !== undefined && isFelt(reads) && longestMillis <= LONGEST_MILLIS
        ? [{ label, longestMillis }]
        : [];
    });
  return waits.sort((a, b) => b.longestMillis - a.longestMillis)[0] ?? null;
}

function isFelt(reads: readonly AsyncSiteRead[]): boolean {
  const last = reads.at(-1);
  if (!last || reads.length < LEAST_READS) return false;
  const later = reads.slice(-Math.max(LEAST_READS, Math.ceil(reads.length / 2)));
  const long = later.filter((read) => ageOf(read) >= LONG_MILLIS).length;
  const { oldWatched, oldAlive, oldDropped = 0 } = last;
  // Those whose clients gave up were not answered.
  if (oldWatched > 0 && oldWatched - oldAlive - oldDropped < 1) return false;
  const answered = last.watched - last.alive;
  return long >= later.length * LEAST_SHARE && answered >= last.watched * LEAST_ANSWERED;
}

const ageOf = ({ oldestMillis = 0 }: AsyncSiteRead) => oldestMillis;

// libuv's thread pool when nothing comes back from it any more: each of its threads is held by an operation that does not end.
import type { Observations } from '../../model/observations.ts';
import type { RuntimeSample } from '../../model/samples.ts';
import { type SurvivingSite, survivingSites } from '../growth/resource-growth.ts';

export interface StuckThreadPool {
  /** For how long nothing has come back. */
  millis: number;
  /** UV_THREADPOOL_SIZE, or libuv's default. Absent when it was not examined. */
  threads?: number;
  /** Operations that were sent before the first one that waits for a thread, and have not ended; null: none was seen. */
  holder: SurvivingSite | null;
  /** Operations that wait behind it, the most first. */
  waiting: SurvivingSite[];
}

const LEAST_MILLIS = 3_000;
/** Without a closer look, a line may be long and move all the same. */
const LEAST_MILLIS_UNWATCHED = 8_000;
/** An operation that waits is as much older from one sample to the next as they are apart. */
const SAME_PACE = 0.15;
/** The wait is measured twice a second, with operations of our own: those that hold the threads were sent before. */
const SENT_BEFORE_MILLIS = 750;
/** Of the wait: an event loop that was late as long explains it. */
const MOST_LATE = 0.5;
const POOLED = [
  'FSREQCALLBACK',
  'FSREQPROMISE',
  'FILEHANDLECLOSEREQ',
  'GETADDRINFOREQWRAP',
  'GETNAMEINFOREQWRAP',
];

/** Null where operations come back, or the pool was not probed. */
export function findStuckThreadPool(observations: Observations): StuckThreadPool | null {
  const samples = observations.runtime.filter(
    ({ thread, poolWaitsMillis }) => thread === 0 && poolWaitsMillis && poolWaitsMillis.length > 0,
  );
  const millis = waitWithoutEnd(samples);
  const last = samples.at(-1);
  if (millis === null || !last) return null;
  const watches = observations.threadPool.filter(
    ({ thread, atMillis, millis: watched }) => thread === 0 && atMillis - watched >= last.atMillis - millis,
  );
  if (millis < (watches.length > 0 ? LEAST_MILLIS : LEAST_MILLIS_UNWATCHED)) return null;
  const hasMoved = watches.some(({ sites }) => sites.some(({ busyMillis }) => busyMillis !== 0));
  if (hasMoved) return null;
  const sites = survivingSites(observations.asyncObservations, POOLED).filter(
    ({ site, blame }) => site.thread === 0 && blame.subject,
  );
  const [oldest, next] = sites.toSorted((a, b) => oldestOf(b) - oldestOf(a));
  const isBefore =
    oldest !== undefined &&
    isCollectedSince(observations.runtime, last.atMillis - millis, oldest) &&
    oldestOf(oldest) >= millis + SENT_BEFORE_MILLIS &&
    // Where the line stood still before we came, all of them are as old as the look.
    (next === undefined || oldestOf(oldest) >= oldestOf(next) + SENT_BEFORE_MILLIS);
  return {
    millis,
    threads: observations.threadPool.at(-1)?.threads,
    holder: isBefore ? oldest : null,
    waiting: isBefore ? sites.filter((site) => site !== oldest) : sites,
  };
}

/** How long the trivial operation that was sent last has waited at the last sample; null: it came back, or the loop was late. */
function waitWithoutEnd(samples: readonly RuntimeSample[]): number | null {
  const [before, last] = samples.slice(-2);
  const wait = last?.poolWaitsMillis;
  // Whoever comes back is told beside the next one that is sent.
  if (!before || !last || wait?.length !== 1) return null;
  const [millis] = wait as [number];
  const earlier = before.poolWaitsMillis!.at(-1)!;
  const between = last.atMillis - before.atMillis;
  if (Math.abs(millis - earlier - between) > between * SAME_PACE) return null;
  const late = samples
    .filter(({ atMillis }) => atMillis >= last.atMillis - millis)
    .map(({ eventLoopDelayMillis }) => eventLoopDelayMillis?.max ?? 0);
  return Math.max(...late) >= millis * MOST_LATE ? null : millis;
}

/** What has come back is there until garbage is collected: only then what is left has not ended. */
function isCollectedSince(
  runtime: readonly RuntimeSample[],
  fromMillis: number,
  { site }: SurvivingSite,
): boolean {
  const readAt = site.reads.at(-1)!.atMillis;
  return runtime.some(
    ({ thread, afterGc, atMillis }) =>
      thread === 0 && afterGc && atMillis >= fromMillis && atMillis <= readAt + READ_MILLIS,
  );
}

/** Memory is read, and then what is left of async resources. */
const READ_MILLIS = 100;

const oldestOf = ({ site }: SurvivingSite) => site.reads.at(-1)?.oldestMillis ?? 0;

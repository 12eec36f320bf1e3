// libuv's thread pool: how long a trivial operation waits for a thread, and which code keeps the threads busy.
import type { Frame } from '../../model/frame.ts';
import type { Observations } from '../../model/observations.ts';
import type { RuntimeSample } from '../../model/samples.ts';
import { type Blame, blame } from '../cpu/blame/blame.ts';
import { median } from '../statistics/median.ts';

export interface ThreadPoolPressure {
  /** Median wait for a thread over the look, the event loop's own delay taken off. */
  medianWaitMillis: number;
  /** The largest of the waits. */
  longestWaitMillis: number;
  /** Of the sampling intervals, the share with a long wait, 0..1. */
  longShare: number;
  /** UV_THREADPOOL_SIZE, or libuv's default. Absent when it was not examined. */
  threads?: number;
  /** Operations that were in the pool at a time, waiting ones included, on average. Absent when it was not examined. */
  inside?: number;
  /** Which code keeps the threads busy, the busiest first; empty when it was not examined. */
  users: ThreadPoolUser[];
}

export interface ThreadPoolUser {
  /** async_hooks' name: "SCRYPTREQUEST", "GETADDRINFOREQWRAP", "ZLIB", a native addon's own. */
  type: string;
  blame: Blame;
  perSecond: number;
  /** From request to callback. */
  meanMillis: number;
  /** The same of one step of it: as long as it keeps others from a thread. */
  stepMillis: number;
  /** Of the time of all threads that were in use, 0..1. */
  share: number;
}

const LONG_WAIT_MILLIS = 20;
const LEAST_SAMPLES = 5;
const LEAST_COUNT = 3;

/** Of the main thread's samples; null when the pool was not probed. */
export function summarizeThreadPool(observations: Observations): ThreadPoolPressure | null {
  const waits = observations.runtime.filter((sample) => sample.thread === 0).flatMap(waitOf);
  if (waits.length < LEAST_SAMPLES) return null;
  const medianWaitMillis = median(waits)!;
  return {
    medianWaitMillis,
    longestWaitMillis: Math.max(...waits),
    longShare: waits.filter((wait) => wait >= LONG_WAIT_MILLIS).length / waits.length,
    threads: observations.threadPool.at(-1)?.threads,
    inside: insideOf(observations),
    users: usersOf(observations, medianWaitMillis),
  };
}

/**
 * The callback of a probe waits for the event loop, too: that part is not the pool's. It is sent in one turn of the loop
 * and comes back in the next, behind all that is ready by then: two turns at most.
 */
function waitOf({ poolWaitsMillis, eventLoopDelayMillis, afterGc }: RuntimeSample): number[] {
  if (afterGc || !poolWaitsMillis || poolWaitsMillis.length === 0) return [];
  const sorted = poolWaitsMillis.toSorted((a, b) => a - b);
  const longest = sorted.at(-1)!;
  return [Math.max(0, longest - 2 * (eventLoopDelayMillis?.p99 ?? 0))];
}

/** Little's law (1961): the mean number inside is the time spent inside by all, over the time watched. */
function insideOf({ threadPool }: Observations): number | undefined {
  const millis = threadPool.reduce((sum, use) => sum + use.millis, 0);
  const spent = threadPool
    .flatMap(({ sites }) => sites)
    .filter(isInPool)
    .reduce((sum, { totalMillis }) => sum + totalMillis, 0);
  return millis === 0 ? undefined : spent / millis;
}

/** pbkdf2Sync and the like make the same resource, and run on the thread that calls them. */
function isInPool({ frames }: { frames: readonly Frame[] }): boolean {
  return !frames.some(({ owner, functionName }) => owner === 'node' && functionName.endsWith('Sync'));
}

/** All stand in one line: the operation that takes least, often enough, tells how long they wait. */
function waitInLine(users: { count: number; totalMillis: number }[], probeMillis: number): number {
  const often = users.filter(({ count }) => count >= LEAST_COUNT);
  return Math.max(
    probeMillis,
    ...(often.length > 1 ? [Math.min(...often.map((u) => u.totalMillis / u.count))] : []),
  );
}

const FILES = /^(FSREQ|FILEHANDLE)/;
const LEAST_BUSY = 0.02;
/** Means that differ by less tell nothing apart. */
const ALIKE = 1.5;

function areAlike(users: readonly Sums[]): boolean {
  const means = users
    .filter(({ count }) => count >= LEAST_COUNT)
    .map((user) => user.totalMillis / user.count);
  return means.length > 1 && Math.max(...means) < Math.min(...means) * ALIKE;
}

interface Sums {
  count: number;
  steps: number;
  totalMillis: number;
  busyMillis: number;
}

type User = { type: string; blame: Blame } & Sums;

/** Who made a stream before the watch is not known: where one place makes such streams, it made those, too. */
function withKnownPlaces(users: readonly User[]): User[] {
  const isPlaced = ({ blame: { subject } }: User) => subject !== null;
  return users.flatMap((user) => {
    const alike = users.filter((other) => other.type === user.type && other !== user);
    const placed = alike.filter(isPlaced);
    if (!isPlaced(user) && placed.length === 1) return [];
    const lost = isPlaced(user) && placed.length === 0 ? alike : [];
    const sum = (name: keyof Sums) => lost.reduce((total, other) => total + other[name], user[name]);
    return [
      {
        ...user,
        count: sum('count'),
        steps: sum('steps'),
        totalMillis: sum('totalMillis'),
        busyMillis: sum('busyMillis'),
      },
    ];
  });
}

function usersOf({ threadPool }: Observations, probeMillis: number): ThreadPoolUser[] {
  const users = new Map<string, User>();
  const watchedSeconds = threadPool.reduce((sum, { millis }) => sum + millis, 0) / 1_000;
  for (const { sites } of threadPool) {
    for (const { type, frames, count, steps = count, totalMillis, busyMillis = 0 } of sites.filter(
      isInPool,
    )) {
      const culprit = blame(frames, 'of calls');
      const key = `${type}|${culprit.subject?.file}:${culprit.subject?.line}`;
      const known = users.get(key) ?? {
        type,
        blame: culprit,
        count: 0,
        steps: 0,
        totalMillis: 0,
        busyMillis: 0,
      };
      known.count += count;
      known.steps += steps;
      known.totalMillis += totalMillis;
      known.busyMillis += busyMillis;
      users.set(key, known);
    }
  }
  const all = withKnownPlaces([...users.values()]);
  const isFollowed = all.some(({ busyMillis }) => busyMillis > 0);
  const waitMillis = waitInLine(all, probeMillis);
  const isUnknown = !isFollowed && areAlike(all);
  // Where the line was not followed: what is there from request to callback beyond the wait for a thread is the time on one.
  const busyOf = ({ type, count, totalMillis, busyMillis }: Sums & { type: string }) => {
    if (isFollowed) return busyMillis;
    // All of them waited much longer than they worked: what computes holds a thread for longer than a file does.
    if (isUnknown) return totalMillis * (FILES.test(type) ? LEAST_BUSY : 1);
    return Math.max(totalMillis - count * waitMillis, totalMillis * LEAST_BUSY);
  };
  const busy = all.reduce((sum, user) => sum + busyOf(user), 0);
  return all
    .map((user) => ({
      type: user.type,
      blame: user.blame,
      perSecond: user.count / Math.max(0.1, watchedSeconds),
      meanMillis: user.totalMillis / Math.max(1, user.count),
      stepMillis: user.totalMillis / Math.max(1, user.steps),
      share: busy === 0 ? 0 : busyOf(user) / busy,
    }))
    .sort((a, b) => b.share - a.share);
}

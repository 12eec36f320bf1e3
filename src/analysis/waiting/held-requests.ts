// Requests that are held up together: for a second or more none is answered, although they keep arriving; then all of them
// are answered at once; and again. Something that they share is occupied for that long each time: a connection, a lock, a
// single worker.
import type { AsyncObservation, AsyncSiteRead } from '../../model/async-resource.ts';
import type { RuntimeSample } from '../../model/samples.ts';
import { type SurvivingSite, survivingSites } from '../growth/resource-growth.ts';
import { INBOUND } from './lasting-requests.ts';

/** A route whose requests are held up. */
export interface HeldRoute extends SurvivingSite {
  /** "GET /carts/#". */
  label: string;
  /** From arrival to the beginning of the answer, on average. */
  meanMillis: number;
}

export interface HeldRequests {
  /** The busiest first. */
  routes: HeldRoute[];
  /** Of one request, as far as reads show. */
  longestMillis: number;
  /** How often all waiting requests were released between two reads. */
  releases: number;
  /** The most requests of one route that were released between two reads. */
  mostReleased: number;
}

/** Fewer that wait at a time may be chance. */
const LEAST_HELD = 6;
const LEAST_LONG_MILLIS = 1_000;
/** Once is the start of something, or a pause of what answers. */
const LEAST_TIMES = 2;
/** New ones without which a stretch says nothing of who is answered. */
const LEAST_NEW = 3;
/** Of those that came, the part that has no answer yet; samples are rounded. */
const NEARLY_ALL = 0.8;
/** Of those that had waited, the part that waits after all of those were released: newer ones. */
const MOST_LEFT = 0.5;
/** The age of the oldest against the time between two reads. */
const AGE_SLACK_MILLIS = 60;
/** Clients that all ask again right after an answer wait for one event: then no request arrives most of the time. */
const STEADY = { least: 0.4, most: 2.5, part: 0.7, leastMillis: 400 };
/** A loop that is late by this part of the wait holds everybody up itself. */
const MOST_LATE = 0.3;
/** Routes with few requests are held up, too, when theirs are released at the same times. */
const LEAST_BESIDE = 2;

/** Null where no route is held up. `main` has the main thread's samples. */
export function findHeldRequests(
  observations: readonly AsyncObservation[],
  main: readonly RuntimeSample[],
): HeldRequests | null {
  const sites = survivingSites(observations, [INBOUND], 'all').filter(({ site }) => site.thread === 0);
  const held = sites.filter(({ site }) => isHeld(site.reads));
  if (held.length === 0) return null;
  const times = new Set(held.flatMap(({ site }) => releasesOf(site.reads, LEAST_HELD).map(([, to]) => to)));
  const beside = sites.filter(
    (each) =>
      !held.includes(each) &&
      releasesOf(each.site.reads, LEAST_BESIDE).filter(([, to]) => times.has(to)).length >= LEAST_TIMES,
  );
  const longestMillis = Math.max(...held.map(({ site }) => longestOf(site.reads)));
  if (longestLateMillis(main) >= longestMillis * MOST_LATE) return null;
  return {
    routes: [...held, ...beside]
      .map((each) => ({ ...each, label: each.site.label ?? '', meanMillis: meanLifeMillis(each.site.reads) }))
      .sort((a, b) => b.madePerSecond - a.madePerSecond),
    longestMillis,
    releases: times.size,
    mostReleased: Math.max(
      ...held.flatMap(({ site }) => releasesOf(site.reads, LEAST_HELD).map(([from]) => from)),
    ),
  };
}

/** How long those of a site live on average, by Little's law (1961): the mean number alive over the rate of new ones. */
export function meanLifeMillis(reads: readonly AsyncSiteRead[]): number {
  const [first, last] = [reads[0], reads.at(-1)];
  if (!first || !last || last.watched <= first.watched) return 0;
  const mean = reads.reduce((sum, { alive }) => sum + alive, 0) / reads.length;
  return (mean * (last.atMillis - first.atMillis)) / (last.watched - first.watched);
}

/** By how much the event loop was late at most; what culprit's own collections cost is left out. */
export function longestLateMillis(main: readonly RuntimeSample[]): number {
  return Math.max(
    0,
    ...main.flatMap(({ eventLoopDelayMillis, afterGc }) =>
      afterGc ? [] : (eventLoopDelayMillis?.max ?? []),
    ),
  );
}

function isHeld(reads: readonly AsyncSiteRead[]): boolean {
  return (
    longestOf(reads) >= LEAST_LONG_MILLIS &&
    releasesOf(reads, LEAST_HELD).length >= LEAST_TIMES &&
    stepsOf(reads).filter(isStandstill).length >= LEAST_TIMES &&
    comeSteadily(reads)
  );
}

interface Step {
  from: AsyncSiteRead;
  to: AsyncSiteRead;
  millis: number;
  /** That came, of the watched ones; where fewer are watched than before they were thinned out, and it is not known. */
  came: number | null;
}

function stepsOf(reads: readonly AsyncSiteRead[]): Step[] {
  return reads.slice(1).map((to, i) => {
    const from = reads[i]!;
    const came = to.watched - from.watched;
    return { from, to, millis: to.atMillis - from.atMillis, came: came < 0 ? null : came };
  });
}

/** The oldest is still the same one, and of those that came meanwhile hardly one was answered. */
function isStandstill({ from, to, millis, came }: Step): boolean {
  if (came === null || came < LEAST_NEW || from.alive === 0) return false;
  const aged = (to.oldestMillis ?? 0) - (from.oldestMillis ?? 0);
  return (
    Math.abs(aged - millis) <= AGE_SLACK_MILLIS && to.alive - from.alive >= Math.floor(came * NEARLY_ALL)
  );
}

/** All that had waited at the first read are gone at the second, and fewer wait: [how many had waited, the time of the second]. */
function releasesOf(reads: readonly AsyncSiteRead[], leastHeld: number): [held: number, atMillis: number][] {
  return stepsOf(reads).flatMap(({ from, to, millis }): [number, number][] =>
    from.alive >= leastHeld &&
    to.alive <= from.alive * MOST_LEFT &&
    (to.oldestMillis ?? 0) < millis + AGE_SLACK_MILLIS
      ? [[from.alive, to.atMillis]]
      : [],
  );
}

function longestOf(reads: readonly AsyncSiteRead[]): number {
  return Math.max(0, ...reads.map(({ oldestMillis = 0 }) => oldestMillis));
}

function comeSteadily(reads: readonly AsyncSiteRead[]): boolean {
  const steps = stepsOf(reads).flatMap(({ millis, came }) =>
    came !== null && millis >= STEADY.leastMillis ? [{ millis, came }] : [],
  );
  const sum = (name: 'millis' | 'came') => steps.reduce((total, step) => total + step[name], 0);
  const mean = sum('came') / Math.max(1, sum('millis'));
  const steady = steps.filter(
    ({ millis, came }) => came >= mean * millis * STEADY.least && came <= mean * millis * STEADY.most,
  );
  return steady.length >= steps.length * STEADY.part;
}

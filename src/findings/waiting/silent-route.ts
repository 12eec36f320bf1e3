// Routes that never answer while other routes do: their clients give up, and what was started for them remains.
import { type Blame, isSameFunction } from '../../analysis/cpu/blame/blame.ts';
import type { Facts } from '../../analysis/facts.ts';
import { type SurvivingSite, survivingSites } from '../../analysis/growth/resource-growth.ts';
import { answererOf } from '../../analysis/waiting/hanging-requests.ts';
import { INBOUND } from '../../analysis/waiting/lasting-requests.ts';
import type { Outage, SilentRoute } from '../../analysis/waiting/outage.ts';
import { formatCount, formatDuration, formatNumber } from '../../units/units.ts';
import type { Draft } from '../rule.ts';
import { confidenceAt } from '../thresholds/scale.ts';
import { SILENT_ROUTE } from '../thresholds/waiting.ts';
import { perSecond, place, placeWithLibrary, subjectOf } from '../wording.ts';
import { waitAdvice } from './wait-advice.ts';
import { promiseOfOutage } from './waiting-promise.ts';

/**
 * A long poll looks the same while it waits, but lets go of what it holds when its client leaves: here promises that were made
 * for such requests are older than any of the requests that still wait.
 */
export function silentRoutes(facts: Facts): SilentRoute[] {
  return (facts.outage?.routes ?? []).filter(
    (route) => route.droppedByClient >= SILENT_ROUTE.leastDropped && leavesPromises(route, facts),
  );
}

function leavesPromises(route: SilentRoute, { outage, observations }: Facts): boolean {
  const promises = survivingSites(observations.asyncObservations, ['PROMISE']);
  return (
    promises.some((promise) => isMadeFor(route, promise) && staysBehind(route, promise, 1)) ||
    partStaysBehind(route, outage!, promises)
  );
}

/** Of what a framework makes for each request, whichever route it is for, the part of the silent routes stays. */
function partStaysBehind(
  route: SilentRoute,
  { silentPerSecond, allPerSecond }: Outage,
  promises: readonly SurvivingSite[],
): boolean {
  const staying = promises.filter(
    (promise) =>
      promise.site.thread === route.site.thread &&
      promise.blame.app === null &&
      !promise.site.serving &&
      isPaced(promise, allPerSecond) &&
      staysBehind(route, promise, silentPerSecond / allPerSecond),
  );
  const count = staying.reduce((sum, { site }) => sum + (site.reads.at(-1)?.oldAlive ?? 0), 0);
  return count >= SILENT_ROUTE.leastPromises;
}

/** What a handler does once it has read a body has lost its request: then the pace tells, of what the application makes. */
function isMadeFor({ label, site, madePerSecond }: SilentRoute, promise: SurvivingSite): boolean {
  const { thread, serving } = promise.site;
  if (thread !== site.thread) return false;
  if (serving) return serving === label;
  return promise.blame.app !== null && isPaced(promise, madePerSecond);
}

function isPaced({ madePerSecond }: SurvivingSite, requestsPerSecond: number): boolean {
  const distance = Math.abs(Math.log(Math.max(1e-6, madePerSecond) / requestsPerSecond));
  return distance <= Math.log(SILENT_ROUTE.samePace);
}

/** `share`: of those that are made there, the part that is made for such requests. */
function staysBehind({ oldestMillis }: SilentRoute, { site }: SurvivingSite, share: number): boolean {
  const last = site.reads.at(-1);
  if (!last) return false;
  const { oldWatched, oldAlive, oldestMillis: age = 0 } = last;
  return (
    oldWatched >= SILENT_ROUTE.leastPromises &&
    oldAlive >= oldWatched * share * SILENT_ROUTE.leastStaying &&
    age >= oldestMillis + SILENT_ROUTE.leastOlderMillis
  );
}

export function describeSilentRoutes(routes: readonly SilentRoute[], facts: Facts): Draft {
  const [first, ...others] = routes as [SilentRoute, ...SilentRoute[]];
  const { label, site } = first;
  const sum = (name: 'madePerSecond' | 'waiting' | 'droppedByClient') =>
    routes.reduce((total, route) => total + route[name], 0);
  const perSec = sum('madePerSecond');
  const oldestMillis = Math.max(...routes.map((route) => route.oldestMillis));
  const promise = promiseOfOutage({ silentPerSecond: perSec }, site.thread, facts);
  const known = promise?.blame ?? null;
  const handler = answererOf(first, facts.observations.openRequests);
  const inferred = known || site.handler ? null : onlyMaker(first, perSec, facts);
  const frame = (known ?? inferred)?.subject ?? handler;
  const where = known || inferred ? placeWithLibrary((known ?? inferred)!) : frame && place(frame);
  const more = others.length === 0 ? '' : ` and ${formatCount(others.length, 'more route')}`;
  const answered = answeredAlike(routes, facts);
  return {
    kind: 'request-pileup',
    severity: 'critical',
    confidence: confidenceAt(SILENT_ROUTE.confidence, inferred ? null : frame),
    urgency: SILENT_ROUTE.urgency,
    isInbound: true,
    title: `No request to ${label}${more} is answered any more, and clients give up${where ? ` (they wait in ${where})` : ''}`,
    subject: subjectOf('request', label, frame, site.thread),
    impact: { metric: 'requests', value: perSec, unit: 'per second' },
    evidence: [
      {
        source: 'requests',
        statement: `${perSecond(perSec)} come in; of those watched in the later part of the capture none was answered: ${formatCount(sum('droppedByClient'), 'client')} closed first, ${sum('waiting') > 0 ? `${formatNumber(sum('waiting'))} still wait, the oldest for` : 'after at most'} ${formatDuration(oldestMillis)}`,
        value: perSec,
        unit: 'per second',
      },
      ...(others.length === 0
        ? []
        : [{ source: 'requests', statement: `not answered either: ${listOf(others)}` }]),
      ...(answered.length === 0
        ? []
        : [
            {
              source: 'requests',
              statement: `answered, although the path differs in only one word: ${listOf(answered)}`,
            },
          ]),
      {
        source: 'async-resources',
        statement: promise
          ? `promises created in ${where} remain after their clients have disconnected, about ${formatNumber(Math.round(promise.alive))} now`
          : 'promises that were created for such requests remain after their clients have disconnected',
      },
    ],
    innocentExplanation:
      'A long poll waits as long, but is eventually answered, and releases what it holds when its client disconnects.',
    advice: [
      ...waitAdvice(promise),
      ...(answered.length === 0 ? [] : [KEY_ADVICE]),
      'Find what holds the resource that they wait for. Code that already has a slot of a limiter, lock or pool and waits for another slot of the same one deadlocks: take one slot in the outer call only, or use a second limiter inside.',
      'Give the wait a timeout, so that clients get an error.',
    ],
    caveats: frame
      ? inferred
        ? ['The place is inferred: it is the only one in the program that creates promises at that pace.']
        : []
      : ['The code that should answer is unknown.'],
    asSymptom: `requests to ${label} get no answer`,
    effect: 'waiting',
    explains: ['waiting', 'heap', 'external', 'native', 'sockets', 'fds', 'timers', 'gc'],
  };
}

/** Null where promises of several functions of the program may be made for such requests. */
function onlyMaker({ site }: SilentRoute, requestsPerSecond: number, { observations }: Facts): Blame | null {
  const made = survivingSites(observations.asyncObservations, ['PROMISE'], 'all').filter(
    (promise) =>
      promise.site.thread === site.thread && promise.blame.app && isPaced(promise, requestsPerSecond),
  );
  const [first, ...others] = made.sort(
    (a, b) => Number(b.blame.library !== null) - Number(a.blame.library !== null),
  );
  const isElsewhere = ({ blame: { app } }: SurvivingSite) => !isSameFunction(app!, first!.blame.app!);
  return first && !others.some(isElsewhere) ? first.blame : null;
}

const KEY_ADVICE =
  'Whether a request is answered depends on a value in its path. Look for something that exists once for each value (a cache that loads each key once for all callers, a lock, a queue) and never finishes for these values, such as a call to another service without a timeout.';

function listOf(routes: readonly { label: string }[]): string {
  const named = routes.slice(0, SILENT_ROUTE.named).map(({ label }) => label);
  const rest = routes.length - named.length;
  return `${named.join(', ')}${rest > 0 ? ` and ${formatNumber(rest)} more` : ''}`;
}

/** Routes that differ from a silent one in a single word, which may be a value. */
function answeredAlike(silent: readonly SilentRoute[], { observations }: Facts): { label: string }[] {
  const labels = silent.map(({ label }) => label);
  return survivingSites(observations.asyncObservations, [INBOUND], 'all')
    .map(({ site: { label = '' } }) => ({ label }))
    .filter(({ label }) => !labels.includes(label) && labels.some((other) => differInOneWord(label, other)));
}

function differInOneWord(a: string, b: string): boolean {
  const [wordsOfA, wordsOfB] = [a.split('/'), b.split('/')];
  const different = wordsOfA.filter((word, i) => word !== wordsOfB[i]);
  // In a path of one word it is the name of the route.
  return (
    wordsOfA.length > 2 &&
    wordsOfA.length === wordsOfB.length &&
    wordsOfA[0] === wordsOfB[0] &&
    different.length === 1
  );
}

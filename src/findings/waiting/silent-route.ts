// One route that never answers while other routes do: its clients give up, and what was started for them remains.
import type { Facts } from '../../analysis/facts.ts';
import { type SurvivingSite, survivingSites } from '../../analysis/growth/resource-growth.ts';
import type { SilentRoute } from '../../analysis/waiting/outage.ts';
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
export function silentRoutes({ outage, observations }: Facts): SilentRoute[] {
  const promises = survivingSites(observations.asyncObservations, ['PROMISE']);
  return (outage?.routes ?? []).filter((route) => {
    if (route.droppedByClient < SILENT_ROUTE.leastDropped) return false;
    return promises.some((promise) => isMadeFor(route, promise) && staysBehind(route, promise));
  });
}

/** What a handler does once it has read a body has lost its request: then the pace tells, of what the application makes. */
function isMadeFor({ label, site, madePerSecond }: SilentRoute, promise: SurvivingSite): boolean {
  const { thread, serving } = promise.site;
  if (thread !== site.thread) return false;
  if (serving) return serving === label;
  const distance = Math.abs(Math.log(Math.max(1e-6, promise.madePerSecond) / madePerSecond));
  return promise.blame.app !== null && distance <= Math.log(SILENT_ROUTE.samePace);
}

function staysBehind({ oldestMillis }: SilentRoute, { site }: SurvivingSite): boolean {
  const last = site.reads.at(-1);
  if (!last) return false;
  const { oldWatched, oldAlive, oldestMillis: age = 0 } = last;
  return (
    oldWatched >= SILENT_ROUTE.leastPromises &&
    oldAlive >= oldWatched * SILENT_ROUTE.leastStaying &&
    age >= oldestMillis + SILENT_ROUTE.leastOlderMillis
  );
}

export function describeSilentRoute(route: SilentRoute, facts: Facts): Draft {
  const { label, site, madePerSecond, waiting, droppedByClient, oldestMillis } = route;
  const promise = promiseOfOutage({ silentPerSecond: madePerSecond }, site.thread, facts);
  const frame = promise?.blame.subject ?? site.handler ?? null;
  const where = promise ? placeWithLibrary(promise.blame) : frame && place(frame);
  return {
    kind: 'request-pileup',
    severity: 'critical',
    confidence: confidenceAt(SILENT_ROUTE.confidence, frame),
    urgency: SILENT_ROUTE.urgency,
    isInbound: true,
    title: `No request to ${label} is answered any more, and clients give up${where ? ` (they wait in ${where})` : ''}`,
    subject: subjectOf('request', label, frame, site.thread),
    impact: { metric: 'requests', value: madePerSecond, unit: 'per second' },
    evidence: [
      {
        source: 'requests',
        statement: `${perSecond(madePerSecond)} come in; of those watched in the later part of the capture none was answered: ${formatCount(droppedByClient, 'client')} closed first, ${formatNumber(waiting)} still wait, the oldest for ${formatDuration(oldestMillis)}`,
        value: madePerSecond,
        unit: 'per second',
      },
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
      'Find what holds the resource that they wait for. Code that already has a slot of a limiter, lock or pool and waits for another slot of the same one deadlocks: take one slot in the outer call only, or use a second limiter inside.',
      'Give the wait a timeout, so that clients get an error.',
    ],
    caveats: frame ? [] : ['The code that should answer is unknown.'],
    asSymptom: `requests to ${label} get no answer`,
    effect: 'waiting',
    explains: ['waiting', 'heap', 'external', 'native', 'sockets', 'fds', 'timers', 'gc'],
  };
}

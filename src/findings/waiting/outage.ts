// The service has stopped answering: on most of its routes no request gets an answer any more.
import type { Facts } from '../../analysis/facts.ts';
import type { Outage, SilentRoute } from '../../analysis/waiting/outage.ts';
import { formatDuration, formatShare } from '../../units/units.ts';
import type { Draft } from '../rule.ts';
import { OUTAGE } from '../thresholds/waiting.ts';
import { perSecond, place, placeWithLibrary, subjectOf } from '../wording.ts';
import { waitAdvice } from './wait-advice.ts';
import { promiseOfOutage } from './waiting-promise.ts';

/** Several routes, most of what comes in, and somebody waits for long or has given up. */
export function isOutage(outage: Outage | null): outage is Outage {
  if (outage === null || outage.routes.length < OUTAGE.leastRoutes) return false;
  const { silentPerSecond, allPerSecond } = outage;
  return (
    silentPerSecond >= allPerSecond * OUTAGE.leastShare &&
    (oldestOf(outage) >= OUTAGE.longMillis || droppedOf(outage) >= OUTAGE.leastDropped)
  );
}

const oldestOf = ({ routes }: Outage) => Math.max(...routes.map(({ oldestMillis }) => oldestMillis));
const droppedOf = ({ routes }: Outage) =>
  routes.reduce((sum, { droppedByClient }) => sum + droppedByClient, 0);

export function describeOutage(outage: Outage, facts: Facts): Draft {
  const { routes, silentPerSecond, allPerSecond } = outage;
  const [busiest] = routes as [SilentRoute, ...SilentRoute[]];
  const { thread } = busiest.site;
  const promise = promiseOfOutage(outage, thread, facts);
  const handler = routes.find(({ site }) => site.handler)?.site.handler ?? null;
  const frame = promise?.blame.subject ?? handler;
  const where = promise ? placeWithLibrary(promise.blame) : frame && place(frame);
  const share = formatShare(Math.min(1, silentPerSecond / allPerSecond));
  return {
    kind: 'request-pileup',
    severity: 'critical',
    confidence: frame ? OUTAGE.confidence.placed : OUTAGE.confidence.unplaced,
    urgency: OUTAGE.urgency,
    isInbound: true,
    title: `The service has stopped answering: ${routes.length} routes that get ${share} of its requests send no answers${where ? ` (they wait in ${where})` : ''}`,
    subject: subjectOf('request', 'all routes', frame, thread),
    impact: { metric: 'requests', value: silentPerSecond, unit: 'per second' },
    evidence: [
      {
        source: 'requests',
        statement: `${perSecond(silentPerSecond)} requests come in to ${namesOf(routes)}; of those watched in the later part of the capture none was answered`,
        value: silentPerSecond,
        unit: 'per second',
      },
      { source: 'requests', statement: waitsOf(outage) },
      ...(promise
        ? [
            {
              source: 'async-resources',
              statement: `promises created in ${where} accumulate at ${perSecond(promise.trend.slopePerSecond)}${promise.survival === null ? '' : `; ${formatShare(promise.survival)} of those older than 5 s have not settled`}`,
              value: promise.trend.slopePerSecond,
              unit: 'per second',
            },
          ]
        : []),
    ],
    innocentExplanation:
      'Long polls on every route look the same, but each is eventually answered, and the clients do not give up.',
    advice: [
      ...waitAdvice(promise),
      'Find what all of these routes wait for (a pool, a lock, another service). Give each wait a timeout, and answer with an error when it expires.',
    ],
    caveats: frame
      ? []
      : ['The line where the requests wait is unknown: they do not wait on a promise of the program.'],
    asSymptom: `${routes.length} routes that get ${share} of the requests send no answers`,
    effect: 'waiting',
    explains: ['waiting', 'heap', 'external', 'native', 'sockets', 'fds', 'timers', 'gc'],
  };
}

function namesOf(routes: readonly SilentRoute[]): string {
  const names = routes.slice(0, OUTAGE.named).map(({ label }) => label);
  const others = routes.length - names.length;
  return names.join(', ') + (others > 0 ? ` and ${others} more` : '');
}

function waitsOf(outage: Outage): string {
  const waits = `the oldest has waited for ${formatDuration(oldestOf(outage))}`;
  const dropped = droppedOf(outage);
  return dropped > 0
    ? `${waits}; of those watched, the clients of ${Math.round(dropped)} went away without an answer`
    : waits;
}

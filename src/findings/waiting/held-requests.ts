// Requests that are held up together and released at once, again and again: where they wait, and which calls of the same
// package may occupy what they share.
import { isSameFunction } from '../../analysis/cpu/blame/blame.ts';
import type { Facts } from '../../analysis/facts.ts';
import { type SurvivingSite, survivingSites } from '../../analysis/growth/resource-growth.ts';
import { type HeldRequests, meanLifeMillis } from '../../analysis/waiting/held-requests.ts';
import type { Frame } from '../../model/frame.ts';
import { formatDuration, formatNumber } from '../../units/units.ts';
import { throughLibrary } from '../creation-site.ts';
import type { Draft } from '../rule.ts';
import { HELD } from '../thresholds/waiting.ts';
import { chainOf, packageOf, perSecond, place, placeWithLibrary, subjectOf } from '../wording.ts';

/** One route whose requests wait in no package may be a long poll: then nothing is said. */
export function describeHeld(held: HeldRequests, facts: Facts): Draft[] {
  const waiter = waiterOf(held, facts);
  const library = waiter?.blame.library ?? null;
  if (held.routes.length < HELD.leastRoutes && !library) return [];
  const handler = held.routes.find(({ site }) => site.handler)?.site.handler ?? null;
  const frame = waiter?.blame.subject ?? handler;
  const where = waiter ? placeWithLibrary(waiter.blame) : frame && place(frame);
  const occupier = waiter && occupierOf(waiter, held, facts);
  const longest = formatDuration(held.longestMillis);
  const names = namesOf(held);
  return [
    {
      kind: 'request-pileup',
      severity: held.longestMillis >= HELD.criticalMillis ? 'critical' : 'warning',
      confidence: waiter ? HELD.confidence.placed : HELD.confidence.unplaced,
      urgency: HELD.urgency,
      isInbound: true,
      title: `Requests to ${names} are held up together for up to ${longest} and then answered all at once${where ? ` (they wait in ${where})` : ''}`,
      subject: subjectOf('request', held.routes[0]!.label, frame),
      impact: { metric: 'requests', value: Math.round(held.longestMillis), unit: 'ms' },
      evidence: [
        {
          source: 'requests',
          statement: `${formatNumber(held.releases)} times all waiting requests were answered between one reading and the next (at most ${formatNumber(held.mostReleased)} of one route); before that none was, although more kept arriving`,
          value: held.releases,
          unit: 'count',
        },
        ...held.routes.slice(0, HELD.named).map(({ label, meanMillis, madePerSecond }) => ({
          source: 'requests',
          statement: `${label}: ${perSecond(madePerSecond)}, about ${formatDuration(meanMillis)} from arrival to the beginning of the answer on average`,
          value: Math.round(meanMillis),
          unit: 'ms' as const,
        })),
        ...(waiter
          ? [
              {
                source: 'async-resources',
                statement: `promises created in ${where} take ${formatDuration(meanLifeMillis(waiter.site.reads))} on average to settle`,
              },
            ]
          : []),
        ...(occupier && library
          ? [
              {
                source: 'async-resources',
                statement: `calls of ${packageOf(library)} in ${place(occupier.blame.subject!)} take ${formatDuration(meanLifeMillis(occupier.site.reads))} on average, at only ${perSecond(occupier.madePerSecond)}`,
              },
            ]
          : []),
      ],
      ...(waiter ? chainOf(waiter.blame) : {}),
      innocentExplanation:
        'Requests that are meant to wait for one event (long polls, a batch that is collected) look the same. The event loop was free, and other code ran, while these waited.',
      advice: adviceFor(library, occupier?.blame.subject ?? null),
      caveats: frame ? [] : ['The line where the requests wait is unknown.'],
      asSymptom: `requests to ${names} are held up for up to ${longest}`,
      effect: 'waiting',
      explains: ['waiting', 'heap', 'native', 'gc'],
    },
  ];
}

function adviceFor(library: Frame | null, occupier: Frame | null): string[] {
  const shared = library ? `what they share in ${packageOf(library)}` : 'what they share';
  return [
    occupier
      ? `See what ${place(occupier)} asks for: a call that waits on purpose (a blocking command, a long poll, a lock, a long transaction) holds up everything behind it. Give it a connection or client of its own.`
      : `Find what occupies ${shared} meanwhile (one connection, a lock, a worker): a call that waits on purpose (a blocking command, a long transaction) holds up everything behind it and needs a connection or client of its own.`,
    'Or use several of what they share (a pool), and give each wait a timeout.',
  ];
}

function namesOf({ routes }: HeldRequests): string {
  const names = routes.slice(0, HELD.named).map(({ label }) => label);
  const others = routes.length - names.length;
  return names.join(' and ') + (others > 0 ? ` and ${others} more` : '');
}

/** Promises that live about as long as the requests are held up, and come no more often: made under most functions of the application. */
function waiterOf({ routes }: HeldRequests, facts: Facts): SurvivingSite | null {
  return promisesOfWait(
    {
      meanMillis: routes[0]!.meanMillis,
      least: routes[0]!.madePerSecond,
      most: routes.reduce((sum, { madePerSecond }) => sum + madePerSecond, 0),
    },
    facts,
  );
}

/** Promises that live about as long as requests wait, at a pace between the two: made under most functions of the application. */
export function promisesOfWait(
  { meanMillis, least, most }: { meanMillis: number; least: number; most: number },
  facts: Facts,
): SurvivingSite | null {
  const near = promises(facts).filter(
    (other) =>
      other.madePerSecond <= most * HELD.samePace &&
      other.madePerSecond >= least / HELD.samePace &&
      meanLifeMillis(other.site.reads) >= meanMillis * HELD.leastLife,
  );
  const isLibrarys = ({ blame }: SurvivingSite) => Number(blame.library !== null);
  return (
    near.sort(
      (a, b) =>
        appFrames(b).length - appFrames(a).length ||
        isLibrarys(b) - isLibrarys(a) ||
        b.madePerSecond - a.madePerSecond,
    )[0] ?? null
  );
}

/** Calls of the same package by code that answers no request: rare, and each as long as the wait. */
function occupierOf(waiter: SurvivingSite, { routes }: HeldRequests, facts: Facts): SurvivingSite | null {
  const { library } = waiter.blame;
  const all = promises(facts);
  // What goes on after an await has lost the request below it: told by the functions that were seen above one.
  const answering = [waiter, ...all.filter(({ site }) => isAnswering(site.frames))].flatMap(appFrames);
  const found = all.filter(
    (other) =>
      library !== null &&
      other.blame.library?.package === library.package &&
      other.madePerSecond <= routes[0]!.madePerSecond / HELD.samePace &&
      meanLifeMillis(other.site.reads) >= routes[0]!.meanMillis * HELD.leastLife &&
      !appFrames(other).some((frame) => answering.some((known) => isSameFunction(frame, known))),
  );
  return found.sort((a, b) => b.madePerSecond - a.madePerSecond)[0] ?? null;
}

function appFrames({ site }: SurvivingSite): Frame[] {
  return site.frames.filter(({ owner }) => owner === 'app');
}

/** Made while a request came in: it waits like the others. */
function isAnswering(frames: readonly Frame[]): boolean {
  return frames.some(({ owner, file }) => owner === 'node' && /_http_(server|common)/.test(file ?? ''));
}

function promises(facts: Facts): SurvivingSite[] {
  return survivingSites(facts.observations.asyncObservations, ['PROMISE'], 'all')
    .filter(({ site, blame }) => site.thread === 0 && blame.app)
    .map((site) => ({ ...site, blame: throughLibrary(site.blame, facts) }));
}

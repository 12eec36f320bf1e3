// Pools and agents that are exhausted: all connections are checked out, and more and more callers wait.
import { blame } from '../../../analysis/cpu/blame/blame.ts';
import type { Facts } from '../../../analysis/facts.ts';
import { survivingSites } from '../../../analysis/growth/resource-growth.ts';
import { OUTBOUND } from '../../../analysis/waiting/lasting-requests.ts';
import { type FeltWait, feltWait } from '../../../analysis/waiting/late/felt-waits.ts';
import type { ShortPool } from '../../../analysis/waiting/short-pools.ts';
import type { StuckLine } from '../../../analysis/waiting/stuck-lines.ts';
import type { Evidence } from '../../../model/finding.ts';
import { formatCount, formatDuration, formatNumber, formatShare } from '../../../units/units.ts';
import { type CreationSite, fromSurvivors, survivors } from '../../creation-site.ts';
import type { Draft, Rule } from '../../rule.ts';
import { POOL_EXHAUSTION } from '../../thresholds/waiting.ts';
import { describeDraining, isDraining } from '../../waiting/draining-pool.ts';
import { type PoolTaker, takerOf } from '../../waiting/pool-takers.ts';
import { silentCalls, silentCallsAdvice, silentCallsEvidence } from '../../waiting/silent-calls.ts';
import { describeStuckLine, lineOfRequests } from '../../waiting/stuck-line.ts';
import { promiseOfOutage, waitingPromise } from '../../waiting/waiting-promise.ts';
import {
  inBrackets,
  movement,
  packageOf,
  perSecond,
  place,
  placeWithLibrary,
  subjectOf,
} from '../../wording.ts';
import { plainPoolName, poolName } from '../../words/pool-words.ts';

export const poolExhaustion: Rule = {
  kind: 'pool-exhaustion',
  judge(facts) {
    if (facts.observations.asyncObservations.length === 0)
      return { notApplicable: 'pools and agents were not looked for' };
    const dry = facts.shortPools.filter((pool) => isDry(pool) || waitOf(pool, facts) !== null);
    if (dry.length > 0) return dry.slice(0, POOL_EXHAUSTION.most).map((pool) => describe(pool, facts));
    const line = lineOfRequests(facts);
    if (line) return [describeStuckLine(line, siteOfLine(line, facts), facts)];
    return facts.drainingPools
      .filter((pool) => isDraining(pool, facts))
      .slice(0, POOL_EXHAUSTION.most)
      .map((pool) => describeDraining(pool, facts));
  },
};

/** Who came to wait, where a function of the program was seen coming; else where the requests wait that nobody answers. */
function siteOfLine(line: StuckLine, facts: Facts): CreationSite | null {
  const waiter = takerOf(line, facts);
  if (waiter?.blame.app) return waiter;
  const { outage } = facts;
  const promise = outage ? promiseOfOutage(outage, line.pool.thread, facts) : null;
  return (promise ? fromSurvivors(promise) : null) ?? waiter ?? promiseSite(line, facts);
}

/** Whether nobody knows if connections come back, callers always wait all the same, and requests take seconds meanwhile. */
function waitOf(short: ShortPool, { observations }: Facts): FeltWait | null {
  const isAlwaysShort =
    isFull(short) &&
    short.dryMillis === null &&
    short.silentShare === null &&
    short.waitingShare >= POOL_EXHAUSTION.almostAlways &&
    short.medianWaiting >= POOL_EXHAUSTION.leastStuck;
  return isAlwaysShort ? feltWait(observations.asyncObservations, short.pool.thread) : null;
}

function isFull({ pool, limit }: ShortPool): boolean {
  const busy = pool.readings.at(-1)?.busy;
  return busy === undefined || busy >= limit;
}

function isDry(short: ShortPool): boolean {
  const { waiting, medianWaiting, waitingShare, silentShare, dryMillis } = short;
  if (!isFull(short)) return false;
  // In a shorter time, a queue that grows may be that of a burst.
  const isGrowing =
    dryMillis === null &&
    waiting.verdict === 'growing' &&
    waiting.last - waiting.first >= POOL_EXHAUSTION.leastRise;
  // Those who give up after a while keep the queue at one length: nothing moves in the pool all the same.
  const isStuck =
    waitingShare >= POOL_EXHAUSTION.almostAlways &&
    medianWaiting >= POOL_EXHAUSTION.leastStuck &&
    (short.hanging !== null || (silentShare ?? 0) >= POOL_EXHAUSTION.almostAlways);
  return isGrowing || isStuck;
}

function describe(short: ShortPool, facts: Facts): Draft {
  const { pool, limit, waiting } = short;
  const taker = takerOf(short, facts);
  const site = holderSite(short, facts) ?? taker ?? promiseSite(short, facts) ?? handlerSite(short);
  const name = poolName(pool);
  // Of an Agent, its own sockets tell.
  const calls = pool.endpoint === undefined ? silentCalls(facts, pool.thread) : [];
  const rate = perSecond(Math.max(0, waiting.slopePerSecond));
  const more = waiting.verdict === 'growing' ? `, ${rate} more` : '';
  const what = pool.endpoint === undefined ? 'checked out' : 'sockets in use';
  const isLeaked = isNeverGivenBack(short);
  const { neverGivenBack, placed, unplaced } = POOL_EXHAUSTION.confidence;
  const felt = isDry(short) ? null : waitOf(short, facts);
  return {
    kind: 'pool-exhaustion',
    severity: felt ? 'warning' : 'critical',
    confidence: site ? (isLeaked ? neverGivenBack : placed) : unplaced,
    urgency: POOL_EXHAUSTION.urgency,
    title: `${name} is exhausted: ${limit} of ${limit} ${what}${isLeaked ? ' and never returned' : ''}, ${formatNumber(waiting.last)} wait${more}${inBrackets(site?.blame)}`,
    subject: subjectOf('pool', pool.endpoint ?? plainPoolName(pool), site?.frame ?? null, pool.thread),
    impact: {
      metric: 'waiting',
      ...(waiting.verdict === 'growing'
        ? { value: waiting.slopePerSecond, unit: 'per second' }
        : { value: waiting.last, unit: 'count' }),
      limit: `the pool has ${limit}`,
    },
    evidence: [
      queueEvidence(short),
      ...lentEvidence(short),
      ...hangingEvidence(short),
      ...feltEvidence(felt),
      ...silentCallsEvidence(calls),
      ...(site ? [site.evidence] : []),
    ],
    innocentExplanation: 'After a load peak the queue drains. This queue did not shrink during the capture.',
    advice: [...silentCallsAdvice(calls), ...adviceFor(short, taker)],
    caveats:
      site && isLeaked && pool.endpoint === undefined && taker?.isOwner !== false
        ? [
            'This line takes connections from the pool. Which code took those that were in use before culprit attached is unknown.',
          ]
        : [],
    asSymptom: `${formatNumber(waiting.last)} wait for ${name}${more}`,
    effect: 'waiting',
    explains: ['waiting', 'heap', 'external', 'native', 'sockets', 'fds', 'timers', 'gc'],
  };
}

function feltEvidence(felt: FeltWait | null): Evidence[] {
  if (!felt) return [];
  const statement = `meanwhile requests to ${felt.label} take up to ${formatDuration(felt.longestMillis)}`;
  return [{ source: 'requests', statement, value: Math.round(felt.longestMillis), unit: 'ms' }];
}

function hangingEvidence({ hanging }: ShortPool): Evidence[] {
  if (!hanging) return [];
  const { lasting, label, oldestMillis } = hanging;
  const statement = `${formatNumber(lasting)} requests to ${label} had no answer at the end of the capture, the oldest for ${formatDuration(oldestMillis)} or longer, and none of those that were open was answered in the last 8 s`;
  return [{ source: 'requests', statement, value: lasting, unit: 'count' }];
}

/** Where nobody was seen to come to the pool: the code that answers the requests which hang meanwhile. */
function handlerSite({ hanging }: ShortPool): CreationSite | null {
  if (!hanging?.handler) return null;
  const { handler, label } = hanging;
  const by = blame([handler], 'of calls');
  if (!by.subject) return null;
  const statement = `requests to ${label} are answered by ${place(handler)}; who waits for the pool was not seen`;
  return { blame: by, frame: by.subject, evidence: { source: 'requests', statement } };
}

const NOT_READ = /: response not read$/;

/** What is checked out is idle: bodies that are not read, connections that are not used. */
function isNeverGivenBack({ lent, silentShare }: ShortPool): boolean {
  if (!lent) return false;
  const all = lent.labels.reduce((sum, [, count]) => sum + count, 0);
  if (all > 0) return unread(lent.labels) / all >= POOL_EXHAUSTION.mostly;
  return (silentShare ?? 0) >= POOL_EXHAUSTION.mostly;
}

function unread(labels: readonly [string, number][]): number {
  return labels.filter(([label]) => NOT_READ.test(label)).reduce((sum, [, count]) => sum + count, 0);
}

function queueEvidence({ waiting, medianWaiting, waitingShare, dryMillis, limit }: ShortPool): Evidence {
  const samples = dryMillis === null ? 'the samples' : `the samples of the last ${formatDuration(dryMillis)}`;
  const often = `in ${formatShare(waitingShare)} of ${samples} callers waited; the pool has ${formatCount(limit, 'place')}`;
  return {
    source: 'pools',
    ...(waiting.verdict === 'growing'
      ? {
          statement: `the number of waiters ${movement(waiting, formatNumber)}; ${often}`,
          value: waiting.slopePerSecond,
          unit: 'per second',
        }
      : {
          statement: `the median number of waiters was ${formatNumber(medianWaiting)}; ${often}`,
          value: medianWaiting,
          unit: 'count',
        }),
  };
}

function lentEvidence({ lent }: ShortPool): Evidence[] {
  if (!lent) return [];
  const labels = lent.labels
    .toSorted((a, b) => b[1] - a[1])
    .slice(0, 3)
    .map(([label, count]) => `${count} x ${label}`);
  const evidence: Evidence[] = [];
  if (labels.length > 0) evidence.push({ source: 'pools', statement: `in use: ${labels.join('; ')}` });
  if (lent.looked > 0)
    evidence.push({
      source: 'pools',
      statement: `${lent.silent} of ${lent.looked} connections in use have been idle for 4 s or more, the longest for ${formatDuration(lent.longestSilentMillis)}`,
    });
  return evidence;
}

/** An Agent's sockets say which request holds them: the code that makes such requests. */
function holderSite({ lent }: ShortPool, facts: Facts): CreationSite | null {
  const held = lent?.labels.toSorted((a, b) => b[1] - a[1])[0]?.[0].replace(/: [a-z ]+$/, '');
  if (!held) return null;
  const [method = '', path = ''] = held.split(' ');
  const makers = survivingSites(facts.observations.asyncObservations, [OUTBOUND], 'all')
    .filter(({ site, blame: by }) => {
      const label = site.label ?? '';
      return by.subject && label.startsWith(`${method} `) && label.endsWith(path);
    })
    .sort((a, b) => b.madePerSecond - a.madePerSecond);
  const [maker] = makers;
  if (!maker) return null;
  const { blame, madePerSecond } = maker;
  return {
    blame,
    frame: blame.subject!,
    madePerSecond,
    evidence: {
      source: 'requests',
      statement: `${placeWithLibrary(blame)} sends ${formatNumber(madePerSecond)} requests a second to ${held}`,
    },
  };
}

function promiseSite(
  { pool, waiting }: Pick<ShortPool, 'pool' | 'waiting'>,
  facts: Facts,
): CreationSite | null {
  const paced = waiting.slopePerSecond > 0 && waitingPromise(facts, waiting.slopePerSecond, pool.thread);
  if (paced) return fromSurvivors(paced);
  const site = survivors(facts, ['PROMISE']).find(
    ({ trend, survival }) =>
      trend.verdict === 'growing' &&
      (survival ?? 0) >= POOL_EXHAUSTION.mostly &&
      trend.slopePerSecond >= waiting.slopePerSecond / POOL_EXHAUSTION.promisePace,
  );
  return site ? fromSurvivors(site) : null;
}

function adviceFor(short: ShortPool, taker: PoolTaker | null): string[] {
  if (short.pool.endpoint !== undefined)
    return isNeverGivenBack(short)
      ? [
          'Read every response to its end or destroy it (response.resume(), body.cancel()), even of responses that are not needed: only then does the socket return to the pool.',
        ]
      : [
          'Give requests a timeout or an AbortSignal, so that one without an answer frees its socket. Raise maxSockets only when the other side can take more.',
        ];
  const giveBack =
    'Release what was taken on every path, including errors and early returns: do it in a `finally`. A response is released by reading or destroying its body.';
  const shorten =
    'Do less while a connection is held, and give the wait a limit (an acquire timeout). Raise the maximum only when the other side can take more.';
  const library = taker?.blame.library;
  if (isNeverGivenBack(short)) return library && !taker.isOwner ? [endWork(packageOf(library))] : [giveBack];
  // Where no connection could be looked at, nobody knows whether they are used.
  return short.silentShare === null ? [giveBack, shorten] : [shorten];
}

/** The caller holds nothing itself: what it asked for does not end. */
function endWork(library: string): string {
  return `${library} returns each one when the requested work ends: find work that never ends there (a stream that is passed in and never ended or destroyed, a callback that is not called, a reply that does not come), and give it a timeout.`;
}

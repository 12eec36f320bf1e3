// A pool or lock recognised by its behaviour: its queue does not move while requests get no answer, and what is checked out
// does not change.
import type { Facts } from '../../analysis/facts.ts';
import type { StuckLine } from '../../analysis/waiting/stuck-lines.ts';
import { formatDuration, formatNumber } from '../../units/units.ts';
import type { CreationSite } from '../creation-site.ts';
import type { Draft } from '../rule.ts';
import { POOL_EXHAUSTION, STUCK_LINE } from '../thresholds/waiting.ts';
import { inBrackets, packageOf, perSecond, subjectOf } from '../wording.ts';
import { isName } from '../words/pool-words.ts';
import { isOutage } from './outage.ts';
import {
  childrenAdvice,
  childrenEvidence,
  lastingChildren,
  silentCalls,
  silentCallsAdvice,
  silentCallsEvidence,
} from './silent-calls.ts';

/** The line that explains why requests hang; null where none does, or none hang. */
export function lineOfRequests(facts: Facts): StuckLine | null {
  const paces = [
    // Of one silent route, too: those who wait for a long poll leave when their client does, and this line only grows.
    ...(facts.outage ? [facts.outage.silentPerSecond] : []),
    ...facts.requests.inbound.map(({ trend }) => trend.slopePerSecond),
  ];
  const distance = ({ waiting }: StuckLine) =>
    Math.min(...paces.map((pace) => Math.abs(Math.log(waiting.slopePerSecond / Math.max(1e-6, pace)))));
  const near = facts.stuckLines
    .filter(
      (line) =>
        line.isGrowing &&
        line.waiting.last >= STUCK_LINE.leastWaiting &&
        distance(line) <= Math.log(STUCK_LINE.samePace),
    )
    .sort((a, b) => weightOf(b) - weightOf(a) || distance(a) - distance(b));
  if (near[0] || !isOutage(facts.outage)) return near[0] ?? null;
  // Of lines that do not grow at the pace of requests, only one of a pool says enough.
  const held = facts.stuckLines.filter(
    (line) =>
      line.waiting.last >= STUCK_LINE.leastWaiting && isLent(line.steady) && line.pool.className !== '',
  );
  return held[0] ?? null;
}

/**
 * A line with something lent out beside it is a pool's; one in an object of a class has a better name than a variable; of
 * several fields through which the same ones are seen, the one that is called a queue is.
 */
function weightOf({ steady, pool, name }: StuckLine): number {
  return (isLent(steady) ? 4 : 0) + (pool.className === '' ? 0 : 2) + (/queue|wait|pend/i.test(name) ? 1 : 0);
}

const isLent = (steady: StuckLine['steady']) => steady.some(([, count]) => count > 0);

export function describeStuckLine(line: StuckLine, site: CreationSite | null, facts: Facts): Draft {
  const { pool, waiting, headMillis, steady } = line;
  const name = nameOf(line, site);
  const calls = silentCalls(facts, pool.thread);
  const children = lastingChildren(
    facts,
    steady.map(([, count]) => count),
  );
  const more = line.isGrowing ? `, ${perSecond(waiting.slopePerSecond)} more` : '';
  const isSubscribed = SUBSCRIBERS.test(line.name);
  const { confidence } = STUCK_LINE;
  // What Node keeps beside the streams of a session is nobody's pool.
  const beside = pool.className === HTTP2_SESSION ? [] : steady;
  const lent = beside.filter(([, count]) => count > 0);
  const held = (lent.length > 0 ? lent : beside)
    .slice(0, STUCK_LINE.fields)
    .map(([field, count]) => `\`${field}\` is ${formatNumber(count)}`)
    .join(', ');
  return {
    kind: 'pool-exhaustion',
    severity: 'critical',
    confidence: !site ? confidence.unplaced : isLent(steady) ? confidence.lent : confidence.placed,
    urgency: POOL_EXHAUSTION.urgency,
    title: isSubscribed
      ? `Subscribers of ${name} wait and none of them ends: ${formatNumber(waiting.last)}${more}, the first for at least ${formatDuration(headMillis)}${inBrackets(site?.blame)}`
      : `Nothing in the queue of ${name} is served: ${formatNumber(waiting.last)} wait${more}, the first for at least ${formatDuration(headMillis)}${inBrackets(site?.blame)}`,
    subject: subjectOf(
      'pool',
      (isShortened(pool.className) ? '' : pool.className) || line.name,
      site?.frame ?? null,
      pool.thread,
    ),
    impact: line.isGrowing
      ? { metric: 'waiting', value: waiting.slopePerSecond, unit: 'per second' }
      : { metric: 'waiting', value: waiting.last, unit: 'count' },
    evidence: [
      {
        source: 'pools',
        statement: `\`${line.name}\` went from ${formatNumber(waiting.first)} to ${formatNumber(waiting.last)} waiters, and its first waiter stayed the same for ${formatDuration(headMillis)}`,
        ...(line.isGrowing && { value: waiting.slopePerSecond, unit: 'per second' }),
      },
      ...(held ? [{ source: 'pools', statement: `in every sample ${held}` }] : []),
      ...silentCallsEvidence(calls),
      ...childrenEvidence(children),
      ...(site ? [site.evidence] : []),
    ],
    innocentExplanation:
      'A queue that is only long still moves: its first entry changes. Here the first entry stayed the same while requests got no answer.',
    advice: [
      ...silentCallsAdvice(calls),
      ...childrenAdvice(children),
      ...(pool.className === HTTP2_SESSION ? [HTTP2_ADVICE] : []),
      ...(isSubscribed ? SUBSCRIBED_ADVICE : QUEUE_ADVICE),
    ],
    caveats: isSubscribed
      ? []
      : [
          'This line waits in the queue. The code that took the resource and did not release it ran earlier and was not observed.',
        ],
    asSymptom: `${formatNumber(waiting.last)} wait in the queue of ${name}`,
    effect: 'waiting',
    explains: ['waiting', 'heap', 'external', 'native', 'sockets', 'fds', 'timers', 'gc'],
  };
}

const QUEUE_ADVICE = [
  'Release what was taken (a connection, a lock, a permit) on every path, including errors and early returns: do it in a `finally`. A job of a limiter or queue keeps its place until its promise settles or its callback is called: look for a path on which neither happens, and give each job a timeout. Do not take a second one while holding the first, such as a query outside of the transaction that it belongs to.',
  'Give the wait in this queue a timeout, so that later requests get an error instead of hanging.',
];

/** The list of a subject or an emitter: nothing is taken there. */
const SUBSCRIBERS = /observers|subscribers|subscriptions/i;
const SUBSCRIBED_ADVICE = [
  'These requests wait for a value, or for the completion, that never comes. Answer at once where it cannot come (such as an unknown key), and give the wait a timeout (`timeout()` in RxJS).',
  'End the subscription with the request (`take(1)`, `takeUntil()`, `unsubscribe()`): otherwise it stays after its client has gone.',
];

const HTTP2_SESSION = 'ClientHttp2Session';
/** See "SETTINGS_MAX_CONCURRENT_STREAMS" in RFC 9113, and `http2stream.close()` in the documentation of Node.js. */
const HTTP2_ADVICE =
  'An HTTP/2 server limits concurrent streams (often to 100), and the session queues further requests. A stream whose response is neither read to its end nor closed keeps its slot: call `stream.close()` or `stream.resume()` on every path, also where the response is not needed.';

/** "Semaphore `clerks`", "`queue` of pLimit". */
function nameOf({ pool, name }: StuckLine, site: CreationSite | null): string {
  const { className, holder } = pool;
  const library = site?.blame.library;
  if (isShortened(className)) return library ? packageOf(library) : `\`${name}\``;
  if (className === '') return holder && holder.of !== '' ? `\`${name}\` of ${holder.of}` : `\`${name}\``;
  const isNamed = holder && isName(holder.name) && holder.kind !== 'handle' && holder.name !== name;
  return isNamed ? `${className} \`${holder.name}\`` : className;
}

/** A minifier leaves a letter or two of a class; what holds it has as little of its name. */
function isShortened(className: string): boolean {
  return className !== '' && className.length <= 2;
}

// libuv's thread pool has no free thread: files, name lookups, crypto and compression wait in its queue, while the event
// loop is free and metrics look normal.
import type { ThreadPoolPressure, ThreadPoolUser } from '../../../analysis/waiting/thread-pool.ts';
import type { Addon } from '../../../model/samples.ts';
import { formatDuration, formatNumber, formatShare } from '../../../units/units.ts';
import type { Draft, Rule } from '../../rule.ts';
import { confidenceAt, onScale } from '../../thresholds/scale.ts';
import { THREAD_POOL } from '../../thresholds/waiting.ts';
import { describeStuckPool } from '../../waiting/stuck-thread-pool.ts';
import { perSecond, placeWithLibrary, subjectOf } from '../../wording.ts';
import { isAddonWork, threadPoolWork } from '../../words/thread-pool-words.ts';

export const threadpoolSaturation: Rule = {
  kind: 'threadpool-saturation',
  judge({ threadPool, stuckThreadPool, addons }) {
    if (stuckThreadPool) return [describeStuckPool(stuckThreadPool)];
    if (!threadPool) return { notApplicable: 'too few operations were sent through the thread pool' };
    const { medianWaitMillis, longShare, users, threads = 0, inside = 0 } = threadPool;
    if (medianWaitMillis < THREAD_POOL.leastWaitMillis || longShare < THREAD_POOL.leastLongShare) return [];
    // A machine that has no time for us makes everything wait: a full pool has as many inside as there are threads.
    if (inside < threads * THREAD_POOL.leastInside || users.length === 0) return [];
    const [first] = users;
    // Where a thread is free after a part of what one step of an operation takes, the pool is busy, and no more than that.
    const takes = first ? first.stepMillis - medianWaitMillis : 0;
    if (medianWaitMillis < takes * THREAD_POOL.leastWaitShare) return [];
    // Lookups that hold the threads are slow themselves: that is the finding.
    if (first && first.type === 'GETADDRINFOREQWRAP' && first.share >= THREAD_POOL.mostOfIt) return [];
    return [describe(threadPool, users.find(({ blame }) => blame.subject) ?? null, addons)];
  },
};

function describe(
  pressure: ThreadPoolPressure,
  user: ThreadPoolUser | null,
  addons: readonly Addon[] | null,
): Draft {
  const { medianWaitMillis, longestWaitMillis, longShare, threads } = pressure;
  const wait = formatDuration(medianWaitMillis);
  const of = threads === undefined ? 'a thread' : `one of its ${threads} threads`;
  const what = user ? threadPoolWork(user.type, addons) : null;
  const frame = user?.blame.subject ?? null;
  return {
    kind: 'threadpool-saturation',
    severity: medianWaitMillis >= THREAD_POOL.criticalWaitMillis ? 'critical' : 'warning',
    confidence: confidenceAt(THREAD_POOL.confidence, user),
    urgency: onScale(THREAD_POOL.urgency, medianWaitMillis),
    title: `The thread pool is saturated: a trivial file operation waits ${wait} for ${of}${user ? `; they are busy with ${what} (${placeWithLibrary(user.blame)})` : ''}`,
    subject: subjectOf('pool', 'libuv thread pool', frame),
    impact: {
      metric: 'thread-pool',
      value: medianWaitMillis,
      unit: 'ms',
      limit: threads === undefined ? undefined : `${threads} threads (UV_THREADPOOL_SIZE)`,
    },
    evidence: [
      {
        source: 'thread-pool',
        statement: `a trivial operation sent through the pool twice a second waited ${wait} at the median, ${formatDuration(longestWaitMillis)} at most, and long in ${formatShare(longShare)} of the seconds, after the delay of the event loop is subtracted`,
        value: medianWaitMillis,
        unit: 'ms',
      },
      ...pressure.users
        .filter(({ share }) => share >= THREAD_POOL.leastUserShare)
        .slice(0, 3)
        .map((each) => ({
          source: 'thread-pool',
          statement: `${threadPoolWork(each.type, addons)} in ${placeWithLibrary(each.blame)}: ${formatShare(each.share)} of the threads' time, ${perSecond(each.perSecond)}, ${formatDuration(each.meanMillis)} each with the wait`,
        })),
      ...addonEvidence(user, addons),
    ],
    innocentExplanation:
      'After a short burst the pool is free again. This pool had no free thread during most of the capture.',
    advice: [
      ...(user?.type === 'ZLIB' ? [COMPRESSION_ADVICE] : []),
      `Do less of this work at once (a queue with a limit, cheaper parameters, a cache of results)${user ? '' : '; find what uses crypto, zlib, fs or dns.lookup most'}.`,
      `Or set UV_THREADPOOL_SIZE before the start (${formatNumber(threads ?? 4)} now, 1,024 at most). More threads help work that waits, such as files and lookups; for work that computes, do not exceed the number of cores.`,
    ],
    caveats: user ? [] : ['The code that uses the pool is unknown.'],
    asSymptom: `operations wait ${wait} for a thread of the pool`,
    effect: 'thread-pool',
    explains: ['lookups', 'waiting', 'heap', 'external', 'native', 'gc'],
  };
}

const COMPRESSION_ADVICE =
  'Compress at a lower level: Brotli uses its highest quality (11), which is meant for files that are compressed once, unless `zlib.constants.BROTLI_PARAM_QUALITY` is set (4 suits answers); or use gzip, compress only large answers, and keep those that repeat.';

/** An addon shows no frames: which ones there are is all that can be said beside its caller. */
function addonEvidence(user: ThreadPoolUser | null, addons: readonly Addon[] | null): Draft['evidence'] {
  if (!user || !isAddonWork(user.type) || !addons || addons.length === 0) return [];
  const names = [...new Set(addons.map(({ path, package: name }) => name ?? path))];
  return [{ source: 'maps', statement: `native addons loaded: ${names.join(', ')}` }];
}

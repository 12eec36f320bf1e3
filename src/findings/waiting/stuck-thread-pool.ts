// A thread pool from which nothing comes back: what holds its threads, and what waits behind it.
import type { StuckThreadPool } from '../../analysis/waiting/stuck-thread-pool.ts';
import { formatDuration, formatNumber } from '../../units/units.ts';
import { fromSurvivors } from '../creation-site.ts';
import type { Draft } from '../rule.ts';
import { confidenceAt } from '../thresholds/scale.ts';
import { THREAD_POOL } from '../thresholds/waiting.ts';
import { inBrackets, placeWithLibrary, subjectOf } from '../wording.ts';
import { threadPoolWork } from '../words/thread-pool-words.ts';

export function describeStuckPool({ millis, threads, holder, waiting }: StuckThreadPool): Draft {
  const site = holder && fromSurvivors(holder);
  const long = formatDuration(millis);
  const which = threads === undefined ? 'its threads are all' : `all ${formatNumber(threads)} threads are`;
  return {
    kind: 'threadpool-saturation',
    severity: 'critical',
    confidence: confidenceAt(THREAD_POOL.confidence, site),
    urgency: THREAD_POOL.urgency.most,
    title: `Nothing has come back from the thread pool for ${long}: ${which} held by operations that have not ended${inBrackets(site?.blame)}`,
    subject: subjectOf('pool', 'libuv thread pool', site?.frame ?? null),
    impact: {
      metric: 'thread-pool',
      value: Math.round(millis),
      unit: 'ms',
      limit: threads === undefined ? undefined : `${threads} threads (UV_THREADPOOL_SIZE)`,
    },
    evidence: [
      {
        source: 'thread-pool',
        statement: `a trivial file operation that culprit sent through the pool ${long} before the end of the capture had not come back, although the event loop was free`,
        value: Math.round(millis),
        unit: 'ms',
      },
      ...(holder && site
        ? [
            {
              source: 'async-resources',
              statement: `${threadPoolWork(holder.site.type, null)} started in ${placeWithLibrary(site.blame)} were sent before that and have not ended, the oldest for ${formatDuration(holder.site.reads.at(-1)?.oldestMillis ?? 0)}`,
            },
          ]
        : []),
      ...waiting.slice(0, THREAD_POOL.namedWaiting).map(({ site: { type }, blame, alive }) => ({
        source: 'async-resources',
        statement: `about ${formatNumber(Math.round(alive))} ${threadPoolWork(type, null)} of ${placeWithLibrary(blame)} wait for a thread`,
      })),
    ],
    innocentExplanation:
      'Operations that compute for long (key derivation at a high cost, compression of very large inputs) hold a thread just as long, but end eventually.',
    advice: [
      'Find the operation that does not end. Opening or reading a named pipe, a device, or a file of a network file system that hangs holds a thread until the other side acts; so do file locks, and native addons that block. A timeout or an AbortSignal in the program does not free the thread.',
      'Do not open such files through `fs`: check what a path is first (`stat`, `isFile()`), and read pipes through `net`. More threads (UV_THREADPOOL_SIZE) only postpone the problem.',
    ],
    caveats: site
      ? []
      : ['It is not known which operations hold the threads: they were sent before they could be observed.'],
    asSymptom: `nothing has come back from the thread pool for ${long}`,
    effect: 'thread-pool',
    explains: ['lookups', 'waiting', 'heap', 'external', 'native', 'sockets', 'fds', 'timers', 'gc'],
  };
}

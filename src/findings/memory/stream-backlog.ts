// Memory that rises because streams are written to without waiting: what they cannot pass on yet piles up in them.
import type { Facts } from '../../analysis/facts.ts';
import type { StreamBacklog } from '../../analysis/growth/stream-backlogs.ts';
import { formatBytes, formatNumber } from '../../units/units.ts';
import { throughLibrary } from '../creation-site.ts';
import type { Draft } from '../rule.ts';
import { STREAM_BACKLOG } from '../thresholds/memory.ts';
import { confidenceAt } from '../thresholds/scale.ts';
import {
  chainOf,
  leakSeverity,
  leakUrgency,
  movement,
  placeWithLibrary,
  secondsUntil,
  subjectOf,
} from '../wording.ts';

/** None where this memory does not rise: what is written comes to an end then. What rises in the heap is told as that alone. */
export function describeBacklogs(facts: Facts, metric: Rising['metric']): Draft[] {
  const rising = risingMemory(facts);
  if (rising?.metric !== metric) return [];
  const placed = facts.streamBacklogs.map((each) => ({ ...each, blame: throughLibrary(each.blame, facts) }));
  return ofPlaces(placed)
    .slice(0, STREAM_BACKLOG.most)
    .map((backlog) => describe(backlog, rising));
}

/** Stacks that differ only further out, or further in, are one place. */
function ofPlaces(backlogs: readonly StreamBacklog[]): StreamBacklog[] {
  const byPlace = new Map<string, StreamBacklog>();
  for (const each of backlogs) {
    const { file, line } = each.blame.subject ?? {};
    const key = `${each.className} ${file}:${line}`;
    const known = byPlace.get(key);
    byPlace.set(key, known ? { ...known, full: known.full + each.full } : each);
  }
  return [...byPlace.values()].sort((a, b) => b.full - a.full);
}

interface Rising {
  what: string;
  metric: 'heap' | 'external';
  bytesPerSecond: number;
  movement: string;
  exhaustionSeconds: number | undefined;
}

function risingMemory({ heap, memory, observations }: Facts): Rising | null {
  const floor = heap.find(({ thread }) => thread === 0)?.floor;
  const isMuch = (trend: { first: number; last: number; slopePerSecond: number; points: number }) =>
    trend.points >= STREAM_BACKLOG.leastReads &&
    trend.slopePerSecond > 0 &&
    trend.last - trend.first >= STREAM_BACKLOG.leastBytes;
  if (floor && isMuch(floor))
    return {
      what: 'heap after garbage collections',
      metric: 'heap',
      bytesPerSecond: floor.slopePerSecond,
      movement: movement(floor, formatBytes),
      exhaustionSeconds: secondsUntil(observations.limits.heapLimitBytes, floor),
    };
  const { external } = memory;
  return isMuch(external)
    ? {
        what: 'memory outside of the heap',
        metric: 'external',
        bytesPerSecond: external.slopePerSecond,
        movement: movement(external, formatBytes),
        exhaustionSeconds: undefined,
      }
    : null;
}

function describe(backlog: StreamBacklog, rising: Rising): Draft {
  const { className, full, blame, site } = backlog;
  const frame = blame.subject;
  const where = frame && placeWithLibrary(blame);
  const left = rising.exhaustionSeconds;
  return {
    kind: rising.metric === 'heap' ? 'heap-leak' : 'external-memory-leak',
    severity: leakSeverity(left),
    confidence: confidenceAt(STREAM_BACKLOG.confidence, frame),
    urgency: Math.max(STREAM_BACKLOG.urgency.least, leakUrgency(left)),
    title: `Streams (\`${className}\`) accumulate what is written to them, because the code that writes does not wait for \`drain\`${where ? ` (${where})` : ''}`,
    subject: subjectOf('memory', className, frame, site.thread),
    impact: {
      metric: rising.metric,
      value: rising.bytesPerSecond,
      unit: 'bytes/s',
      ...(left !== undefined && { exhaustionSeconds: left }),
    },
    evidence: [
      {
        source: 'async-resources',
        statement: `1,000 writes or more wait in about ${formatNumber(Math.ceil(full))} of these streams that are older than 5 s${where ? `; they are written to in ${where}` : ''}`,
        value: full,
        unit: 'count',
      },
      {
        source: 'gc',
        statement: `the ${rising.what} ${rising.movement}`,
        value: rising.bytesPerSecond,
        unit: 'bytes/s',
      },
    ],
    ...chainOf(blame),
    innocentExplanation:
      'This is harmless if the program knows how much it writes and has the memory for it. But each client that reads slowly needs that memory again.',
    advice: [
      'Wait until a stream can take more: where `write()` returns false, wait for its event `drain`, or let `pipeline()` and async iterators do so (`pipeline(Readable.from(rows), format, response)`).',
      'Bound how long a slow client may take, and how many such answers are under way at once.',
    ],
    caveats: frame ? [] : ['The line that writes is unknown.'],
    asSymptom: `streams (${className}) accumulate what is written to them`,
    effect: rising.metric,
    explains: ['heap', 'external', 'native', 'gc'],
  };
}

// The capture over time: memory, the event loop, CPU, requests, handles, and when the main thread was held and by what.
import type { Observations } from '../../model/observations.ts';
import { PICTURE_BOUNDS, type Series, type SeriesName, type Timeline } from '../../model/report/pictures.ts';
import type { RuntimeSample } from '../../model/samples.ts';
import type { BlockGroup } from '../cpu/blocks.ts';
import type { Facts } from '../facts.ts';
import { busyLoop, startMillis } from './busy-loop.ts';
import { type Keep, type Point, rounded, thin } from './points.ts';

/** Undefined where nothing was counted over time: a profile by itself. */
export function drawTimeline({ observations, blocks }: Facts): Timeline | undefined {
  const { runtime, capture } = observations;
  const drawn = [...mainSeries(observations), ...workerSeries(observations)].filter(
    ({ points }) => points.length > 1,
  );
  if (drawn.length === 0) return undefined;
  const main = runtime.filter(({ thread }) => thread === 0);
  const lastMillis = Math.max(...drawn.map(({ points }) => points.at(-1)![0]));
  return {
    durationMillis: Math.max(capture.durationMillis, lastMillis),
    series: drawn.slice(0, PICTURE_BOUNDS.series),
    ownStalls: longest(main.flatMap(({ ownPauseSpans = [] }) => ownPauseSpans)),
    blocks: longest(blocksOf(observations, blocks.find(({ thread }) => thread === 0)?.groups ?? [])),
  };
}

function mainSeries(observations: Observations): Series[] {
  const { passive, runtime } = observations;
  const main = runtime.filter(({ thread }) => thread === 0);
  const inside = (name: SeriesName, value: (sample: RuntimeSample) => number | undefined, keep?: Keep) =>
    seriesOf({ name, keep, points: read(main, value) });
  const outside = (
    name: SeriesName,
    value: (sample: Observations['passive'][number]) => number | undefined,
  ) => seriesOf({ name, points: read(passive, value) });
  const afterGc = main.filter((sample) => sample.afterGc);
  return [
    seriesOf({ name: 'heap-after-gc', points: read(afterGc, ({ heapUsedBytes }) => heapUsedBytes) }),
    inside('heap-used', ({ heapUsedBytes }) => heapUsedBytes),
    inside('heap-total', ({ heapTotalBytes }) => heapTotalBytes),
    inside('external', ({ externalBytes }) => externalBytes),
    outside('rss', ({ rssBytes }) => rssBytes),
    outside('rss-anonymous', ({ rssAnonBytes }) => rssAnonBytes),
    outside('rss-file', ({ rssFileBytes }) => rssFileBytes),
    inside('loop-delay', ({ eventLoopDelayMillis }) => eventLoopDelayMillis?.p50, 'peak'),
    inside('loop-delay-longest', ({ eventLoopDelayMillis }) => eventLoopDelayMillis?.max, 'peak'),
    seriesOf({ name: 'loop-busy', points: busyLoop(0, observations) }),
    seriesOf({ name: 'cpu', points: coresUsed(passive.length > 1 ? passive : main) }),
    seriesOf({ name: 'gc-pauses', keep: 'peak', points: perSecond(main, ({ gc }) => gc?.pauseMillis) }),
    seriesOf({ name: 'requests', points: perSecond(main, ({ requests }) => requests?.answered) }),
    inside('handles', ({ resources }) => resources && sumOf(Object.values(resources))),
    outside('fds', ({ fdCount }) => fdCount),
    outside('threads', ({ threads }) => threads),
  ];
}

/** Of other threads, what tells which one of them is busy or big. */
function workerSeries(observations: Observations): Series[] {
  const { runtime } = observations;
  const threads = [...new Set(runtime.map(({ thread }) => thread))].filter((thread) => thread !== 0);
  return threads.flatMap((thread) => {
    const own = runtime.filter((sample) => sample.thread === thread);
    return [
      seriesOf({ name: 'loop-busy', thread, points: busyLoop(thread, observations) }),
      seriesOf({ name: 'heap-used', thread, points: read(own, ({ heapUsedBytes }) => heapUsedBytes) }),
    ];
  });
}

interface Unthinned {
  name: SeriesName;
  thread?: number;
  keep?: Keep | undefined;
  points: Point[];
}

function seriesOf({ name, thread = 0, keep, points }: Unthinned): Series {
  return { name, thread, points: thin(points, PICTURE_BOUNDS.points, keep) };
}

function read<S extends { atMillis: number }>(
  samples: readonly S[],
  value: (sample: S) => number | undefined,
): Point[] {
  return samples.flatMap((sample): Point[] => {
    const known = value(sample);
    return known === undefined ? [] : [[sample.atMillis, known]];
  });
}

/** Of what is counted anew in each sample. A short interval says nothing of a second. */
function perSecond(
  samples: readonly RuntimeSample[],
  value: (sample: RuntimeSample) => number | undefined,
): Point[] {
  let before = samples[0]?.atMillis ?? 0;
  let carried = 0;
  // The first sample counts from a moment that is not known.
  return samples.slice(1).flatMap((sample): Point[] => {
    const known = value(sample);
    if (known === undefined) return [];
    const seconds = (sample.atMillis - before) / 1_000;
    carried += known;
    if (seconds < LEAST_SECONDS) return [];
    const point: Point = [sample.atMillis, carried / seconds];
    before = sample.atMillis;
    carried = 0;
    return [point];
  });
}

const LEAST_SECONDS = 0.3;

function coresUsed(samples: readonly { atMillis: number; cpuMicros?: number | undefined }[]): Point[] {
  const known = samples.filter(({ cpuMicros }) => cpuMicros !== undefined);
  const points: Point[] = [];
  let from = known[0];
  for (const sample of known.slice(1)) {
    const millis = sample.atMillis - from!.atMillis;
    if (millis < LEAST_SECONDS * 1_000) continue;
    points.push([sample.atMillis, Math.max(0, (sample.cpuMicros! - from!.cpuMicros!) / 1_000 / millis)]);
    from = sample;
  }
  return points;
}

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

function blocksOf({ cpuProfiles, runtime }: Observations, groups: readonly BlockGroup[]): Timeline['blocks'] {
  const profile = cpuProfiles.find(({ thread }) => thread === 0);
  const main = runtime.filter(({ thread }) => thread === 0);
  const offsetMillis = profile && startMillis(profile, main);
  if (offsetMillis === undefined) return [];
  return groups.flatMap(({ blame: { subject }, blocksMillis, startsMicros }) =>
    blocksMillis.map((millis, i) => ({
      atMillis: offsetMillis + startsMicros[i]! / 1_000,
      millis,
      place: { function: subject!.functionName, file: subject!.file, line: subject!.line },
    })),
  );
}

/** In order of time. */
function longest<T extends { atMillis: number; millis: number }>(spans: readonly T[]): T[] {
  return spans
    .toSorted((a, b) => b.millis - a.millis)
    .slice(0, PICTURE_BOUNDS.points)
    .map((span) => ({
      ...span,
      atMillis: Math.max(0, Math.round(span.atMillis)),
      millis: rounded(span.millis),
    }))
    .sort((a, b) => a.atMillis - b.atMillis);
}

// From readings of one process to the values that rules judge. A rate needs two readings, a trend some minutes.
import { judgeTrend, type Point } from '../../analysis/statistics/trend.ts';
import { MIB } from '../../units/bytes.ts';
import type { Metrics } from '../rules/metric-kinds.ts';
import type { Reading } from './reading.ts';

/** A rate is taken over so long, so that one busy moment is none. */
const RATE_MILLIS = 10_000;
const TREND_MILLIS = 600_000;
/** A program that starts fills its caches. */
const LEAST_TREND_MILLIS = 120_000;
/** Of each so many readings the least: a heap falls back at every collection, and its floor tells. */
const FLOORS = 12;
/** A rise below this, or below this part of what is used, is no cause for a look. */
const LEAST_RISE_BYTES = 16 * MIB;
const LEAST_RISE_SHARE = 0.1;
const FARTHEST_MILLIS = 24 * 3_600_000;
const MOST_READINGS = 600;

/** The readings that are still needed, with `reading` as the last. */
export function keepReading(readings: readonly Reading[], reading: Reading): Reading[] {
  const from = reading.atMillis - TREND_MILLIS;
  return [...readings, reading].filter(({ atMillis }) => atMillis >= from).slice(-MOST_READINGS);
}

/** `readings` of one process, in order. */
export function metricsOf(readings: readonly Reading[]): Metrics {
  const last = readings.at(-1);
  if (!last) return {};
  const before = readings.findLast(({ atMillis }) => atMillis <= last.atMillis - RATE_MILLIS);
  const memory = ratio(last.memoryUsedBytes, last.memoryLimitBytes);
  const metrics: Metrics = {
    'memory.share': memory,
    'fds.share': ratio(last.fdCount, last.fdLimit),
    'pids.share': ratio(last.pidsCurrent, last.pidsLimit),
    'memory.kills': increase(readings[0]?.oomKills, last.oomKills),
    ...(before && ratesOf(before, last)),
    ...growthOf(readings),
  };
  return Object.fromEntries(Object.entries(metrics).filter(([, value]) => value !== undefined));
}

function ratesOf(before: Reading, last: Reading): Metrics {
  const micros = (last.atMillis - before.atMillis) * 1_000;
  const part = (name: 'mainRunMicros' | 'mainWaitedMicros' | 'memoryFullStallMicros') => {
    const more = increase(before[name], last[name]);
    return more === undefined ? undefined : Math.min(1, more / micros);
  };
  return {
    'loop.busy': part('mainRunMicros'),
    'cpu.waiting': part('mainWaitedMicros'),
    'memory.stalled': part('memoryFullStallMicros'),
    'cpu.throttled': ratio(
      increase(before.throttledPeriods, last.throttledPeriods),
      increase(before.periods, last.periods),
    ),
  };
}

function growthOf(readings: readonly Reading[]): Metrics {
  const rising = trendOf(readings, (reading) => reading.anonBytes ?? reading.rssBytes);
  const used = trendOf(readings, (reading) => reading.memoryUsedBytes);
  const last = readings.at(-1);
  const limit = last?.memoryLimitBytes;
  return {
    'memory.rising': rising && (rising.isGrowing ? rising.risingShare : 0),
    'memory.left':
      used && limit !== undefined && last?.memoryUsedBytes !== undefined
        ? timeLeft(limit - last.memoryUsedBytes, used.isGrowing ? used.slopePerSecond : 0)
        : undefined,
  };
}

/** At most a day: farther than that no line reaches. */
function timeLeft(bytes: number, slopePerSecond: number): number {
  if (slopePerSecond <= 0) return FARTHEST_MILLIS;
  return Math.min(FARTHEST_MILLIS, Math.max(0, (bytes / slopePerSecond) * 1_000));
}

interface Growth {
  isGrowing: boolean;
  risingShare: number;
  slopePerSecond: number;
}

/** Undefined: too little data. */
function trendOf(
  readings: readonly Reading[],
  pick: (reading: Reading) => number | undefined,
): Growth | undefined {
  const points = readings.flatMap((reading): Point[] => {
    const value = pick(reading);
    return value === undefined ? [] : [{ atMillis: reading.atMillis, value }];
  });
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || last.atMillis - first.atMillis < LEAST_TREND_MILLIS) return undefined;
  const leastRise = Math.max(LEAST_RISE_BYTES, first.value * LEAST_RISE_SHARE);
  const { verdict, slopePerSecond, risingSteps } = judgeTrend(floorsOf(points), { leastRise });
  if (verdict === 'too-little-data') return undefined;
  const [rose, all] = risingSteps;
  return { isGrowing: verdict === 'growing', risingShare: all === 0 ? 0 : rose / all, slopePerSecond };
}

function floorsOf(points: readonly Point[]): Point[] {
  const start = points[0]!.atMillis;
  const width = (points.at(-1)!.atMillis - start) / FLOORS;
  const floors = new Map<number, Point>();
  for (const point of points) {
    const at = Math.min(FLOORS - 1, Math.floor((point.atMillis - start) / width));
    const floor = floors.get(at);
    if (!floor || point.value < floor.value) floors.set(at, point);
  }
  return [...floors.values()];
}

const ratio = (part: number | undefined, whole: number | undefined) =>
  part === undefined || whole === undefined || whole <= 0 ? undefined : part / whole;

/** A counter that fell began anew. */
const increase = (before: number | undefined, after: number | undefined) =>
  before === undefined || after === undefined || after < before ? undefined : after - before;

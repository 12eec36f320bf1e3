// Does a series grow, and how fast? Robust slope (Theil 1950, Sen 1968) with a monotone-trend test (Mann 1945,
// Kendall 1975); "too little data" is an answer.
//
//   leak      ___---'''      sawtooth  /|/|/|      filling cache  _--------
//             rises to the end         falls back                 stops rising
import { normalCdf } from './distributions.ts';

export interface Point {
  atMillis: number;
  value: number;
}

export interface Trend {
  verdict: 'growing' | 'flat' | 'falling' | 'too-little-data';
  /** Median of all pairwise slopes; 0 with too little data. */
  slopePerSecond: number;
  /** 95 % interval of the slope (Sen's, from the normal approximation of Kendall's S). */
  slopeInterval: [low: number, high: number];
  /** The same slope over the last 40 % of the time, or its mean pace (`inSteps`): growth that has stopped is no growth. */
  lateSlopePerSecond: number;
  /** Two-sided, of "there is no monotone trend". */
  pValue: number;
  first: number;
  last: number;
  points: number;
  /** Steps that rose, of all steps. */
  risingSteps: [rose: number, all: number];
  /** Upwards from one point to the next, and downwards from the highest before, in the series' own unit. */
  largestStep: number;
  largestFall: number;
}

export interface TrendOptions {
  /** Fewer points are too little data. */
  leastPoints: number;
  /** A smaller rise over the whole series is flat, in the series' own unit. */
  leastRise: number;
  /** As few are enough to call a series flat that did not rise by `leastRise` from any point to the last. */
  flatFrom: number;
  /** The late slope must keep at least this share of the whole slope. */
  lateShare: number;
  /** It rises by steps with level parts between, which have no slope: the late one is taken from end to end. */
  inSteps: boolean;
  /** A larger p-value is no trend. By Kendall's test five points that all rise have 0.028, six 0.009. */
  alpha: number;
}

export const DEFAULT_TREND: TrendOptions = {
  leastPoints: 6,
  leastRise: 0,
  flatFrom: Number.POSITIVE_INFINITY,
  lateShare: 0.4,
  inSteps: false,
  alpha: 0.01,
};

/** A sawtooth that falls back by more than this share of its range is not growing. */
const LARGEST_DRAWDOWN = 0.5;
/** Points further off the line than this share of the rise are noise with a drift, not growth. */
const LARGEST_SCATTER = 0.2;
const MAX_POINTS = 200;

export function judgeTrend(all: readonly Point[], options: Partial<TrendOptions> = {}): Trend {
  const points = thin(all);
  const { leastPoints, leastRise, flatFrom, lateShare, inSteps, alpha } = { ...DEFAULT_TREND, ...options };
  const first = points[0]?.value ?? 0;
  const last = points.at(-1)?.value ?? 0;
  const slopes = pairwiseSlopes(points);
  const { s, variance, pValue } = kendall(points);
  const base: Trend = {
    verdict: 'too-little-data',
    slopePerSecond: slopes.length === 0 ? 0 : quantile(slopes, 0.5),
    slopeInterval: senInterval(slopes, variance),
    lateSlopePerSecond: inSteps ? latePace(points) : lateSlope(points),
    pValue,
    first,
    last,
    points: points.length,
    risingSteps: risingSteps(points),
    largestStep: Math.max(0, ...points.slice(1).map(({ value }, i) => value - points[i]!.value)),
    largestFall: largestDrawdown(points),
  };
  if (points.length < leastPoints) {
    const hasRisen = points.some(({ value }) => last - value >= leastRise);
    return points.length >= flatFrom && !hasRisen ? { ...base, verdict: 'flat' } : base;
  }
  if (s > 0 && pValue < alpha && isSustained(points, base, leastRise, lateShare))
    return { ...base, verdict: 'growing' };
  if (s < 0 && pValue < alpha && base.slopePerSecond < 0) return { ...base, verdict: 'falling' };
  return { ...base, verdict: 'flat' };
}

/** Pairwise slopes are quadratic: of a long look, evenly spaced points say as much. */
function thin(points: readonly Point[]): readonly Point[] {
  if (points.length <= MAX_POINTS) return points;
  return Array.from(
    { length: MAX_POINTS },
    (_, i) => points[Math.round((i * (points.length - 1)) / (MAX_POINTS - 1))]!,
  );
}

function isSustained(points: readonly Point[], trend: Trend, leastRise: number, lateShare: number): boolean {
  const rise = trend.last - trend.first;
  return (
    trend.slopePerSecond > 0 &&
    rise > leastRise &&
    trend.lateSlopePerSecond >= trend.slopePerSecond * lateShare &&
    largestDrawdown(points) <= LARGEST_DRAWDOWN * rise &&
    scatter(points, trend.slopePerSecond) <= LARGEST_SCATTER * rise
  );
}

/** Median distance of the points from the line through them. */
function scatter(points: readonly Point[], slopePerSecond: number): number {
  const offsets = points
    .map(({ atMillis, value }) => value - (slopePerSecond * atMillis) / 1_000)
    .sort((a, b) => a - b);
  const center = quantile(offsets, 0.5);
  return quantile(
    offsets.map((offset) => Math.abs(offset - center)).sort((a, b) => a - b),
    0.5,
  );
}

/** Sorted. A typed array sorts numbers without calling back, which is most of the time of a long series. */
function pairwiseSlopes(points: readonly Point[]): Float64Array {
  const slopes = new Float64Array((points.length * (points.length - 1)) / 2);
  let count = 0;
  for (let i = 0; i < points.length; i++) {
    for (let j = i + 1; j < points.length; j++) {
      const seconds = (points[j]!.atMillis - points[i]!.atMillis) / 1_000;
      if (seconds > 0) slopes[count++] = (points[j]!.value - points[i]!.value) / seconds;
    }
  }
  return slopes.subarray(0, count).sort();
}

/** Mann-Kendall's S, its variance with the correction for ties, and the p-value. */
function kendall(points: readonly Point[]): { s: number; variance: number; pValue: number } {
  const n = points.length;
  let s = 0;
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) s += Math.sign(points[j]!.value - points[i]!.value);
  const ties = new Map<number, number>();
  for (const { value } of points) ties.set(value, (ties.get(value) ?? 0) + 1);
  let variance = n * (n - 1) * (2 * n + 5);
  for (const t of ties.values()) variance -= t * (t - 1) * (2 * t + 5);
  variance /= 18;
  if (variance <= 0) return { s, variance: 0, pValue: 1 };
  const z = (s - Math.sign(s)) / Math.sqrt(variance);
  return { s, variance, pValue: 2 * (1 - normalCdf(Math.abs(z))) };
}

function senInterval(slopes: ArrayLike<number>, variance: number): [number, number] {
  if (slopes.length === 0) return [0, 0];
  const spread = 1.96 * Math.sqrt(variance);
  const low = Math.max(0, Math.floor((slopes.length - spread) / 2));
  const high = Math.min(slopes.length - 1, Math.ceil((slopes.length + spread) / 2));
  return [slopes[low]!, slopes[high]!];
}

function lateOf(points: readonly Point[]): Point[] {
  const start = points[0]?.atMillis ?? 0;
  const end = points.at(-1)?.atMillis ?? 0;
  return points.filter((point) => point.atMillis >= start + (end - start) * 0.6);
}

function latePace(points: readonly Point[]): number {
  const late = lateOf(points);
  const [first, last] = [late[0], late.at(-1)];
  const seconds = first && last ? (last.atMillis - first.atMillis) / 1_000 : 0;
  return seconds > 0 ? (last!.value - first!.value) / seconds : 0;
}

function lateSlope(points: readonly Point[]): number {
  const late = lateOf(points);
  const slopes = pairwiseSlopes(late.length >= 3 ? late : points.slice(-3));
  return slopes.length === 0 ? 0 : quantile(slopes, 0.5);
}

function largestDrawdown(points: readonly Point[]): number {
  let peak = Number.NEGATIVE_INFINITY;
  let drawdown = 0;
  for (const { value } of points) {
    peak = Math.max(peak, value);
    drawdown = Math.max(drawdown, peak - value);
  }
  return drawdown;
}

function risingSteps(points: readonly Point[]): [number, number] {
  const rose = points.slice(1).filter((point, i) => point.value > points[i]!.value).length;
  return [rose, Math.max(0, points.length - 1)];
}

/** `sorted` ascending, `q` 0..1. */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  if (sorted.length === 0) return 0;
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)]!;
  const high = sorted[Math.ceil(at)]!;
  return low + (high - low) * (at - Math.floor(at));
}

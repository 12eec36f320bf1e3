// What is usual for a metric of a target at an hour of the day, learned from the days before: the median, and the median
// absolute deviation as its spread. Both are insensitive to a few outliers, so an incident does not become usual.
import { median } from '../../analysis/statistics/median.ts';

/** One value for so long: the mean of what was seen. */
export const SAMPLE_MILLIS = 900_000;
export const MOST_DAYS = 14;
const PER_HOUR = 3_600_000 / SAMPLE_MILLIS;
const MOST_SAMPLES = MOST_DAYS * PER_HOUR;
/** Of normal noise, the standard deviation is so many times the median absolute deviation. */
const NORMAL = 1.4826;
/** What never changes has no spread: a twentieth of it is one. */
const LEAST_SPREAD_SHARE = 0.05;

/** A moment of the wall clock, of people's days. */
export interface LocalTime {
  /** Days since 1970, local. */
  day: number;
  /** 0..23 */
  hour: number;
  /** Counts `SAMPLE_MILLIS` since 1970. */
  period: number;
}

export function localTime(wallMillis: number): LocalTime {
  const date = new Date(wallMillis);
  const day = Math.floor(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 86_400_000);
  return { day, hour: date.getHours(), period: Math.floor(wallMillis / SAMPLE_MILLIS) };
}

/** Values of one hour of the day, in order; both lists are equally long. */
export interface HourHistory {
  days: number[];
  values: number[];
}

export interface MetricHistory {
  /** By the hour of the day. */
  hours: HourHistory[];
  /** What is being seen now. */
  current: { time: LocalTime; sum: number; count: number } | null;
}

export const newHistory = (): MetricHistory => ({
  hours: Array.from({ length: 24 }, () => ({ days: [], values: [] })),
  current: null,
});

/** Changes `history`: a value counts once its period is over. */
export function learn(history: MetricHistory, value: number, time: LocalTime): void {
  const { current } = history;
  if (current?.time.period === time.period) {
    current.sum += value;
    current.count += 1;
    return;
  }
  if (current) {
    const { days, values } = history.hours[current.time.hour]!;
    days.push(current.time.day);
    values.push(current.sum / current.count);
    const over = Math.max(0, days.length - MOST_SAMPLES);
    days.splice(0, over);
    values.splice(0, over);
  }
  history.current = { time, sum: value, count: 1 };
}

export interface Usual {
  usual: number;
  /** More than 0. */
  spread: number;
}

/** Undefined: earlier days are too few. `leastSpread`: in the unit of the metric. */
export function usualAt(
  { hours }: MetricHistory,
  { day, hour }: Pick<LocalTime, 'day' | 'hour'>,
  { days: leastDays, leastSpread }: { days: number; leastSpread: number },
): Usual | undefined {
  const { days, values } = hours[hour]!;
  const earlier = values.filter((_, index) => days[index]! < day && days[index]! >= day - MOST_DAYS);
  const seenDays = new Set(days.filter((each) => each < day && each >= day - MOST_DAYS));
  if (seenDays.size < leastDays) return undefined;
  const usual = median(earlier) ?? 0;
  const deviation = median(earlier.map((value) => Math.abs(value - usual))) ?? 0;
  const spread = Math.max(NORMAL * deviation, Math.abs(usual) * LEAST_SPREAD_SHARE, leastSpread);
  return { usual, spread };
}

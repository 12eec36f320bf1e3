// What is usual for each target, for those metrics that a rule judges against their own past.

import type { SavedBand } from '../../wire/watch/bands.ts';
import type { WatchMetricName } from '../../wire/watch/names.ts';
import type { WatchRule } from '../config/watch-config.ts';
import { learn, localTime, type MetricHistory, newHistory, usualAt } from './band.ts';
import { LEAST_SPREAD, METRIC_KINDS, type Metrics, sayValue } from './metric-kinds.ts';

/** How far a value is from what is usual. */
export interface Deviation {
  /** In widths of the usual spread, in the bad direction; 0 in the other. */
  widths: number;
  /** In words, with the numbers. */
  why: string;
}

export interface Bands {
  /** `wallMillis`: people's hours repeat, not those of a monotonic clock. */
  see(target: string, metrics: Metrics, wallMillis: number): void;
  /** Undefined: the value is unknown, or the past too short. */
  judge(
    rule: WatchRule,
    target: string,
    now: { metrics: Metrics; wallMillis: number },
  ): Deviation | undefined;
  forget(target: string): void;
  save(): SavedBand[];
}

export function createBands(rules: readonly WatchRule[], saved: readonly SavedBand[] = []): Bands {
  const learned = [...new Set(rules.filter(({ band }) => band).map(({ metric }) => metric))];
  const targets = new Map<string, Map<WatchMetricName, MetricHistory>>();
  for (const { target, metric, hours } of saved)
    if (learned.includes(metric)) historyOf(target, metric).hours = hours;

  function historyOf(target: string, metric: WatchMetricName): MetricHistory {
    const metrics = targets.get(target) ?? new Map<WatchMetricName, MetricHistory>();
    targets.set(target, metrics);
    const history = metrics.get(metric) ?? newHistory();
    metrics.set(metric, history);
    return history;
  }

  return {
    see(target, metrics, wallMillis) {
      for (const metric of learned) {
        const value = metrics[metric];
        if (value !== undefined) learn(historyOf(target, metric), value, localTime(wallMillis));
      }
    },
    judge({ metric, band }, target, { metrics, wallMillis }) {
      const value = metrics[metric];
      if (!band || value === undefined) return undefined;
      const { unit, worse, say } = METRIC_KINDS[metric];
      const past = usualAt(historyOf(target, metric), localTime(wallMillis), {
        days: band.days,
        leastSpread: LEAST_SPREAD[unit],
      });
      if (!past) return undefined;
      const beyond = (value - past.usual) * (worse === 'more' ? 1 : -1);
      const widths = Math.max(0, beyond / past.spread);
      const usual = sayValue(past.usual, unit);
      return {
        widths,
        why: `${say(value)}; usual at this hour: ${usual} (${widths.toFixed(1)} times the usual spread away)`,
      };
    },
    forget: (target) => void targets.delete(target),
    save: () =>
      [...targets].flatMap(([target, metrics]) =>
        [...metrics].map(([metric, { hours }]) => ({ target, metric, hours })),
      ),
  };
}

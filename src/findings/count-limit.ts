// How near a count is to its limit: shared by the limits of descriptors and of processes.
import type { Trend } from '../analysis/statistics/trend.ts';
import type { Evidence, Severity } from '../model/finding.ts';
import { perSecond, secondsUntil } from './wording.ts';

/** The numbers of one limit: thresholds/handles.ts. */
export interface CountLimit {
  close: number;
  criticalShare: number;
  soonSeconds: number;
  leastShare: number;
  /** What a count that has just come close is worth, 0..1. */
  urgency: number;
  urgencyPerShare: number;
  urgencySoon: number;
  mostUrgency: number;
}

export interface Closeness {
  /** In use, of the limit, 0..1. */
  share: number;
  /** Seconds until the limit is met; undefined when the count does not grow. */
  left: number | undefined;
  /** `left` is so short that the growth alone counts. */
  isSoon: boolean;
  severity: Severity;
  urgency: number;
}

/** Null: the limit is far away. */
export function closenessOf(
  { used, limit }: { used: number; limit: number },
  trend: Trend,
  at: CountLimit,
): Closeness | null {
  const share = Math.min(1, used / limit);
  const left = trend.verdict === 'growing' ? secondsUntil(limit, trend) : undefined;
  const isSoon = left !== undefined && left < at.soonSeconds && share >= at.leastShare;
  if (share < at.close && !isSoon) return null;
  const beyond = Math.max(0, share - at.close);
  return {
    share,
    left,
    isSoon,
    severity: share >= at.criticalShare || isSoon ? 'critical' : 'warning',
    urgency: Math.min(
      at.mostUrgency,
      at.urgency + beyond * at.urgencyPerShare + (isSoon ? at.urgencySoon : 0),
    ),
  };
}

/** How fast the count rises. */
export function riseEvidence(source: string, { slopePerSecond: value }: Trend): Evidence {
  return { source, statement: `their number rises by ${perSecond(value)}`, value, unit: 'per second' };
}

// How serious it is that the event loop is held: by the longest time, and by the share of all time.
import type { Severity } from '../../model/finding.ts';
import type { Draft } from '../rule.ts';
import { EVENT_LOOP_BLOCK, SYNC_CALLS } from '../thresholds/cpu.ts';
import { onScale } from '../thresholds/scale.ts';

/** `share`: of the capture, 0..1. */
export function severityOf(longestMillis: number, share: number): Severity {
  const { critical, warning } = EVENT_LOOP_BLOCK;
  const isAt = (level: typeof critical) => longestMillis >= level.millis || share >= level.share;
  return isAt(critical) ? 'critical' : isAt(warning) ? 'warning' : 'notice';
}

export function urgencyOf(longestMillis: number, share: number): number {
  const { from, perFull, fullMillis, most } = EVENT_LOOP_BLOCK.urgency;
  return Math.min(most, from + perFull * Math.min(1, longestMillis / fullMillis) + share);
}

/** Many calls, each of which may be short, by their share of the time. */
export function heldFor(share: number): Pick<Draft, 'severity' | 'confidence' | 'urgency' | 'impact'> {
  return {
    severity: share >= SYNC_CALLS.criticalShare ? 'critical' : 'warning',
    confidence: onScale(SYNC_CALLS.confidence, share),
    urgency: onScale(SYNC_CALLS.urgency, share),
    impact: { metric: 'event-loop', value: share, unit: 'share', share },
  };
}

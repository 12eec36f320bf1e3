// Connections that the program attempts and that fail: known from the kernel's counters of the process's network namespace.
import type { WireFacts } from '../../analysis/waiting/wire.ts';
import type { Evidence } from '../../model/finding.ts';
import { formatNumber } from '../../units/units.ts';
import { CONNECTION_CHURN } from '../thresholds/waiting.ts';

export interface FailingOpens {
  perSecond: number;
  /** Of the connections that were begun, at most 1. */
  share: number;
}

/** Null: few fail, or it is not known. */
export function failingOpens(wire: WireFacts | null): FailingOpens | null {
  const { failedOpens, outgoingOpensPerSecond: opens, seconds = 0 } = wire ?? {};
  if (failedOpens === undefined || !opens || seconds <= 0) return null;
  const perSecond = failedOpens / seconds;
  const share = Math.min(1, perSecond / opens);
  const isMuch = perSecond >= CONNECTION_CHURN.leastPerSecond && share >= CONNECTION_CHURN.leastFailing;
  return isMuch ? { perSecond, share } : null;
}

export function failingOpensEvidence(wire: WireFacts | null): Evidence[] {
  const failing = failingOpens(wire);
  if (!failing) return [];
  return [
    {
      source: 'proc',
      statement: `${formatNumber(wire!.failedOpens!)} of the ${formatNumber(Math.max(wire!.failedOpens!, Math.round(wire!.outgoingOpensPerSecond! * wire!.seconds)))} connections that its network namespace began during the capture failed`,
      value: failing.perSecond,
      unit: 'per second',
    },
  ];
}

// Outgoing requests that have had no answer for long, and whose number stays the same: the work that made them never ends,
// and everything acquired for it stays held.
import type { Facts } from '../../analysis/facts.ts';
import type { Evidence } from '../../model/finding.ts';
import { formatCount, formatDuration } from '../../units/units.ts';
import { SILENT_CALLS } from '../thresholds/waiting.ts';

export interface SilentCalls {
  /** "10.0.0.7:443". */
  endpoint: string;
  /** "GET /rates/#"; empty where it is not known. */
  label: string;
  count: number;
  silentMillis: number;
}

/** Of this thread, by the Agents that they use; the most first. */
export function silentCalls({ observations: { pools } }: Facts, thread: number): SilentCalls[] {
  return pools
    .flatMap((pool): SilentCalls[] => {
      const lent = pool.readings.at(-1)?.lent;
      if (pool.thread !== thread || pool.endpoint === undefined || !lent) return [];
      const [label = '', count = 0] = lent.labels
        .filter(([each]) => NO_RESPONSE.test(each))
        .toSorted((a, b) => b[1] - a[1])[0] ?? ['', 0];
      const isStuck =
        count > 0 &&
        lent.silent >= lent.looked * SILENT_CALLS.leastShare &&
        lent.longestSilentMillis >= SILENT_CALLS.longMillis;
      if (!isStuck) return [];
      const { endpoint } = pool;
      return [
        { endpoint, label: label.replace(NO_RESPONSE, ''), count, silentMillis: lent.longestSilentMillis },
      ];
    })
    .sort((a, b) => b.count - a.count);
}

const NO_RESPONSE = /: no response yet$/;

export function silentCallsEvidence([first]: readonly SilentCalls[]): Evidence[] {
  if (!first) return [];
  return [
    {
      source: 'pools',
      statement: `meanwhile ${formatCount(first.count, 'request')} ${first.label} to ${first.endpoint} had no answer for ${formatDuration(first.silentMillis)} at least: whatever was acquired for their duration stays held`,
    },
  ];
}

export function silentCallsAdvice([first]: readonly SilentCalls[]): string[] {
  return first
    ? [
        `Give requests to ${first.endpoint} (${first.label}) a timeout that covers the whole answer (AbortSignal.timeout(), the timeout option of the client), so that the work around them ends.`,
      ]
    : [];
}

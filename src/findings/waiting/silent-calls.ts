// What may occupy a pool or a queue for ever: outgoing requests that have had no answer for long, and child processes that do not
// end. The work that waits for them never ends, and everything acquired for it stays held.
import type { Facts } from '../../analysis/facts.ts';
import type { Evidence } from '../../model/finding.ts';
import { formatCount, formatDuration, formatNumber } from '../../units/units.ts';
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

/** Child processes that run all the time. */
export interface LastingChildren {
  command: string;
  count: number;
  /** For at least so long. */
  millis: number;
}

/** Those of one command that are as many as one of these numbers of things that are lent out; null where there are none. */
export function lastingChildren(
  { observations: { passive } }: Facts,
  lent: readonly number[],
): LastingChildren | null {
  const late = passive.filter(({ children }) => children !== undefined);
  const last = late.at(-1);
  const found = new Map<string, LastingChildren>();
  for (const { pid, startTicks, command, state } of last?.children ?? []) {
    const has = (sample: (typeof late)[number]) =>
      sample.children!.some((child) => child.pid === pid && child.startTicks === startTicks);
    const first = late.find(has);
    const millis = first ? last!.atMillis - first.atMillis : 0;
    if (state === 'Z' || millis < SILENT_CALLS.longMillis) continue;
    const known = found.get(command);
    found.set(command, {
      command,
      count: (known?.count ?? 0) + 1,
      millis: Math.min(known?.millis ?? millis, millis),
    });
  }
  return [...found.values()].find(({ count }) => lent.includes(count)) ?? null;
}

export function childrenEvidence(children: LastingChildren | null): Evidence[] {
  if (!children) return [];
  const { command, count, millis } = children;
  return [
    {
      source: 'proc',
      statement: `meanwhile ${count === 1 ? 'one child process' : `${formatNumber(count)} child processes`} of \`${command}\` did not end for ${formatDuration(millis)} at least; as many places of the pool or queue are taken`,
    },
  ];
}

export function childrenAdvice(children: LastingChildren | null): string[] {
  return children
    ? [
        `See what \`${children.command}\` waits for: a prompt (for credentials, for a confirmation), the network, its standard input, or an output that nobody reads. Start it so that it cannot ask (no terminal, standard input closed), and end it after a time (the option \`timeout\`).`,
      ]
    : [];
}

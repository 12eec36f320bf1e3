// A pool that loses connections and will be exhausted, although nothing waits yet.
import type { Facts } from '../../analysis/facts.ts';
import type { DrainingPool } from '../../analysis/waiting/draining-pools.ts';
import { formatDuration, formatNumber } from '../../units/units.ts';
import { clientGrowth } from '../clients.ts';
import { type CreationSite, siteOfSurvivors } from '../creation-site.ts';
import type { Draft } from '../rule.ts';
import { FOLLOWS_CLIENTS } from '../thresholds/growth.ts';
import { DRAINING_POOL } from '../thresholds/waiting.ts';
import { inBrackets, leakSeverity, leakUrgency, perSecond, risen, subjectOf } from '../wording.ts';
import { plainPoolName, poolName } from '../words/pool-words.ts';
import { takerOf } from './pool-takers.ts';

export function isDraining({ lost }: DrainingPool, facts: Facts): boolean {
  return (
    lost.last - lost.first >= DRAINING_POOL.leastRise &&
    lost.last >= DRAINING_POOL.leastLost &&
    // One for each client that comes and stays is the load.
    clientGrowth(facts) < lost.slopePerSecond * FOLLOWS_CLIENTS
  );
}

export function describeDraining(draining: DrainingPool, facts: Facts): Draft {
  const { pool, limit, busy, by, lost } = draining;
  const site: CreationSite | null =
    takerOf(draining, facts) ?? siteOfSurvivors(facts, ['TCPWRAP', 'PIPEWRAP'], lost.slopePerSecond);
  const name = poolName(pool);
  const exhaustionSeconds = Math.max(0, Math.round((limit - busy) / paceOf(draining)));
  const pace = perSecond(paceOf(draining));
  const { confidence } = DRAINING_POOL;
  const counts = `${formatNumber(busy)} of ${formatNumber(limit)} are checked out`;
  return {
    kind: 'pool-exhaustion',
    severity: leakSeverity(exhaustionSeconds),
    confidence: site ? confidence[by] : confidence.unplaced,
    urgency: leakUrgency(exhaustionSeconds),
    title:
      by === 'silent'
        ? `${name} loses ${pace}: ${counts}, ${formatNumber(lost.last)} of them idle${inBrackets(site?.blame)}`
        : `${name} gets back fewer connections than it hands out (${pace} are missing): ${counts}${inBrackets(site?.blame)}`,
    subject: subjectOf('pool', plainPoolName(pool), site?.frame ?? null, pool.thread),
    impact: {
      metric: 'connections',
      value: paceOf(draining),
      unit: 'per second',
      exhaustionSeconds,
      limit: `${limit} at most`,
    },
    evidence: [
      { source: 'pools', statement: statementOf(draining), value: paceOf(draining), unit: 'per second' },
      ...(site ? [site.evidence] : []),
    ],
    innocentExplanation:
      by === 'silent'
        ? 'Connections that are held on purpose (for notifications, or for one long task each) are idle, too, but their number stays the same.'
        : 'Work that takes longer and longer also holds more connections, but then answers become slower, too.',
    advice: [
      'Release what was taken on every path, including errors and early returns: do it in a `finally`.',
      'Callers wait only once the pool is empty, so the loss is not visible earlier. Limit the wait for a connection (an acquire timeout), so that the loss then shows as errors.',
    ],
    caveats: [
      'Which call does not release its connection was not observed: check every path of the code named here.',
    ],
    asSymptom: `${name} loses ${pace}`,
    effect: 'waiting',
    explains: ['heap', 'external', 'native', 'sockets', 'fds', 'handles', 'timers', 'gc'],
  };
}

function statementOf({ by, lost, longestSilentMillis }: DrainingPool): string {
  const rise = `${risen(lost)}, from ${formatNumber(lost.first)} to ${formatNumber(lost.last)}, and never fell`;
  return by === 'silent'
    ? `the number of connections that are checked out but idle ${rise}; the longest idle one has carried no data for at least ${formatDuration(longestSilentMillis ?? 0)}`
    : `the smallest number checked out in five samples in a row ${rise}, while no more requests were answered than before`;
}

/** Lost a second, between the first and the last count. */
function paceOf({ pool: { readings }, lost }: DrainingPool): number {
  const counted = readings.slice(-lost.points);
  const seconds = (counted.at(-1)!.atMillis - counted[0]!.atMillis) / 1_000;
  return (lost.last - lost.first) / Math.max(1, seconds);
}

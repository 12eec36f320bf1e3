// Clients of a package that connect again and again: a timer of theirs opens the connection, no code of the application asks
// for it, and the other side ends it soon.
import type { AsyncObservation } from '../../model/async-resource.ts';
import type { Blame } from '../cpu/blame/blame.ts';
import { type SurvivingSite, survivingSites } from '../growth/resource-growth.ts';
import type { Trend } from '../statistics/trend.ts';

export interface Reconnects {
  site: SurvivingSite;
  /** The package whose timers connect. */
  blame: Blame;
  perSecond: number;
  /** Of the connections older than 5 s, those that are closed, 0..1. */
  closedShare: number;
}

/** More of them stay open: that is a pool that fills, or a leak of its own. */
const LEAST_CLOSED = 0.9;

/** The most frequent first. */
export function findReconnects(observations: readonly AsyncObservation[]): Reconnects[] {
  return survivingSites(observations, ['TCPWRAP', 'PIPEWRAP'], 'all')
    .filter(({ site: { frames }, blame }) => isByTimer(frames) && blame.inner && !blame.app)
    .map((site) => ({
      site,
      blame: site.blame,
      perSecond: site.madePerSecond,
      closedShare: 1 - (site.survival ?? 1),
    }))
    .filter(({ closedShare }) => closedShare >= LEAST_CLOSED)
    .sort((a, b) => b.perSecond - a.perSecond);
}

function isByTimer(frames: SurvivingSite['site']['frames']): boolean {
  return frames.some(({ owner, functionName }) => owner === 'node' && functionName === 'listOnTimeout');
}

/**
 * Those of a program whose timers become more, at most as fast as it connects: each client of them has one, and there are
 * more and more clients.
 */
export function pilingReconnects(reconnects: readonly Reconnects[], timers: Trend): Reconnects | null {
  const [most] = reconnects;
  const isPlausible = most !== undefined && timers.slopePerSecond <= most.perSecond;
  return timers.verdict === 'growing' && isPlausible ? most : null;
}

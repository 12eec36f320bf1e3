// Requests whose answer does not begin: those that came in and those that went out, by what they have in common.
import type { AsyncObservation, AsyncSite } from '../../model/async-resource.ts';
import { type SurvivingSite, survivingSites } from '../growth/resource-growth.ts';

export const INBOUND = 'http.server.request';
export const OUTBOUND = 'http.client.request';

export interface LastingRequests extends SurvivingSite {
  /** "GET 10.0.0.7:80/rates/#". */
  label: string;
  /** The oldest that was watched and has no answer, milliseconds. */
  oldestMillis: number;
  /** Of the same kind, how many were answered within 5 s; null when none is that old. */
  answeredShare: number | null;
}

/** Those without an answer that become more, the most first. */
export function lastingRequests(
  observations: readonly AsyncObservation[],
  type: typeof INBOUND | typeof OUTBOUND,
): LastingRequests[] {
  return survivingSites(observations, [type])
    .map((site) => ({
      ...site,
      label: site.site.label ?? '',
      oldestMillis: oldestOf(site.site),
      answeredShare: answeredShareOf(site.site),
    }))
    .filter(({ trend, survival }) => trend.verdict === 'growing' && (survival ?? 0) > 0);
}

/** Those whose client went away first have no answer either. */
function answeredShareOf({ reads }: AsyncSite): number | null {
  const last = reads.at(-1);
  if (!last || last.oldWatched === 0) return null;
  return 1 - (last.oldAlive + (last.oldDropped ?? 0)) / last.oldWatched;
}

function oldestOf({ reads }: AsyncSite): number {
  return reads.at(-1)?.oldestMillis ?? 0;
}

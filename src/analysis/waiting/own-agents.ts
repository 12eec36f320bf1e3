// Outgoing requests that each have an Agent of their own: they share neither sockets nor TLS contexts.
import type { AsyncObservation } from '../../model/async-resource.ts';
import { type SurvivingSite, survivingSites } from '../growth/resource-growth.ts';
import { OUTBOUND } from './lasting-requests.ts';

export interface OwnAgents extends SurvivingSite {
  /** "GET 10.0.0.7:80/rates/#". */
  label: string;
  /** Requests that were looked at, and how many Agents they used. */
  looked: number;
  different: number;
}

/** Fewer may be the first requests of several clients. */
const LEAST_LOOKED = 8;
const LEAST_SHARE = 0.8;

/** The most requests first. */
export function ownAgents(observations: readonly AsyncObservation[]): OwnAgents[] {
  return survivingSites(observations, [OUTBOUND], 'all')
    .flatMap((each) => {
      const { by = 0, different = 0 } = each.site.agents ?? {};
      const isOwn = by >= LEAST_LOOKED && different >= by * LEAST_SHARE;
      return isOwn ? [{ ...each, label: each.site.label ?? '', looked: by, different }] : [];
    })
    .sort((a, b) => b.madePerSecond - a.madePerSecond);
}

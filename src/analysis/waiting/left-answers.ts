// Clients that disconnect before their answer ends: how many a second, by what they had requested. Resources that were
// opened for such a client are often never closed.
import type { AsyncObservation } from '../../model/async-resource.ts';
import type { Frame } from '../../model/frame.ts';
import { survivingSites } from '../growth/resource-growth.ts';

export interface LeftAnswers {
  /** "GET /albums/#". */
  label: string;
  perSecond: number;
  /** Of the answers of this kind that are older than 5 s, 0..1. */
  share: number;
  /** Where the function that answers them begins, if its router tells. */
  handler: Frame | null;
}

/** From the arrival of a request until its client has the whole answer, or has gone. */
const CLIENT = 'http.server.client';
/** Fewer are single ones. */
const LEAST_LEFT = 3;

/** The most frequent first. */
export function leftAnswers(observations: readonly AsyncObservation[]): LeftAnswers[] {
  return survivingSites(observations, [CLIENT], 'all')
    .flatMap(({ site, madePerSecond }) => {
      const { oldWatched = 0, oldDropped = 0 } = site.reads.at(-1) ?? {};
      if (oldDropped < LEAST_LEFT) return [];
      const share = oldDropped / oldWatched;
      return [
        { label: site.label ?? '', perSecond: madePerSecond * share, share, handler: site.handler ?? null },
      ];
    })
    .sort((a, b) => b.perSecond - a.perSecond);
}

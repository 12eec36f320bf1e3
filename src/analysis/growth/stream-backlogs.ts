// Streams in which what was written piles up, because the code that writes does not wait until it is passed on.
import type { AsyncObservation } from '../../model/async-resource.ts';
import { type SurvivingSite, survivingSites } from './resource-growth.ts';

const WRITE = 'stream.write';

/** Those of one class that are written to at one place. */
export interface StreamBacklog extends SurvivingSite {
  className: string;
  /** In how many of them 1,000 writes or more wait, at the last read and the one before. */
  full: number;
}

/** A single one may be about to be emptied: it was so at the read before, too. */
const LAST_READS = 2;

/** The most first. */
export function streamBacklogs(observations: readonly AsyncObservation[]): StreamBacklog[] {
  return survivingSites(observations, [WRITE])
    .flatMap((each): StreamBacklog[] => {
      const late = each.site.reads.slice(-LAST_READS);
      if (late.length < LAST_READS) return [];
      const scaled = late.map(({ oldUnended = 0, watched }) =>
        watched === 0 ? 0 : (oldUnended * each.site.reads.at(-1)!.made) / watched,
      );
      const full = Math.min(...scaled);
      return full > 0 ? [{ ...each, className: each.site.label || 'stream', full }] : [];
    })
    .sort((a, b) => b.full - a.full);
}

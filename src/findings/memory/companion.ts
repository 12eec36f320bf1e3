// Where native code opens sockets and descriptors, no hook of Node's sees it; but the objects that have them open are often kept
// in a collection, which gains one entry for each that stays.
import type { Facts } from '../../analysis/facts.ts';
import type { GrowingCollection } from '../../analysis/growth/growing-collections.ts';
import type { CreationSite } from '../creation-site.ts';
import { COMPANION } from '../thresholds/growth.ts';
import { place, placeWithLibrary } from '../wording.ts';
import { entriesEvidence, holdsObjects, sayHolder } from './holders.ts';

/** The only place that adds objects to a collection at this very pace; null where there is none, or more than one. */
export function siteOfCompanion(facts: Facts, slopePerSecond: number): CreationSite | null {
  const paced = facts.collections.filter(
    ({ collection, trend, filling, insertion }) =>
      insertion?.blame.subject &&
      filling === null &&
      holdsObjects(collection) &&
      Math.abs(Math.log(trend.slopePerSecond / slopePerSecond)) < Math.log(COMPANION.samePace),
  );
  const places = new Set(paced.map(({ insertion }) => place(insertion!.blame.subject!)));
  const [filled] = paced;
  return filled && places.size === 1 ? fromCompanion(filled) : null;
}

function fromCompanion(filled: GrowingCollection): CreationSite {
  const { blame } = filled.insertion!;
  return {
    blame,
    frame: blame.subject!,
    companion: sayHolder(filled),
    evidence: entriesEvidence(filled, `, the same increase, added in ${placeWithLibrary(blame)}`),
  };
}

export const companionCaveat = (companion: string, things: string): string =>
  `culprit infers the place: ${companion} gains an entry for each of these ${things}. It did not see which code opens them, and it cannot see native code.`;

export const companionAdvice = (companion: string): string =>
  `Close what ${companion} keeps, and take it out, on every path: after errors and timeouts, too.`;

// What a heap leak is proved by: the floor, the collection that fills, who holds it, where what stays is allocated.
import type { Blame } from '../../analysis/cpu/blame.ts';
import type { GrowingCollection } from '../../analysis/growth/growing-collections.ts';
import type { AllocationSite, HeapGrowth } from '../../analysis/growth/heap-growth.ts';
import type { Evidence } from '../../model/finding.ts';
import type { Frame } from '../../model/frame.ts';
import type { CollectionHolder } from '../../model/memory/collection.ts';
import { formatShare } from '../../units/units.ts';
import { packageOf, place, placeWithLibrary, risen } from '../wording.ts';
import type { PilingClosures } from './heap-cause.ts';
import { floorEvidence } from './heap-impact.ts';

export function evidenceOf(
  growth: HeapGrowth,
  filled: GrowingCollection | null,
  site: AllocationSite | null,
): Evidence[] {
  const evidence: Evidence[] = [floorEvidence(growth)];
  if (filled) {
    const { collection, trend } = filled;
    const newest = collection.newestEntry ? `, newest entry: ${collection.newestEntry}` : '';
    evidence.push({
      source: 'census',
      statement: `${collection.type}: ${trend.first} to ${trend.last} ${collection.event === undefined ? 'entries' : 'listeners'}, ${risen(trend)}${newest}`,
      value: trend.slopePerSecond,
      unit: 'entries/s',
    });
  }
  if (filled?.collection.holder)
    evidence.push({ source: 'references', statement: heldBy(filled.collection.holder) });
  if (filled?.insertion) {
    const { blame, frames } = filled.insertion;
    const by = adderOf(frames, blame);
    evidence.push({
      source: 'census',
      statement: `entries were seen being added in ${placeWithLibrary(blame)}${blame.caller ? `, called by ${place(blame.caller)}` : ''}${by ? `, and put in by ${packageOf(by)} (${place(by)})` : ''}`,
    });
  }
  if (site) {
    evidence.push({
      source: 'heap-sampling',
      statement: `${formatShare(site.share)} of the growth is allocated in ${placeWithLibrary(site.blame)}: live bytes ${risen(site.trend)}`,
      value: Math.round(site.trend.slopePerSecond),
      unit: 'bytes/s',
    });
  }
  return evidence;
}

export function closureEvidence(closures: PilingClosures | null): Evidence[] {
  if (!closures) return [];
  const { frame, first, last, perSecond: value } = closures;
  const statement = `functions made at ${place(frame)}: ${first} at the first count of live objects, ${last} at the last`;
  return [{ source: 'census', statement, value, unit: 'per second' }];
}

/** The package that adds, where it is not the one that the application called. */
function adderOf(frames: readonly Frame[], { library }: Blame): Frame | null {
  const adder = frames.find(({ owner }) => owner === 'library' || owner === 'app');
  return adder?.owner === 'library' && adder.package !== library?.package ? adder : null;
}

/** "held by the variable `sessions` that `remember` closes over" */
function heldBy({ kind, name, of }: CollectionHolder): string {
  const at = of === '' ? '' : kind === 'variable' ? ` that \`${of}\` closes over` : ` of ${of}`;
  switch (kind) {
    case 'variable':
      return `held by the variable \`${name}\`${at}`;
    case 'property':
      return `held by the property \`${name}\`${at}`;
    case 'entry':
      return `one of those in \`${name}\`${of === '' ? '' : `, of ${of}`}`;
    case 'global':
      return `held by the global \`${name}\``;
    case 'exports':
      return `it is what the module ${name} exports`;
    case 'handle':
      return 'held by an open handle';
  }
}

// Which collections grow, and how many objects there are of each class. Everything is held weakly.
import type { ProbeCore } from '../../../probe/core.ts';
import type {
  ProbeCensus,
  ProbeCollections,
  ProbeHolder,
  ProbeWalk,
  WalkLimits,
} from '../../../probe/probe-protocol.ts';
import type { ReferenceWalk, Walk } from '../../../probe/walk/reference-walk.ts';
import type { Bounds } from './bounds.ts';
import type { CollectionKinds } from './collection-kinds.ts';
import type { EntryWeights } from './entry-weight.ts';
import type { GrownInPlace } from './grown-in-place.ts';
import type { HeldSlots } from './held-slots.ts';
import type { InsertionTraps } from './insertion-traps.ts';
import { createTrackedCollections, type Findings } from './tracked-collections.ts';
import type { Held } from './tracked-entry.ts';

export interface CollectionWatch {
  /** Begins to pick collections to watch among those that can be reached by references; a walk under way is given up. */
  beginWalk(limits: WalkLimits): void;
  /** Goes on with it for `millis`. Null: there is more to see, and this was not the last call. */
  walkOn(millis: number, isLast: boolean): ProbeWalk | null;
  /** Goes through all live objects: counts them by class, and the first time picks the collections to watch. */
  census(objects: Iterable<object>, deadlineMillis: number): ProbeCensus;
  readCollections(atMillis: number, trapTop: number): ProbeCollections;
  /** One function of each of these classes, as the last census met them. */
  functionsOf(classes: string[]): (object | null)[];
  /** The collections of the last read, in its order, for asking the inspector about them. */
  growingObjects(): (object | null)[];
  ownHeapBytes(): number;
}

export interface CollectionWatchParts {
  kinds: CollectionKinds;
  traps: InsertionTraps;
  bounds: Bounds;
  slots: HeldSlots;
  inPlace: GrownInPlace;
  weights: EntryWeights;
  references: ReferenceWalk;
  /** Hears of each object that a walk meets. */
  consider(value: object, holder: ProbeHolder): void;
  /** Collections of the probe itself. */
  own: object[];
}

const MAX_CLASSES = 20_000;
const TOP_CLASSES = 400;
/** Most functions are there once: those are no closures that accumulate. */
const LEAST_FUNCTIONS = 20;
const BYTES_PER_COLLECTION = 220;
/**
 * Code of ours that V8 compiles when it first runs: for the list of scripts, a walk and the reads after it. Measured on Node
 * 20, 24 and 26: 340, 370 and 370 KB, and 60 to 80 KB for the promises that are watched from then on.
 */
const SEARCH_BYTES = 420 * 1024;

export function createCollectionWatch(core: ProbeCore, parts: CollectionWatchParts): CollectionWatch {
  const { kinds, bounds, inPlace, references, consider, own } = parts;
  const tracked = createTrackedCollections({ ...parts, now: core.now });
  const functions = new Map<string, WeakRef<object>>();
  let hasTracked = false;
  let hasSearched = false;
  let walking: { walk: Walk; findings: Findings } | null = null;

  /** Notes the value where it is a collection worth watching. */
  const note = (value: object, { found, lists }: Findings, held: Held = {}) => {
    const type = kinds.typeOf(value);
    if (!type || own.includes(value)) return;
    const least = kinds.leastSize(type);
    const size = kinds.sizeOf(value, type, least);
    if (size < least) return;
    found.push({ value, type, size, ...held });
    const list = kinds.busiestEvent(value, type)?.list;
    if (list) lists.add(list);
  };
  const count = (value: object, classes: Map<string, number>) => {
    const name = kinds.classOf(value);
    const known = classes.get(name);
    if (known !== undefined || classes.size < MAX_CLASSES) classes.set(name, (known ?? 0) + 1);
    if (known === LEAST_FUNCTIONS && typeof value === 'function') functions.set(name, new WeakRef(value));
  };
  const census: CollectionWatch['census'] = (objects, deadlineMillis) => {
    const findings: Findings = { found: [], lists: new Set(), places: [] };
    const classes = new Map<string, number>();
    const from = core.now();
    functions.clear();
    let scanned = 0;
    let cut = false;
    for (const value of objects) {
      if ((++scanned & 1023) === 0 && core.now() - from > deadlineMillis) {
        cut = true;
        break;
      }
      try {
        if (value === objects || own.includes(value)) continue;
        count(value, classes);
        if (!hasTracked) note(value, findings);
      } catch {}
    }
    if (!hasTracked) tracked.track(findings);
    hasTracked = true;
    const top = [...classes].sort((a, b) => b[1] - a[1]).slice(0, TOP_CLASSES);
    return { scanned, tracked: tracked.count, cut, classes: top };
  };
  const trackFound = (findings: Findings) => {
    tracked.track(findings);
    findings.found.length = 0;
    findings.places.length = 0;
  };
  core.cleanups.push(() => {
    tracked.clear();
    functions.clear();
    walking = null;
  });
  return {
    beginWalk(limits) {
      hasSearched = true;
      const findings: Findings = { found: [], lists: new Set(), places: [] };
      const walk = references.begin(limits, {
        visit(value, holder, { owner, above } = {}) {
          consider(value, holder);
          note(value, findings, { holder, owner, above });
        },
        visitFields: bounds.note,
        visitPlace(place) {
          inPlace.begin();
          const type = inPlace.typeOf(place.value);
          const size = type ? inPlace.sizeOf(place.value, type) : 0;
          if (type && size > 0) findings.places.push({ ...place, type, size, value: place.owner });
        },
      });
      walking = { walk, findings };
    },
    walkOn(millis, isLast) {
      if (!walking) return null;
      const { walk, findings } = walking;
      if (!walk.goOn(millis) && !isLast) return null;
      walking = null;
      trackFound(findings);
      return walk.result();
    },
    census,
    readCollections(atMillis, trapTop) {
      // What a walk has met so far grows while it goes on.
      if (walking) trackFound(walking.findings);
      return tracked.read(atMillis, trapTop);
    },
    functionsOf: (classes) => classes.map((name) => functions.get(name)?.deref() ?? null),
    growingObjects: tracked.growingObjects,
    ownHeapBytes: () => tracked.count * BYTES_PER_COLLECTION + (hasSearched ? SEARCH_BYTES : 0),
  };
}

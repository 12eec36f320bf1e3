// The heap's floor rises after every full GC: which collection takes what stays, who fills it, or at least where what
// stays is allocated. The collection's kind of filler tells the kind of leak: listeners, async contexts, or plain.
import type { Facts } from '../../analysis/facts.ts';
import type { AllocationSite, GrowingCollection, HeapGrowth } from '../../analysis/heap-growth.ts';
import type { Evidence, FindingKind } from '../../model/finding.ts';
import type { Frame } from '../../model/frame.ts';
import { formatBytes, formatShare } from '../../model/units.ts';
import { heapLimitOf } from '../limits.ts';
import type { Draft, Rule } from '../rule.ts';
import {
  leakSeverity,
  leakUrgency,
  perSecond,
  place,
  placeWithLibrary,
  risen,
  secondsUntil,
  subjectOf,
} from '../wording.ts';

/** A site must explain this share of the growth to be named on its own. */
const LEAST_SITE_SHARE = 0.25;
/** Slower growth than this takes days to matter and cannot be told from noise in a minute. */
const LEAST_BYTES_PER_SECOND = 4 * 1024;
const LEAST_ENTRIES_PER_SECOND = 1;
const LEAST_UNEXPLAINED_BYTES = 2 * 2 ** 20;

export const heapLeak: Rule = {
  kind: 'heap-leak',
  judge(facts) {
    const main = facts.heap.find(({ thread }) => thread === 0);
    if (!main || main.floor.verdict === 'too-little-data') {
      return {
        notApplicable: `fewer than 6 reads of the heap after a full GC (${main?.floor.points ?? 0} seen)`,
      };
    }
    return facts.heap.flatMap((growth) => judgeThread(growth, facts));
  },
};

function isLeaking({ floor }: HeapGrowth): boolean {
  return floor.verdict === 'growing' && floor.slopePerSecond >= LEAST_BYTES_PER_SECOND;
}

function judgeThread(growth: HeapGrowth, facts: Facts): Draft[] {
  const own = facts.collections.filter(({ collection }) => collection.thread === growth.thread);
  const filled = mainCollection(own, growth.sites);
  const isProven = isLeaking(growth) || (filled !== null && isFillingSteadily(filled, growth));
  if (!isProven) return [];
  if (filled) return [describe(growth, facts, filled, siteBehind(growth.sites, filled))];
  const site = growth.sites.find(
    ({ share, blame, trend }) => share >= LEAST_SITE_SHARE && blame.subject && trend.verdict === 'growing',
  );
  // Without a place to name, a small rise may be no more than code being compiled and caches of the VM filling.
  if (!site && growth.floor.last - growth.floor.first < LEAST_UNEXPLAINED_BYTES) return [];
  return [describe(growth, facts, null, site ?? null)];
}

/**
 * A slow leak drowns in the noise of the floor for minutes, but the collection that takes it grows at every count. It
 * is proof enough when the code that adds was seen doing it, and the pace has not slackened.
 */
function isFillingSteadily(
  { trend, insertion, collection }: GrowingCollection,
  { floor, sites }: HeapGrowth,
): boolean {
  const isSteady =
    trend.slopePerSecond >= LEAST_ENTRIES_PER_SECOND &&
    trend.lateSlopePerSecond >= trend.slopePerSecond * 0.7;
  const isSeen =
    insertion?.blame.subject || (collection.type === 'Object' && sites.some(isGrowingInUserCode));
  return isSteady && Boolean(isSeen) && floor.verdict !== 'falling' && floor.slopePerSecond > 0;
}

function isGrowingInUserCode({ trend, blame, share }: AllocationSite): boolean {
  return trend.verdict === 'growing' && blame.subject !== null && share >= 0.1;
}

/** The collection to blame: the fastest growing one whose filler is known, those that fill along with it left out. */
function mainCollection(collections: GrowingCollection[], sites: AllocationSite[]): GrowingCollection | null {
  const known = collections.filter(({ insertion }) => insertion?.blame.subject);
  const [fastest] = known;
  const [first] = collections;
  const files = new Set(sites.slice(0, 3).map(({ blame }) => blame.subject?.file));
  const isAllocating = ({ insertion }: GrowingCollection) => files.has(insertion!.blame.subject!.file);
  if (!first || !fastest) return first ?? null;
  // A plain object cannot be seen being filled; one that grows far faster than all others leads all the same.
  if (first.trend.slopePerSecond > fastest.trend.slopePerSecond * 3 && !isAllocating(fastest)) return first;
  // Among those about as fast, the one in the file where most is allocated.
  const alike = known.filter(({ trend }) => trend.slopePerSecond >= fastest.trend.slopePerSecond * 0.5);
  return alike.find(isAllocating) ?? fastest;
}

function siteBehind(sites: AllocationSite[], { insertion }: GrowingCollection): AllocationSite | null {
  const file = insertion?.blame.subject?.file;
  return (
    sites.find(({ blame, share }) => share >= 0.1 && blame.subject?.file === file) ??
    sites.find((site) => isGrowingInUserCode(site) && site.share >= LEAST_SITE_SHARE) ??
    sites.find(isGrowingInUserCode) ??
    null
  );
}

function describe(
  { floor, thread }: HeapGrowth,
  facts: Facts,
  filled: GrowingCollection | null,
  site: AllocationSite | null,
): Draft {
  const limit = heapLimitOf(facts.observations);
  const exhaustionSeconds = secondsUntil(limit, floor);
  const blame = filled?.insertion?.blame ?? site?.blame ?? null;
  const frame = blame?.subject ?? null;
  const kind = kindOf(filled);
  const name = filled ? nameOf(filled) : (frame?.functionName ?? 'heap');
  return {
    kind,
    severity: leakSeverity(exhaustionSeconds),
    confidence: filled?.insertion
      ? site
        ? 0.95
        : 0.9
      : filled
        ? 0.75
        : site
          ? Math.min(0.85, 0.55 + site.share * 0.35)
          : 0.5,
    urgency: leakUrgency(exhaustionSeconds),
    title: titleOf(kind, filled, name, floor.slopePerSecond, blame ? placeWithLibrary(blame) : null),
    subject: subjectOf(filled ? 'collection' : frame ? 'function' : 'memory', name, frame, thread),
    impact: {
      metric: 'heap',
      value: Math.round(floor.slopePerSecond),
      unit: 'bytes/s',
      share: site?.share,
      exhaustionSeconds,
      limit: limit === undefined ? undefined : `heap limit ${formatBytes(limit)}`,
    },
    evidence: evidenceOf(floor, filled, site),
    innocentExplanation: `A cache still filling would flatten, a batch would fall back: the floor did neither in ${Math.round(facts.lookSeconds)} s.`,
    advice: adviceFor(kind, filled),
    caveats:
      facts.lookSeconds < 25
        ? ['A short look: a cache that takes minutes to fill looks the same. Look for longer to be sure.']
        : [],
    asSymptom: `heap grows by ${formatBytes(floor.slopePerSecond)}/s${frame ? `, allocated in ${place(frame)}` : ''}`,
    effect: 'heap',
    explains: ['gc', 'native', 'external'],
  };
}

/** Told by who adds to the collection: Node's emitters, or an async hook. */
function kindOf(filled: GrowingCollection | null): FindingKind {
  const frames = filled?.insertion?.frames ?? [];
  const before = frames.slice(
    0,
    Math.max(
      0,
      frames.findIndex((frame) => frame.owner === 'app'),
    ),
  );
  if (frames[0]?.file === 'node:events' || /event_target/.test(frames[0]?.file ?? '')) return 'listener-leak';
  return before.some((frame: Frame) => /async_hooks|promise_hook/.test(frame.file ?? ''))
    ? 'async-context-leak'
    : 'heap-leak';
}

function nameOf({ collection }: GrowingCollection): string {
  return (
    collection.holderName ??
    (collection.className === collection.type ? collection.type : collection.className)
  );
}

function titleOf(
  kind: FindingKind,
  filled: GrowingCollection | null,
  name: string,
  bytesPerSecond: number,
  where: string | null,
): string {
  const at = where ? ` (${where})` : '';
  if (!filled)
    return `The heap grows by ${formatBytes(bytesPerSecond)}/s${where ? `; what stays is allocated in \`${name}\`` : ', of unknown origin'}${at}`;
  const { collection, trend } = filled;
  const rate = perSecond(trend.slopePerSecond);
  if (kind === 'listener-leak') return `Listeners pile up by ${rate} and are never removed${at}`;
  const type =
    collection.className === collection.type
      ? collection.type
      : `${collection.className} (a ${collection.type})`;
  const named = collection.holderName ? `${type} \`${collection.holderName}\`` : `${aOrAn(type)}`;
  return `${named} grows by ${rate.replace('/s', ' entries/s')} and is never trimmed${at}`;
}

function aOrAn(noun: string): string {
  return `${/^[AEIO]/.test(noun) ? 'An' : 'A'} ${noun}`;
}

function evidenceOf(
  floor: HeapGrowth['floor'],
  filled: GrowingCollection | null,
  site: AllocationSite | null,
): Evidence[] {
  const evidence: Evidence[] = [
    {
      source: 'gc',
      statement: `memory in use after a full GC ${risen(floor)}, from ${formatBytes(floor.first)} to ${formatBytes(floor.last)}`,
      value: floor.slopePerSecond,
      unit: 'bytes/s',
    },
  ];
  if (filled) {
    const { collection, trend } = filled;
    const newest = collection.newestEntry ? `, newest entry: ${collection.newestEntry}` : '';
    evidence.push({
      source: 'census',
      statement: `${collection.type}: ${trend.first} to ${trend.last} entries, ${risen(trend)}${newest}`,
      value: trend.slopePerSecond,
      unit: 'entries/s',
    });
  }
  if (filled?.insertion) {
    const caller = filled.insertion.blame.caller;
    evidence.push({
      source: 'census',
      statement: `entries were seen being added in ${placeWithLibrary(filled.insertion.blame)}${caller ? `, called by ${place(caller)}` : ''}`,
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

function adviceFor(kind: FindingKind, filled: GrowingCollection | null): string[] {
  if (kind === 'listener-leak')
    return [
      'Remove the listener when its owner is done (off, once, or an AbortSignal), or add it once outside of the request.',
    ];
  if (kind === 'async-context-leak')
    return [
      'Do not keep promises or requests in the context, leave it when the request ends, or use AsyncLocalStorage.',
    ];
  if (!filled)
    return [
      'Find what keeps these objects: a module-level collection, a closure or a listener that is never let go.',
    ];
  const bound = {
    Map: 'an LRU with a maximum',
    Set: 'a maximum',
    Array: 'a ring buffer',
    Object: 'a Map with a maximum',
  }[filled.collection.type];
  return [`Bound it (${bound}), or delete entries when what they stand for has ended.`];
}

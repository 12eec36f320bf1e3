// The evidence of a heap leak: the heap after GC, the collection that fills, its holder, where the retained objects are
// allocated.
import type { Blame } from '../../../analysis/cpu/blame/blame.ts';
import type { Facts } from '../../../analysis/facts.ts';
import type { ClassGrowth } from '../../../analysis/growth/class-growth.ts';
import type { GrowingCollection } from '../../../analysis/growth/growing-collections.ts';
import type { AllocationSite } from '../../../analysis/growth/heap-growth.ts';
import type { Evidence } from '../../../model/finding.ts';
import type { Frame } from '../../../model/frame.ts';
import type { HeapGrowth } from '../../../model/heap/heap-report.ts';
import type { FinalizationUse } from '../../../model/memory/census.ts';
import type { CollectionGrowth, CollectionHolder, CollectionType } from '../../../model/memory/collection.ts';
import { formatBytes, formatNumber, formatShare } from '../../../units/units.ts';
import { HEAP_CAUSE } from '../../thresholds/memory.ts';
import { movement, packageOf, perSecond, place, placeWithLibrary, risen } from '../../wording.ts';
import { nodeFrameWords } from '../../words/node-frame-words.ts';
import { cutTexts, cutTextsEvidence } from '../cut-texts.ts';
import type { HeapCause, PilingClosures } from '../heap-cause.ts';
import { floorEvidence } from '../heap-impact.ts';
import type { PromiseMaker } from '../promise-maker.ts';
import { grownWords } from './heap-leak-title.ts';

export function evidenceOf(cause: HeapCause): Evidence[] {
  const { growth, filled, site, platform, maker, most } = cause;
  const evidence: Evidence[] = [floorEvidence(growth)];
  if (filled) evidence.push(sizeEvidence(filled));
  evidence.push(...cutTextsEvidence(cutTexts(cause)));
  if (filled?.collection.replaced)
    evidence.push({
      source: 'census',
      statement: `it is replaced by a larger copy each time; culprit saw this ${filled.collection.replaced === 1 ? 'once' : `${filled.collection.replaced} times`}`,
    });
  if (filled?.collection.holder)
    evidence.push({ source: 'references', statement: heldBy(filled.collection.holder) });
  if (filled?.insertion) {
    const { blame, frames } = filled.insertion;
    const by = adderOf(frames, blame);
    evidence.push({
      source: 'census',
      statement: `culprit saw entries being added in ${placeWithLibrary(blame)}${blame.caller ? `, called by ${place(blame.caller)}` : ''}${by ? `; ${packageOf(by)} adds them (${place(by)})` : ''}`,
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
  if (platform) evidence.push(platformEvidence(platform));
  if (maker) evidence.push(makerEvidence(maker));
  if (most) evidence.push(classEvidence(most));
  return evidence;
}

/** A text that is much of the heap and longer than before, where nothing else is named: it may fall back at times, as what is written in pieces does. */
export function largeTextEvidence(
  { filled, growth }: HeapCause,
  all: readonly CollectionGrowth[],
): Evidence[] {
  if (filled) return [];
  return all
    .filter(({ type, thread }) => type === 'String' && thread === growth.thread)
    .map((text) => ({ text, first: text.sizes[0]?.entries ?? 0, last: text.sizes.at(-1)?.entries ?? 0 }))
    .filter(({ first, last }) => last > first && last * 1024 >= growth.floor.last * HEAP_CAUSE.largeTextShare)
    .slice(0, 1)
    .map(({ text: { holder }, last }) => ({
      source: 'references',
      statement: `a string of ${formatBytes(last * 1024)}, which kept growing, is ${holder ? heldBy(holder) : 'held somewhere'}`,
    }));
}

const IN_WORDS: Partial<Record<CollectionType, string>> = { List: 'linked list', Chain: 'prototype chain' };

function sizeEvidence({ collection, trend, isTrimmed }: GrowingCollection): Evidence {
  if (collection.type === 'String') {
    const kib = (value: number) => formatBytes(value * 1024);
    const statement = `the length of the string ${movement(trend, kib)}`;
    return { source: 'census', statement, value: trend.slopePerSecond * 1024, unit: 'bytes/s' };
  }
  const type = IN_WORDS[collection.type] ?? collection.type;
  const things = thingsOf(collection);
  const newest = collection.newestEntry ? `, newest entry: ${collection.newestEntry}` : '';
  const sizes = `${formatNumber(trend.first)} to ${formatNumber(trend.last)} ${things}`;
  return {
    source: 'census',
    statement: isTrimmed
      ? `${type}: the number of ${things} left after each removal rose from ${sizes}${newest}`
      : `${type}: ${sizes}, ${risen(trend)}${newest}`,
    value: trend.slopePerSecond,
    unit: 'entries/s',
  };
}

function thingsOf({ event, isFollowed, type }: CollectionGrowth): string {
  if (isFollowed) return 'signals that follow it, and listeners';
  if (type === 'Chain') return 'objects';
  return event === undefined ? 'entries' : 'listeners';
}

function platformEvidence({ share, frames, trend }: AllocationSite): Evidence {
  const frame = frames.find(({ owner }) => owner === 'node');
  const words = nodeFrameWords(frames) ?? 'objects of its own';
  return {
    source: 'heap-sampling',
    statement: `${formatShare(share)} of the growth is allocated by Node.js itself (${words}${frame ? `, in ${place(frame)}` : ''}): live bytes ${risen(trend)}`,
    value: Math.round(trend.slopePerSecond),
    unit: 'bytes/s',
  };
}

function makerEvidence({ blame, share, perSecond: value }: PromiseMaker): Evidence {
  const by = blame.inner ? packageOf(blame.inner) : (blame.app?.file ?? 'the program');
  return {
    source: 'async-resources',
    statement: `${by} creates ${formatShare(share)} of the promises that async hooks saw, about ${perSecond(value)}; for example in ${placeWithLibrary(blame)}`,
    value,
    unit: 'per second',
  };
}

function classEvidence({ name, first, last, share, perSecond: value }: ClassGrowth): Evidence {
  return {
    source: 'census',
    statement: `\`${name}\`: ${formatNumber(first)} objects at the first count, ${formatNumber(last)} at the last, ${formatShare(share)} of the increase over all classes`,
    value,
    unit: 'per second',
  };
}

/**
 * A FinalizationRegistry of the program, where no holder was found and the file that uses it allocates some of what stays: what it hands
 * over for an object is kept until that is collected, which never comes when it refers to the object itself.
 */
export function registryBehind({ growth, filled, closures }: HeapCause, { observations }: Facts) {
  if (filled) return null;
  const made = (file: string | null) =>
    closures?.frame.file === file ||
    growth.sites.some((site) => site.grownBytes > 0 && site.frames.some((frame) => frame.file === file));
  return (
    observations.registries.find(({ thread, frame }) => thread === growth.thread && made(frame.file)) ?? null
  );
}

export function registryEvidence(registry: FinalizationUse | null): Evidence[] {
  if (!registry) return [];
  const { name, frame } = registry;
  const statement = `${place(frame)} uses the FinalizationRegistry \`${name}\`, and no other holder was found`;
  return [{ source: 'references', statement }];
}

/** What grew from the first heap snapshot to the last. */
export function snapshotEvidence(grown: HeapGrowth | null): Evidence[] {
  if (!grown) return [];
  const [first, last] = [grown.entries[0] ?? 0, grown.entries.at(-1) ?? 0];
  const statement = `${grownWords(grown)}: ${formatNumber(first)} entries in the first heap snapshot, ${formatNumber(last)} in the last`;
  return [{ source: 'heap-snapshot', statement }];
}

export function closureEvidence(closures: PilingClosures | null): Evidence[] {
  if (!closures) return [];
  const { frame, first, last, perSecond: value } = closures;
  const statement = `functions created at ${place(frame)}: ${formatNumber(first)} at the first count of live objects, ${formatNumber(last)} at the last`;
  return [{ source: 'census', statement, value, unit: 'per second' }];
}

/** The package that adds, where it is not the one that the application called. */
function adderOf(frames: readonly Frame[], { library, inner }: Blame): Frame | null {
  const adder = frames.find(({ owner }) => owner === 'library' || owner === 'app');
  const isNamed = adder?.package === library?.package || adder?.package === inner?.package;
  return adder?.owner === 'library' && !isNamed ? adder : null;
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
      return `held by an entry of \`${name}\`${of === '' ? '' : ` of ${of}`}`;
    case 'global':
      return `held by the global \`${name}\``;
    case 'exports':
      return `exported by the module ${name}`;
    case 'handle':
      return 'held by an open handle';
  }
}

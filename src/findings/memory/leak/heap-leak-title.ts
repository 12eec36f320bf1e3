// The title of a heap leak: one sentence from what was found.
import type { Blame } from '../../../analysis/cpu/blame/blame.ts';
import type { GrowingCollection } from '../../../analysis/growth/growing-collections.ts';
import type { FindingKind } from '../../../model/finding.ts';
import type { Frame } from '../../../model/frame.ts';
import { nameOf as nameInHeap } from '../../../model/heap/heap-path-words.ts';
import type { HeapGrowth } from '../../../model/heap/heap-report.ts';
import type { CollectionGrowth } from '../../../model/memory/collection.ts';
import { formatBytes, formatNumber } from '../../../units/units.ts';
import { packageOf, perSecond, place, placeWithLibrary } from '../../wording.ts';
import { madeByNode, nodeFrameWords } from '../../words/node-frame-words.ts';
import { streamQueueOf, streamQueueTitle } from '../../words/stream-queue-words.ts';
import type { HeapCause, PilingClosures } from '../heap-cause.ts';

/** "sessions"; of "this.sessions" the class is said, where it is known: "Store.sessions". */
export function nameOf({ collection, insertion }: GrowingCollection): string {
  const held = heldAs(collection);
  // A package's parameter or local variable means nothing to whoever calls it.
  const adder = insertion?.frames.find(({ owner }) => owner === 'app' || owner === 'library');
  if (held && adder?.owner === 'library' && isOneWord(collection.holderName)) return held;
  return (
    namedHolder(collection, insertion?.frames ?? []) ??
    held ??
    (collection.className === collection.type ? collection.type : collection.className)
  );
}

const isOneWord = (name: string | null): boolean => name !== null && /^[\w$]+$/.test(name);

const isClass = (name: string): boolean => /^[A-Z]/.test(name) && name !== 'Object';

/** As the walk came to it: the variable, or the property with the class of its object. */
function heldAs({ holder }: CollectionGrowth): string | null {
  if (holder?.kind === 'variable') return holder.name;
  if (holder?.kind !== 'property') return null;
  return isClass(holder.of) ? `${holder.of}.${holder.name}` : holder.name;
}

function namedHolder({ holderName, holder }: CollectionGrowth, frames: readonly Frame[]): string | null {
  const property = holderName === null ? undefined : /^this\.(.+)$/.exec(holderName)?.[1];
  if (property === undefined) return holderName;
  const method = frames.find(({ owner }) => owner === 'app' || owner === 'library')?.functionName ?? '';
  const isItsOwn = holder?.kind === 'property' && holder.name === property && isClass(holder.of);
  const ofClass = isItsOwn ? holder.of : /^(?:new )?([A-Z][\w$]*)(?:\.|$)/.exec(method)?.[1];
  return ofClass === undefined ? holderName : `${ofClass}.${property}`;
}

interface Named {
  name: string;
  bytesPerSecond: number;
  where: string | null;
  grown: HeapGrowth | null;
}

/** "Map `store.byUser`"; of many that grow alike "Map `store.byUser` (40 like it)". */
export function grownWords({ collection, holders }: HeapGrowth): string {
  const words = `${collection.className} \`${nameInHeap(collection)}\``;
  return holders > 1 ? `${words} (one of ${formatNumber(holders)} like it)` : words;
}

export function titleOf(
  kind: FindingKind,
  { filled, site }: HeapCause,
  { name, bytesPerSecond, where, grown }: Named,
): string {
  if (!filled) {
    const made = site && madeByNode(site.frames);
    if (grown)
      return `The heap grows by ${formatBytes(bytesPerSecond)}/s; ${grownWords(grown)} retains the objects, which are ${made ? `${made}, ` : ''}allocated in ${where ?? `\`${name}\``}`;
    return `The heap grows by ${formatBytes(bytesPerSecond)}/s; the retained objects are ${made ? `${made}, ` : ''}allocated in ${where ?? `\`${name}\``}`;
  }
  const at = where ? ` (${where})` : '';
  const { collection, trend, isTrimmed } = filled;
  const rate = perSecond(trend.slopePerSecond);
  if (kind === 'listener-leak') return listenerTitle(filled, name, at);
  const type =
    collection.className === collection.type
      ? collection.type
      : `${collection.className} (a ${collection.type})`;
  const queue = streamQueueOf(collection);
  if (queue) return streamQueueTitle(queue, trend.slopePerSecond, at);
  if (collection.alike !== undefined)
    return alikeTitle(collection, collection.type === 'List' ? 'Linked list' : type, rate, at);
  if (collection.type === 'String')
    return `A string${quoted(collection, name)} grows by ${formatBytes(trend.slopePerSecond * 1024)}/s${at}`;
  if (collection.type === 'List')
    return `A linked list${quoted(collection, name)} grows by ${rate.replace('/s', ' entries/s')} faster than entries are removed${at}`;
  if (collection.type === 'Chain')
    return `Objects${heldAs(collection) ? ` at \`${name}\`` : ''} inherit from each other, ${formatNumber(trend.last)} of them, ${perSecond(trend.slopePerSecond)} more${at}`;
  const { holder, holderName } = collection;
  const isEntry = !holderName && holder?.kind === 'entry' && isClass(holder.of);
  const within = isEntry ? ` in \`${holder.of}.${holder.name}\`` : '';
  const named = holderName || heldAs(collection) ? `${type} \`${name}\`` : `${aOrAn(type)}${within}`;
  const trimmed = isTrimmed ? ', although entries are removed at times' : ' and is never trimmed';
  return `${named} grows by ${rate.replace('/s', ' entries/s')}${collection.type === 'Array' && !isTrimmed ? '' : trimmed}${at}`;
}

/** Without a collection, and without a place in the program: by what accumulates, or by what of Node's allocates it. */
export function originTitle(
  { platform, most }: HeapCause,
  bytesPerSecond: number,
  maker: string | null = null,
): string {
  const grows = `The heap grows by ${formatBytes(bytesPerSecond)}/s`;
  const words = platform ? nodeFrameWords(platform.frames) : null;
  const nodes = words === null ? '' : `${words} that Node.js allocates for the program`;
  if (most) {
    const things = `\`${most.name}\` objects accumulate at ${perSecond(most.perSecond)}`;
    return `${grows}: ${things}${nodes === '' ? '' : `, with ${nodes}`}`;
  }
  const by = maker === null ? '' : `; most promises are created in ${maker}`;
  return nodes === '' ? `${grows}, of unknown origin` : `${grows}; the retained objects are ${nodes}${by}`;
}

/** " `Queue.first`"; nothing where the name is not known. */
function quoted(collection: CollectionGrowth, name: string): string {
  return heldAs(collection) ? ` \`${name}\`` : '';
}

/** "Arrays like `room.messages` (40 of them) grow by 30 entries/s together (src/chat.ts:12, post)" */
function alikeTitle(
  collection: GrowingCollection['collection'],
  type: string,
  rate: string,
  at: string,
): string {
  const { alike, type: kind } = collection;
  const name = collection.holderName ?? heldAs(collection);
  const like = name ? ` like \`${name}\`` : '';
  const end =
    kind === 'List' ? 'in total, faster than entries are removed' : 'in total and are never trimmed';
  return `${type}s${like} (${alike} of them) grow by ${rate.replace('/s', ' entries/s')} ${end}${at}`;
}

/** "Listeners for 'order' accumulate on EventEmitter `bus` by 5/s and are never removed (src/feed.ts:12, follow)" */
function listenerTitle({ collection, trend }: GrowingCollection, name: string, at: string): string {
  const { event, className, type, holderName, holder, isFollowed, alike } = collection;
  const isEmitter = type === 'EventEmitter' || type === 'EventTarget';
  const isOfClass = holder?.kind === 'property' && isClass(holder.of);
  const isNamed = holderName !== null || isOfClass || (isEmitter && heldAs(collection) !== null);
  const one = [isEmitter ? className : '', isNamed ? `\`${name}\`` : ''].filter(Boolean).join(' ');
  const emitter = isEmitter && alike !== undefined ? `${alike} objects like ${one}` : one;
  const rate = perSecond(trend.slopePerSecond);
  if (isFollowed)
    return `Signals made by AbortSignal.any() accumulate on ${emitter}, which they follow, by ${rate}${at}`;
  const of =
    event === undefined ? '' : isMostly(collection) ? ` for '${event}'` : ` ('${event}' and other events)`;
  return `Listeners${of} accumulate${emitter ? ` on ${emitter}` : ''} by ${rate}${alike === undefined ? '' : ' in total'} and are never removed${at}`;
}

/** Nearly all of its listeners are those of one event. */
function isMostly({ eventListeners, sizes }: CollectionGrowth): boolean {
  return eventListeners === undefined || eventListeners >= (sizes.at(-1)?.entries ?? 0) * LEAST_OF_ONE_EVENT;
}

const LEAST_OF_ONE_EVENT = 0.8;

/** "Functions `quote` accumulate at 12/s, and each keeps what it closes over (src/prices.ts:15)" */
export function closuresTitle(
  { frame, perSecond: rate, last, isChain }: PilingClosures,
  asked: Blame | null = null,
): string {
  const named = frame.functionName === '(anonymous)' ? '' : ` \`${frame.functionName}\``;
  if (isChain && frame.owner === 'library')
    return `Functions of ${packageOf(frame)} form a chain of ${formatNumber(last)} or more in which each keeps the one before it (${asked?.subject ? placeWithLibrary(asked) : place(frame)})`;
  if (isChain && rate < 1)
    return `Functions${named} form a chain of ${formatNumber(last)} or more in which each keeps the one before it, and what it closes over (${place(frame)})`;
  return `Functions${named} accumulate at ${perSecond(rate)}, and each keeps what it closes over (${place(frame)})`;
}

function aOrAn(noun: string): string {
  return `${/^[AEIO]/.test(noun) ? 'An' : 'A'} ${noun}`;
}

// The words for a collection: what it is, what is in it, what to do about it. Strings must be inert already.
import { describePlace, nameOf, shorten } from '../../model/heap/heap-path-words.ts';
import type {
  HeapAllocator,
  HeapCollection,
  HeapCollectionKind,
  HeapEntryGroup,
  HeapPlace,
} from '../../model/heap/heap-report.ts';
import { packageOf } from '../../model/owner/package-in-path.ts';
import { formatCount, formatNumber } from '../../units/units.ts';

const KIND_NOUNS: Record<HeapCollectionKind, string> = {
  map: 'Map',
  set: 'Set',
  array: 'array',
  'object-as-map': 'object used as a map',
  listeners: 'listeners',
  'promise-reactions': 'promise',
  timers: 'timers',
  'linked-list': 'linked list',
  alike: '',
  other: '',
};

/** "Map `sessions`", "listeners of `bus`". */
export function describeThing(collection: HeapCollection): string {
  const name = nameOf(collection);
  const { kind, className, path } = collection;
  if (kind === 'timers') return 'pending timers';
  if (kind === 'listeners') {
    const event = path.steps.findLast((step) => step.kind === 'listener')?.name;
    const target =
      name === '' ? (className === 'Array' ? '' : ` on ${shorten(className)}`) : ` on \`${name}\``;
    return `listeners${event ? ` of "${shorten(event)}"` : ''}${target}`;
  }
  if (kind === 'alike') {
    const what = shorten(collection.newest[0]?.className ?? '');
    return className === '' ? what : `${what} in ${shorten(className)}${name === '' ? '' : ` \`${name}\``}`;
  }
  const known = KIND_NOUNS[kind];
  const noun =
    known && (className === 'Object' || className.toLowerCase() === known.toLowerCase())
      ? known
      : shorten(className);
  return name === '' ? noun : `${noun} \`${name}\``;
}

/** As describeHolders, with the package that it belongs to. */
export function describeTitle(collection: HeapCollection, holders: number): string {
  const owner = packageAround(collection);
  return `${describeHolders(collection, holders)}${owner === null ? '' : ` in ${shorten(owner)}`}`;
}

/** As describeThing; of several that grow alike, the biggest and how many more there are. */
export function describeHolders(collection: HeapCollection, holders: number): string {
  const more = holders - 1;
  return more > 0
    ? `${describeThing(collection)} and ${formatNumber(more)} like it`
    : describeThing(collection);
}

const ENTRY_NOUNS: Partial<Record<HeapCollectionKind, string>> = {
  listeners: 'listener',
  'promise-reactions': 'waiter',
  timers: 'timer',
  alike: 'object',
};

export function describeEntries({ kind, entriesAreMinimum }: HeapCollection, entries: number): string {
  const plain = entries === 1 ? 'entry' : 'entries';
  const noun = ENTRY_NOUNS[kind];
  const count = noun ? formatCount(entries, noun) : `${formatNumber(entries)} ${plain}`;
  return entriesAreMinimum ? `at least ${count}` : count;
}

/** "20 Session (src/session.js:4)". */
export function describeGroup({ className, shape, count, place }: HeapEntryGroup, folder: string): string {
  const names = shape.length > 0 ? ` {${shape.map((name) => shorten(name, 30)).join(', ')}}` : '';
  const at = place ? ` (${describePlace(place, folder)})` : '';
  return `${formatNumber(count)} x ${shorten(className)}${names}${at}`;
}

/** The innermost variable on the way, as near to the collection as the program names it. */
export function nearestPlace({ path }: HeapCollection): HeapPlace | null {
  return (
    path.steps.findLast(({ kind, place }) => kind === 'variable' && place !== null)?.place ?? path.owner.place
  );
}

/** "18 of 20 in remember (src/session.js:4)". */
export function describeAllocator({ functionName, place, count }: HeapAllocator, folder: string): string {
  const at = place ? ` (${describePlace(place, folder)})` : '';
  return `${formatNumber(count)} x in ${functionName === '' ? 'an anonymous function' : shorten(functionName)}${at}`;
}

/** Name of the package whose code holds the collection; null for the reader's own. */
function packageAround(collection: HeapCollection): string | null {
  const file = nearestPlace(collection)?.file ?? '';
  return packageOf(file)?.name ?? null;
}

/** Of the arrays of an emitter, or of a target of the DOM. */
function isOfDom({ className, path }: HeapCollection): boolean {
  return className !== 'Array' && path.steps.at(-1)?.className === className;
}

/** What to do about a collection that grows or is big. */
export function adviseOn(collection: HeapCollection, isGrowing: boolean): string {
  switch (collection.kind) {
    case 'listeners':
      return `Add the listener once, or remove each one when its work is done: ${isOfDom(collection) ? 'removeEventListener' : 'removeListener'}, { once: true }, { signal }.`;
    case 'promise-reactions':
      return 'The promise never settles, so every then, await or Promise.race on it stays in memory. Settle it, or race against a promise that is created for each request.';
    case 'timers':
      return 'Clear each timer when it is no longer needed: clearTimeout, clearInterval.';
    case 'alike':
      return 'Many objects of one class that nothing else retains: find the code that creates them, and release them or their holder after use.';
    case 'other':
      return 'One large object: clear the variable or property after use.';
    default: {
      const owner = packageAround(collection);
      if (!isGrowing && collection.path.owner.kind === 'module-export' && collection.path.steps.length === 0)
        return 'Loaded once, with its module. Harmless, unless the module is not needed.';
      if (owner !== null)
        return `It belongs to the package ${shorten(owner)}: look for an option that sets a bound or an expiry, or for another implementation, and check what your code passes to it.`;
      return isGrowing
        ? 'Find the code that adds to it, and delete entries that are no longer needed. A cache needs a bound (size and age).'
        : 'If this is more than it should hold, delete entries that are no longer needed, or give it a bound (size and age).';
    }
  }
}

// From reads of growing collections to one record a collection, with the name its source gives it.

import { checkCallFrame } from '../../model/decode/cpu-profile.ts';
import { decodeStack } from '../../model/decode/stack.ts';
import type { CollectionGrowth } from '../../model/memory/collection.ts';
import { ownerOf } from '../../model/owner/owner.ts';
import { offlineSignal, type PlaceContext } from '../offline-signal.ts';
import {
  type CollectionsLine,
  type CollectionType,
  collectionsLine,
  type GrowingCollection,
} from './wire.ts';

export const collectionsSignal = offlineSignal({ collections: collectionsLine }, (of, context) => ({
  collections: decodeCollections(of('collections'), context),
}));

/** Each read tells of a collection what is new since the read before. Those that the last read leaves out fell back. */
export function decodeCollections(reads: CollectionsLine[], context: PlaceContext): CollectionGrowth[] {
  const { resolver, ownUrl } = context;
  return mergeReads(reads).map(({ thread, ...raw }) => {
    const insertions = raw.insertions.map((stack) => decodeStack(stack, resolver, ownUrl));
    const holder = raw.holder && resolver.holder(raw.holder);
    return { thread, ...raw, ...(holder && { holder }), insertions, holderName: holderOf(raw, context) };
  });
}

type MergedCollection = GrowingCollection & { thread: number };

function mergeReads(reads: CollectionsLine[]): MergedCollection[] {
  const last = new Map(reads.map((read) => [read.thread, read]));
  const before = new Map<string, MergedCollection>();
  for (const { thread, growing } of reads) {
    for (const raw of growing) {
      const key = `${thread}|${raw.id}`;
      const known = before.get(key);
      const { sizes = [], insertions = [] } = raw.alike === undefined ? (known ?? {}) : {};
      before.set(key, {
        // Not each read looks at an entry.
        ...(known?.entry && { entry: known.entry }),
        ...raw,
        thread,
        sizes: [...sizes, ...raw.sizes],
        insertions: [...insertions, ...raw.insertions],
      });
    }
  }
  return [...last.values()].flatMap(({ thread, growing }) =>
    growing.map(({ id }) => before.get(`${thread}|${id}`)!),
  );
}

const NAME = String.raw`([\w$#\]][\w$.#[\]?]*?)`;
/** How the line that adds names what it adds to. A plain object is assigned to by key. */
const ADDING: Record<CollectionType, RegExp[]> = {
  Map: [new RegExp(`${NAME}\\s*\\??\\.\\s*set\\s*\\(`)],
  Set: [new RegExp(`${NAME}\\s*\\??\\.\\s*add\\s*\\(`)],
  Array: [new RegExp(`${NAME}\\s*\\??\\.\\s*push\\s*\\(`)],
  Object: [
    new RegExp(`${NAME}\\s*\\[(?:[^\\][]|\\[[^\\][]*\\])*\\]\\s*(?:\\?\\?|\\|\\|)?=(?!=)`),
    new RegExp(`Object\\.assign\\(\\s*${NAME}\\s*,`),
    new RegExp(`${NAME}\\.[\\w$]+\\s*=(?!=)`),
  ],
  EventEmitter: [
    new RegExp(`${NAME}\\s*\\??\\.\\s*(?:on|addListener|once|prependListener|prependOnceListener)\\s*\\(`),
  ],
  EventTarget: [new RegExp(`${NAME}\\s*\\??\\.\\s*addEventListener\\s*\\(`)],
  // These are not caught being added to.
  String: [],
  Buffer: [],
  List: [],
  Chain: [],
};

/** What the source calls the collection in the line that adds: "sessions", "this.cache". */
function holderOf(
  { insertions, type }: GrowingCollection,
  { resolver, sources, ownUrl }: PlaceContext,
): string | null {
  for (const stack of insertions) {
    const first = stack.find(([, url]) => url !== ownUrl && ownerOf(String(url)) !== 'node');
    if (!first) continue;
    const [functionName, url, lineNumber, columnNumber] = first;
    const raw = checkCallFrame({ functionName, url, lineNumber, columnNumber });
    const text = sources.lines[`${resolver.sourcePath(raw)}:${resolver.frame(raw).line}`];
    for (const pattern of ADDING[type]) {
      const name = text && pattern.exec(text)?.[1];
      if (name) return name.replace(/\?$/, '').slice(0, 120);
    }
  }
  return null;
}

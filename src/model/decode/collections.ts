// Decoding what the census and its later reads say: collections that grow, objects by class, code that compiles code.
import type { ClassCount, ClosureGrowth, CompileSite } from '../census.ts';
import type { CollectionGrowth, CollectionHolder, CollectionType } from '../collection.ts';
import { ownerOf } from '../owner.ts';
import { checkCallFrame } from './cpu-profile.ts';
import type { FrameResolver, RawSources } from './frame-resolver.ts';
import { decodeStack, type RawStackFrame } from './samples.ts';

export interface RawCollections {
  thread: number;
  atMillis: number;
  growing: {
    id: number;
    type: CollectionType;
    className: string;
    event?: string;
    holder?: CollectionHolder;
    sizes: { atMillis: number; entries: number }[];
    newestEntry: string;
    insertions: RawStackFrame[][];
  }[];
}

/** Each read tells of a collection what is new since the read before. Those that the last read leaves out fell back. */
export function decodeCollections(
  reads: RawCollections[],
  resolver: FrameResolver,
  sources: RawSources,
  ownUrl: string,
): CollectionGrowth[] {
  return mergeReads(reads).map(({ thread, ...raw }) => {
    const insertions = raw.insertions.map((stack) => decodeStack(stack, resolver, ownUrl));
    return { thread, ...raw, insertions, holderName: holderOf(raw, resolver, sources, ownUrl) };
  });
}

type MergedCollection = RawCollections['growing'][number] & { thread: number };

function mergeReads(reads: RawCollections[]): MergedCollection[] {
  const last = new Map(reads.map((read) => [read.thread, read]));
  const before = new Map<string, MergedCollection>();
  for (const { thread, growing } of reads) {
    for (const raw of growing) {
      const key = `${thread}|${raw.id}`;
      const { sizes = [], insertions = [] } = before.get(key) ?? {};
      before.set(key, {
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
};

/** What the source calls the collection in the line that adds: "sessions", "this.cache". */
function holderOf(
  { insertions, type }: RawCollections['growing'][number],
  resolver: FrameResolver,
  sources: RawSources,
  ownUrl: string,
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

export interface RawCensus {
  thread: number;
  atMillis: number;
  cut: boolean;
  classes: [name: string, count: number][];
}

/** One entry a class, with its count in each census of its thread; a census that was cut short says nothing. */
export function decodeCensuses(censuses: RawCensus[]): ClassCount[] {
  const classes = new Map<string, ClassCount>();
  for (const { thread, atMillis, cut, classes: counts } of censuses) {
    if (cut) continue;
    for (const [name, objects] of counts) {
      const key = `${thread}|${name}`;
      const known = classes.get(key) ?? { thread, name, counts: [] };
      known.counts.push({ atMillis, objects });
      classes.set(key, known);
    }
  }
  return [...classes.values()];
}

export interface RawClosures {
  thread: number;
  closures: { class: string; frame: RawStackFrame }[];
}

/** Closures whose place is known, with the counts of their class. */
export function decodeClosures(
  located: RawClosures[],
  classes: readonly ClassCount[],
  resolver: FrameResolver,
): ClosureGrowth[] {
  return located.flatMap(({ thread, closures }) =>
    closures.flatMap(({ class: name, frame: [, url, lineNumber, columnNumber] }) => {
      const counts = classes.find((count) => count.thread === thread && count.name === name)?.counts ?? [];
      const functionName = /^function (.*)#\d+$/s.exec(name)?.[1] ?? '';
      const frame = resolver.frame(checkCallFrame({ functionName, url, lineNumber, columnNumber }));
      return [{ thread, frame, counts, chained: 0 }];
    }),
  );
}

export interface RawWalk {
  thread: number;
  atMillis: number;
  functions: { name: string; url: string; line: number; column: number; count: number; chained: number }[];
}

/** Functions that a walk along references met, with their number in each walk of the thread. */
export function decodeWalks(walks: RawWalk[], resolver: FrameResolver): ClosureGrowth[] {
  const byPlace = new Map<string, ClosureGrowth>();
  for (const { thread, atMillis, functions } of walks) {
    for (const { name, url, line: lineNumber, column: columnNumber, count, chained } of functions) {
      const key = `${thread}|${url}|${lineNumber}|${columnNumber}`;
      const frame = resolver.frame(checkCallFrame({ functionName: name, url, lineNumber, columnNumber }));
      const known = byPlace.get(key) ?? { thread, frame, counts: [], chained };
      known.chained = chained;
      known.counts.push({ atMillis, objects: count });
      byPlace.set(key, known);
    }
  }
  return [...byPlace.values()];
}

export interface RawCompilations {
  thread: number;
  millis: number;
  sites: { frames: RawStackFrame[]; count: number }[];
}

export function decodeCompilations(
  watches: RawCompilations[],
  resolver: FrameResolver,
  ownUrl: string,
): CompileSite[] {
  return watches.flatMap(({ thread, millis, sites }) =>
    sites.map(({ frames, count }) => ({
      thread,
      frames: decodeStack(frames, resolver, ownUrl),
      scripts: count,
      watchedMillis: millis,
    })),
  );
}

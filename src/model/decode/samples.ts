// Decoding the probe's reads: resolves their stacks and turns running counts into one record a creation site and
// one a collection.
import type { AsyncObservation, AsyncSite } from '../async-resource.ts';
import type { CollectionGrowth } from '../collection.ts';
import type { Frame } from '../frame.ts';
import { checkCallFrame } from './cpu-profile.ts';
import type { FrameResolver, RawSources } from './frame-resolver.ts';

type RawStackFrame = unknown[];

export interface RawAsyncRead {
  thread: number;
  atMillis: number;
  coverage: number;
  onMillis: number;
  seen: Record<string, number>;
  sites: {
    type: string;
    frames: RawStackFrame[];
    repeats: boolean;
    delay: number;
    made: number;
    watched: number;
    alive: number;
    oldWatched: number;
    oldAlive: number;
  }[];
}

/** All reads of one thread, in time order. */
export function decodeAsyncReads(
  reads: RawAsyncRead[],
  resolver: FrameResolver,
  ownUrl: string,
): AsyncObservation[] {
  const byThread = new Map<number, RawAsyncRead[]>();
  for (const read of reads) {
    const known = byThread.get(read.thread);
    if (known) known.push(read);
    else byThread.set(read.thread, [read]);
  }
  return [...byThread].map(([thread, threadReads]) => decodeThread(thread, threadReads, resolver, ownUrl));
}

function decodeThread(
  thread: number,
  reads: RawAsyncRead[],
  resolver: FrameResolver,
  ownUrl: string,
): AsyncObservation {
  const last = reads.at(-1)!;
  const seconds = Math.max(0.001, last.onMillis / 1_000);
  const sites = new Map<string, AsyncSite>();
  for (const read of reads) {
    for (const raw of read.sites) {
      const key = `${raw.type}|${JSON.stringify(raw.frames)}`;
      let site = sites.get(key);
      if (!site) {
        const frames = decodeStack(raw.frames, resolver, ownUrl);
        site = {
          thread,
          type: raw.type,
          frames,
          isRepeating: raw.repeats,
          delayMillis: raw.delay >= 0 ? raw.delay : undefined,
          reads: [],
        };
        sites.set(key, site);
      }
      const { made, watched, alive, oldWatched, oldAlive } = raw;
      site.reads.push({ atMillis: read.atMillis, made, watched, alive, oldWatched, oldAlive });
    }
  }
  const madePerSecond = Object.fromEntries(
    Object.entries(last.seen).map(([type, count]) => [type, count / seconds]),
  );
  return { thread, coverage: Math.min(1, last.coverage), madePerSecond, sites: [...sites.values()] };
}

/** [functionName, url, line, column] -> frames; our own are dropped, and those of async_hooks that called our hook. */
export function decodeStack(frames: RawStackFrame[], resolver: FrameResolver, ownUrl: string): Frame[] {
  const decoded: Frame[] = [];
  for (const [functionName, url, lineNumber, columnNumber] of frames) {
    if (url === ownUrl) continue;
    if (decoded.length === 0 && String(url).startsWith('node:internal/async_hooks')) continue;
    decoded.push(resolver.frame(checkCallFrame({ functionName, url, lineNumber, columnNumber })));
  }
  return decoded;
}

export interface RawCollections {
  thread: number;
  atMillis: number;
  growing: {
    type: 'Map' | 'Set' | 'Array' | 'Object';
    className: string;
    sizes: { atMillis: number; entries: number }[];
    newestEntry: string;
    insertions: RawStackFrame[][];
  }[];
}

/** The last read says it all: it carries the sizes of every read before. */
export function decodeCollections(
  reads: RawCollections[],
  resolver: FrameResolver,
  sources: RawSources,
  ownUrl: string,
): CollectionGrowth[] {
  const last = new Map(reads.map((read) => [read.thread, read]));
  return [...last.values()].flatMap((read) =>
    read.growing.map((raw) => {
      const insertions = raw.insertions.map((stack) => decodeStack(stack, resolver, ownUrl));
      const holderName = holderOf(raw.insertions, resolver, sources, ownUrl);
      const { type, className, sizes, newestEntry } = raw;
      return { thread: read.thread, type, className, sizes, newestEntry, insertions, holderName };
    }),
  );
}

/** What stands before `.set(`, `.add(` or `.push(` in the line that adds: "sessions", "this.cache". */
function holderOf(
  stacks: RawStackFrame[][],
  resolver: FrameResolver,
  sources: RawSources,
  ownUrl: string,
): string | null {
  for (const stack of stacks) {
    const first = stack.find(([, url]) => url !== ownUrl && url !== '');
    if (!first) continue;
    const raw = checkCallFrame({
      functionName: first[0],
      url: first[1],
      lineNumber: first[2],
      columnNumber: first[3],
    });
    const line = resolver.frame(raw).line;
    const text = sources.lines[`${resolver.sourcePath(raw)}:${line}`];
    const match = text && /([\w$#\]][\w$.#[\]?]*)\s*\??\.\s*(?:set|add|push)\s*\(/.exec(text);
    if (match) return match[1]!.replace(/\?$/, '').slice(0, 120);
  }
  return null;
}

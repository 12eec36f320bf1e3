// Decoding the probe's reads of async resources: resolves their stacks and turns running counts into one record a
// creation site.
import type { AsyncObservation, AsyncSite } from '../async-resource.ts';
import type { Frame } from '../frame.ts';
import { checkCallFrame } from './cpu-profile.ts';
import type { FrameResolver } from './frame-resolver.ts';

export type RawStackFrame = unknown[];

export interface RawAsyncRead {
  thread: number;
  atMillis: number;
  coverage: number;
  onMillis: number;
  seen: Record<string, number>;
  sites: {
    /** Absent in old recordings: then each read has the frames. */
    id?: number;
    type: string;
    label?: string;
    /** Empty once they were said. */
    frames: RawStackFrame[];
    repeats: boolean;
    delay: number;
    made: number;
    watched: number;
    alive: number;
    oldWatched: number;
    oldAlive: number;
    oldestMillis?: number;
  }[];
}

export interface RawHandlers {
  thread: number;
  handlers: { site: number; name: string; url: string; line: number; column: number }[];
}

/** All reads of one thread, in time order. */
export function decodeAsyncReads(
  reads: RawAsyncRead[],
  resolver: FrameResolver,
  ownUrl: string,
  handlers: RawHandlers[] = [],
): AsyncObservation[] {
  const byThread = new Map<number, RawAsyncRead[]>();
  for (const read of reads) {
    const known = byThread.get(read.thread);
    if (known) known.push(read);
    else byThread.set(read.thread, [read]);
  }
  return [...byThread].map(([thread, threadReads]) => {
    const known = handlers.filter((read) => read.thread === thread).flatMap((read) => read.handlers);
    const handlerOf = new Map(
      known.map(({ site, name, url, line, column }) => [
        site,
        resolver.frame(checkCallFrame({ functionName: name, url, lineNumber: line, columnNumber: column })),
      ]),
    );
    return decodeThread(thread, threadReads, handlerOf, (frames) => decodeStack(frames, resolver, ownUrl));
  });
}

function decodeThread(
  thread: number,
  reads: RawAsyncRead[],
  handlerOf: ReadonlyMap<number, Frame>,
  framesOf: (frames: RawStackFrame[]) => Frame[],
): AsyncObservation {
  const last = reads.at(-1)!;
  const seconds = Math.max(0.001, last.onMillis / 1_000);
  const sites = new Map<string, AsyncSite>();
  for (const read of reads) {
    for (const raw of read.sites) {
      const key = raw.id === undefined ? `${raw.type}|${JSON.stringify(raw.frames)}` : String(raw.id);
      let site = sites.get(key);
      if (!site) {
        site = {
          thread,
          type: raw.type,
          label: raw.label,
          handler: raw.id === undefined ? undefined : handlerOf.get(raw.id),
          frames: framesOf(raw.frames),
          isRepeating: raw.repeats,
          delayMillis: raw.delay >= 0 ? raw.delay : undefined,
          reads: [],
        };
        sites.set(key, site);
      }
      const { made, watched, alive, oldWatched, oldAlive, oldestMillis } = raw;
      site.reads.push({ atMillis: read.atMillis, made, watched, alive, oldWatched, oldAlive, oldestMillis });
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

// From counts of objects and functions, read several times, to one record a class and a place.

import { checkCallFrame } from '../../model/decode/cpu-profile.ts';
import type { FrameResolver } from '../../model/decode/frame-resolver.ts';
import type { ClassCount, ClosureGrowth, FinalizationUse } from '../../model/memory/census.ts';
import { offlineSignal } from '../offline-signal.ts';
import {
  type CensusLine,
  type ClosuresLine,
  censusLine,
  closuresLine,
  type WalkLine,
  walkLine,
} from './wire.ts';

export const censusSignal = offlineSignal(
  { census: censusLine, closures: closuresLine, walk: walkLine },
  (of, { resolver }) => {
    const classes = decodeCensuses(of('census'));
    const closures = [
      ...decodeClosures(of('closures'), classes, resolver),
      ...decodeWalks(of('walk'), resolver),
    ];
    return { classes, closures, registries: decodeRegistries(of('walk'), resolver) };
  },
);

/** One entry a class, with its count in each census of its thread; a census that was cut short says nothing. */
function decodeCensuses(censuses: CensusLine[]): ClassCount[] {
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

/** Closures whose place is known, with the counts of their class. */
function decodeClosures(
  located: ClosuresLine[],
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

/** Functions that a walk along references met, with their number in each walk of the thread. */
function decodeWalks(walks: WalkLine[], resolver: FrameResolver): ClosureGrowth[] {
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

/** Of the program itself, each once: packages hand over what does no harm, mostly. */
function decodeRegistries(walks: WalkLine[], resolver: FrameResolver): FinalizationUse[] {
  const found = new Map<string, FinalizationUse>();
  for (const { thread, registries = [] } of walks) {
    for (const raw of registries) {
      const { kind, name, of: functionName, at } = resolver.holder(raw);
      if (kind !== 'variable' || !at) continue;
      const { url, line: lineNumber, column: columnNumber } = at;
      const frame = resolver.frame(checkCallFrame({ functionName, url, lineNumber, columnNumber }));
      if (frame.owner === 'app') found.set(`${thread}|${name}|${frame.file}`, { thread, name, frame });
    }
  }
  return [...found.values()];
}

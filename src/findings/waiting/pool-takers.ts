// Which code takes connections from a pool, from the callers that were sampled.
import type { Facts } from '../../analysis/facts.ts';
import { isTaking, type Waiters } from '../../analysis/waiting/short-pools.ts';
import type { Frame } from '../../model/frame.ts';
import { formatNumber } from '../../units/units.ts';
import { type CreationSite, throughLibrary } from '../creation-site.ts';
import { placeWithLibrary } from '../wording.ts';

export interface PoolTaker extends CreationSite {
  /** It takes something out itself, and has to give it back; else the library does both. */
  isOwner: boolean;
}

/** The place that takes, where one was seen taking; else the one that asks most often. Null where nobody was caught. */
export function takerOf({ waiters }: { waiters: readonly Waiters[] }, facts: Facts): PoolTaker | null {
  const calls = ({ frames, blame: by }: Waiters): string => calledBy(frames, by.subject);
  // A library that waits in a later turn has nobody's code on its stack.
  const placed = waiters.filter(({ blame: by }) => by.app);
  const known = placed.length > 0 ? placed : waiters;
  const taker =
    known.find((waiter) => isTaking(calls(waiter))) ??
    known.find((waiter) => [...ownFiles(waiter, known)].some((file) => isTaking(basename(file))));
  const found = taker ?? known[0];
  if (!found) return null;
  const best = { ...found, blame: throughLibrary(found.blame, facts, ownFiles(found, known)) };
  const all = waiters.reduce((sum, { count }) => sum + count, 0);
  return {
    blame: best.blame,
    frame: best.blame.subject!,
    isOwner: taker !== undefined || !found.blame.app || !found.blame.library,
    evidence: {
      source: 'pools',
      statement: `${formatNumber(best.count)} of ${formatNumber(all)} sampled callers came from ${placeWithLibrary(best.blame)}`,
    },
  };
}

/** Files of the library that only these came through. */
function ownFiles(waiter: Waiters, all: readonly Waiters[]): ReadonlySet<string> {
  const filesOf = ({ frames }: Waiters) =>
    frames.flatMap(({ file, owner }) => (owner === 'library' && file ? [file] : []));
  const others = new Set(all.filter((other) => other !== waiter).flatMap(filesOf));
  return new Set(filesOf(waiter).filter((file) => !others.has(file)));
}

const basename = (file: string) => file.replace(/^.*[\\/]/, '');

/** The function that the subject's frame called. */
function calledBy(frames: readonly Frame[], subject: Frame | null): string {
  const at = frames.findIndex((frame) => frame.file === subject?.file && frame.line === subject?.line);
  const called = frames.slice(0, Math.max(0, at)).findLast(({ owner }) => owner === 'library');
  return called?.functionName.split('.').at(-1) ?? '';
}

// Many collections with the same kind of holder that grow a little each: what they hold together. A server has one for each
// room, tenant or node of a tree, and only some of them can be reported one by one.
import { growthOf, type Tracked } from './tracked-entry.ts';

/** All of them are watched since the same read. */
export interface Alike {
  key: string;
  /** Those that grow, the fastest first. */
  growing: Tracked[];
  /** Of all, grown or not, at each read at which all were counted. */
  sizes: { atMillis: number; entries: number }[];
}

const LEAST_ALIKE = 4;
const MOST_TOLD = 3;

/** The fastest; only those of which there are more than are told one by one. */
export function alikeCollections(
  tracked: readonly Tracked[],
  readTimes: readonly number[],
  isTold: (entry: Tracked) => boolean,
): Alike[] {
  const groups = new Map<string, Tracked[]>();
  for (const entry of tracked) {
    const group = groups.get(entry.heldAlike);
    if (group) group.push(entry);
    else groups.set(entry.heldAlike, [entry]);
  }
  const growth = ({ sizes }: Alike) => (sizes[sizes.length - 1]?.entries ?? 0) - (sizes[0]?.entries ?? 0);
  return [...groups]
    .filter(([, members]) => members.length >= LEAST_ALIKE)
    .map(([key, members]) => ({ key, members, growing: members.filter((entry) => growthOf(entry) > 0) }))
    .filter(({ growing }) => growing.length >= LEAST_ALIKE && !growing.every(isTold))
    .map(({ key, members, growing }) => ({
      key,
      growing: growing.sort((a, b) => growthOf(b) - growthOf(a)),
      sizes: sizesOf(members, readTimes),
    }))
    .filter((alike) => growth(alike) > 0)
    .sort((a, b) => growth(b) - growth(a))
    .slice(0, MOST_TOLD);
}

function sizesOf(members: readonly Tracked[], readTimes: readonly number[]): Alike['sizes'] {
  return readTimes.flatMap((atMillis, i) => {
    const entries = members.reduce((sum, { sizes }) => sum + sizes[i]!, 0);
    return entries >= 0 ? [{ atMillis, entries }] : [];
  });
}

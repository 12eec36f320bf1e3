// Which paths grew: those at which the number of things rose from each snapshot to the next, the topmost ones only.
import { namesOf, type PathTrie } from './path-trie.ts';

/** Fewer new entries are noise, whatever they weigh. */
const FEWEST_NEW_ENTRIES = 4;
/** Of the biggest step. */
const LEAST_STEP = 0.1;
/** Divided among leaks exactly; smaller ones beyond this number are not reported. */
const MOST_LEAKS = 50;

export interface GrowingPaths {
  /** One, or those of several things of one kind side by side. */
  paths: number[];
  /** For each snapshot. */
  entries: number[];
  retainedBytes: number[];
}

/** The ones that grew most, by bytes and by number. */
export function findGrowingPaths(trie: PathTrie): GrowingPaths[] {
  return mostGrown(joinSiblings(trie, growingPaths(trie)));
}

export const growthOf = (series: number[]) => series.at(-1)! - series[0]!;

/** By bytes and by number: what two collections share is retained by neither. */
function mostGrown(candidates: GrowingPaths[]): GrowingPaths[] {
  const half = MOST_LEAKS / 2;
  const byBytes = candidates.toSorted((a, b) => growthOf(b.retainedBytes) - growthOf(a.retainedBytes));
  const byEntries = candidates.toSorted((a, b) => growthOf(b.entries) - growthOf(a.entries));
  return [...new Set([...byBytes.slice(0, half), ...byEntries.slice(0, half)])];
}

function growingPaths(trie: PathTrie): GrowingPaths[] {
  const found: GrowingPaths[] = [];
  const series = (list: 'objects' | 'children' | 'retainedBytes', path: number) =>
    trie.snapshots.map((snapshot) => snapshot[list][path] ?? 0);
  for (let path = 0; path < trie.parents.length; path += 1) {
    const entries = series('children', path);
    // Where the things themselves became more, what holds them is the answer.
    if (isOfRoot(trie, trie.parents[path]!)) {
      // The engine's root holds everything and explains nothing: its parts are told one by one.
      const objects = series('objects', path);
      if (isRising(objects) && growthOf(objects) >= FEWEST_NEW_ENTRIES)
        found.push({ paths: [path], entries: objects, retainedBytes: series('retainedBytes', path) });
      else if (isRising(objects)) continue;
    }
    if (isOfRoot(trie, path) || !isRising(entries) || isRising(series('objects', path))) continue;
    if (growthOf(entries) < FEWEST_NEW_ENTRIES) continue;
    // V8 makes a scope's functions when they are first used.
    if (trie.parents[path]! < 0 && namesOf(trie, path).kind === 'module-variable') continue;
    found.push({ paths: [path], entries, retainedBytes: series('retainedBytes', path) });
  }
  return found;
}

/** Whether a path is the engine's own root. */
function isOfRoot(trie: PathTrie, path: number): boolean {
  return path >= 0 && trie.parents[path]! < 0 && namesOf(trie, path).kind === 'engine';
}

export function isRising(series: number[]): boolean {
  return series.every((value, index) => index === 0 || value > series[index - 1]!);
}

const FEWEST_SIBLINGS = 3;

/** `rooms.red`, `rooms.green`, `rooms.blue`: properties of one object that grow alike are one thing. */
function joinSiblings(trie: PathTrie, candidates: GrowingPaths[]): GrowingPaths[] {
  const families = new Map<string, GrowingPaths[]>();
  for (const candidate of candidates) {
    const path = candidate.paths[0]!;
    const { kind, className } = namesOf(trie, path);
    const key = kind === 'property' ? `${trie.parents[path]} ${className}` : `alone ${path}`;
    families.set(key, [...(families.get(key) ?? []), candidate]);
  }
  const sum = (family: GrowingPaths[], list: 'entries' | 'retainedBytes') =>
    family[0]![list].map((_, index) => family.reduce((total, one) => total + one[list][index]!, 0));
  return [...families.values()].flatMap((family) =>
    family.length < FEWEST_SIBLINGS
      ? family
      : [
          {
            paths: family.flatMap(({ paths }) => paths),
            entries: sum(family, 'entries'),
            retainedBytes: sum(family, 'retainedBytes'),
          },
        ],
  );
}

/** What rose by much once and by little after is settling: a warm-up, most likely. */
export function isSteady(entries: number[]): boolean {
  const steps = entries.slice(1).map((value, index) => value - entries[index]!);
  return Math.min(...steps) >= LEAST_STEP * Math.max(...steps);
}

// What grew, measured and described. As in BLeak (Vilk and Berger, PLDI 2018): a leak is a path whose out-degree keeps
// growing.
import type { DominatorTree } from '../../model/heap/dominators.ts';
import type { HeapGrowth, HeapStep, HeapStepKind } from '../../model/heap/heap-report.ts';
import { describeCollection } from './collections.ts';
import { divideAmongLeaks } from './leak-share.ts';
import { findGrowingPaths, type GrowingPaths, growthOf, isSteady } from './paths/growing-paths.ts';
import { namesOf, namesOnPath, type PathTrie } from './paths/path-trie.ts';
import type { Survey } from './survey.ts';

/**
 * Growth below this share of the heap is mentioned, but is no verdict; unless the heap itself grew by so little that it
 * explains a good part. Below the last of these, nothing does.
 */
const MINOR_SHARE = 0.005;
const EXPLAINING_SHARE = 0.1;
const LEAST_SHARE = 0.001;
/** Node's own pools and caches breathe. */
const ENGINE_FACTOR = 10;

interface Candidate extends GrowingPaths {
  /** Where they are in the last snapshot. */
  nodes: number[];
}

/** Needs two snapshots in the trie at least; `last` is the survey of the last one. */
export function findGrowth(trie: PathTrie, last: Survey, dominators: DominatorTree): HeapGrowth[] {
  const { graph, program } = last.paths.view;
  const candidates: Candidate[] = findGrowingPaths(trie).map((growing) => ({ ...growing, nodes: [] }));
  collectNodes(candidates, last);
  const shares = divideAmongLeaks(
    graph,
    candidates.map(({ nodes }) => nodes),
  );
  const least = leastBytes(trie.snapshots.map(({ heapBytes }) => heapBytes));
  return candidates
    .flatMap((candidate, index) => {
      const { paths, entries, retainedBytes, nodes } = candidate;
      const biggest = nodes.toSorted((a, b) => dominators.retainedBytes(b) - dominators.retainedBytes(a))[0];
      const collection = biggest === undefined ? null : describeCollection(last.paths, biggest);
      if (!collection) return [];
      const grows = growingStep(trie, paths[0]!);
      // Listeners of a page are told by what they listen to.
      if (grows.kind === 'listener' || namesOf(trie, paths[0]!).kind === 'listener') return [];
      if (collection.kind === 'other' && grows.repeats > 1) collection.kind = 'linked-list';
      // Bun's engine says of few things who holds them: what hangs at its root is told by class.
      if (program === 'bun' && collection.path.owner.kind === 'engine' && collection.path.steps.length === 0)
        return [];
      const leakShareBytes = shares[index]!;
      const part = growthOf(entries) / entries.at(-1)!;
      const grownBytes = Math.max(growthOf(retainedBytes), leakShareBytes * part);
      const growth: HeapGrowth = {
        key: keyOf(trie, paths[0]!),
        collection,
        grows,
        holders: nodes.length,
        entries,
        retainedBytes,
        leakShareBytes,
        grownBytes,
        exclusiveBytes: retainedBytes.at(-1)!,
        isMinor:
          !isSteady(entries) || grownBytes < (collection.isEngineOwned ? ENGINE_FACTOR * least : least),
      };
      return [growth];
    })
    .sort((a, b) => Number(a.isMinor) - Number(b.isMinor) || b.leakShareBytes - a.leakShareBytes);
}

export function leastBytes(heapBytes: number[]): number {
  const last = heapBytes.at(-1)!;
  const grown = growthOf(heapBytes);
  const explaining = grown > 0 ? EXPLAINING_SHARE * grown : Number.POSITIVE_INFINITY;
  return Math.max(LEAST_SHARE * last, Math.min(MINOR_SHARE * last, explaining));
}

function collectNodes(candidates: Candidate[], { pathOf }: Survey): void {
  const byPath = new Map(candidates.flatMap((candidate) => candidate.paths.map((path) => [path, candidate])));
  for (let node = 0; node < pathOf.length; node += 1) {
    const candidate = byPath.get(pathOf[node]!);
    if (candidate) candidate.nodes.push(node);
  }
}

/** The child that has most new objects; of a linked list its link. */
function growingStep(trie: PathTrie, path: number): HeapStep {
  const first = trie.snapshots[0]!.objects;
  const last = trie.snapshots.at(-1)!.objects;
  let most = 0;
  let step: HeapStep = { ...PLAIN_STEP };
  for (let child = path + 1; child < trie.parents.length; child += 1) {
    if (trie.parents[child] !== path) continue;
    const { kind, name, className } = trie.nameAt(trie.names[child]!);
    // Strings are keys, more often than not.
    const grown = ((last[child] ?? 0) - (first[child] ?? 0)) * (className === 'string' ? 0.4 : 1);
    if (grown <= most) continue;
    most = grown;
    const holders = last[path] ?? 1;
    const isLink = (kind === 'property' || kind === 'variable') && last[child]! >= 2 * holders;
    step = { ...PLAIN_STEP, kind: kind as HeapStepKind, name, className, repeats: isLink ? last[child]! : 1 };
  }
  return step;
}

const PLAIN_STEP: HeapStep = {
  kind: 'entry',
  name: '',
  className: '',
  place: null,
  repeats: 1,
  isSuspect: true,
};

function keyOf(trie: PathTrie, path: number): string {
  return namesOnPath(trie, path)
    .map(({ kind, name, className }) =>
      kind === 'entry' ? `[x] ${className}` : `${kind} ${name} ${className}`,
    )
    .join(' / ');
}

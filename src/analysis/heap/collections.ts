// The biggest collections of a heap, each with who holds it and what is newest in it.

import type { DominatorTree } from '../../model/heap/dominators.ts';
import type { HeapCollection, RetainerPath } from '../../model/heap/heap-report.ts';
import { findAllocators } from './allocators.ts';
import { type Contents, contentsOf } from './contents.ts';
import { type HeapView, isFunction, isObject, isString } from './heap-view.ts';
import { className } from './names/node-names.ts';
import { isEngineScript } from './names/owners.ts';
import { groupNewest } from './newest-entries.ts';
import { type HeapPaths, retainerPathTo } from './paths/retainer-path.ts';
import { stepKindOf } from './paths/steps.ts';

/** Fewer are no collection worth a line. */
const FEWEST_ENTRIES = 8;
/** Looked into, the biggest first: most promises and arrays are small. */
const CANDIDATES = 20_000;
/** Of the heap: a single string or buffer of this share is shown among the collections. */
const BIG_SHARE = 0.01;
/** A collection inside another is shown when it is most of it. */
const INNER_SHARE = 0.6;
/** What Node keeps for itself is of interest when it is this much of the heap. */
const ENGINE_SHARE = 0.1;

/** The collections (and very big single things) that retain most; those inside another only when they are most of it. */
export function findBiggestCollections(
  paths: HeapPaths,
  dominators: DominatorTree,
  top: number,
): HeapCollection[] {
  const { view } = paths;
  const all = dominators.retainedBytes(view.graph.root);
  const found: HeapCollection[] = [];
  const listed = new Map<number, number>();
  for (const candidate of biggestFirst(paths, dominators)) {
    if (found.length === top) break;
    const isSingle = !isCandidate(view, candidate);
    // A big buffer in a list is told by the list, however short.
    const node = isSingle ? holderOf(paths, candidate) : candidate;
    const contents = contentsOf(view, node);
    if (listed.has(node) || (!isSingle && (contents === null || contents.entries < FEWEST_ENTRIES))) continue;
    if (contents && isNamespace(view, contents)) continue;
    const bytes = paths.keptBytes(node);
    const outer = listedOutside(paths, dominators, node, listed);
    if (outer !== null && bytes < INNER_SHARE * outer) continue;
    const collection = describeCollection(paths, node, contents);
    if (!collection || (collection.isEngineOwned && bytes < ENGINE_SHARE * all)) continue;
    listed.set(node, bytes);
    found.push(collection);
  }
  return found.sort((a, b) => b.retainedBytes - a.retainedBytes);
}

/** The collection that a thing is an entry of; itself when it is none. */
function holderOf({ view, tree }: HeapPaths, node: number): number {
  let at = node;
  for (let up = tree.parentNode[at]!; up >= 0; up = tree.parentNode[at]!) {
    const step = stepKindOf(view, up, tree.parentEdge[at]!);
    if (step === 'entry') {
      // The slot of a table: the collection is what has the table.
      const holder = isCandidate(view, up) ? up : tree.parentNode[up]!;
      return holder < 0 ? node : holder;
    }
    if (step !== null && step !== 'internal') return node;
    at = up;
  }
  return node;
}

function biggestFirst({ view, keptBytes }: HeapPaths, dominators: DominatorTree): number[] {
  const { graph } = view;
  const least = dominators.retainedBytes(graph.root) / 20_000;
  const nodes: number[] = [];
  for (let node = 0; node < graph.nodeCount; node += 1) {
    if (keptBytes(node) < least) continue;
    if (isObject(view, node) || isString(view, node)) nodes.push(node);
  }
  return nodes
    .sort((a, b) => keptBytes(b) - keptBytes(a) || a - b)
    .filter((node) => isCandidate(view, node) || isBigSingle(view, dominators, node))
    .slice(0, CANDIDATES);
}

function isCandidate(view: HeapView, node: number): boolean {
  if (!isObject(view, node)) return false;
  switch (true) {
    case view.isNamed(node, 'Array'):
    case view.isNamed(node, 'TimersList'):
    case view.isNamed(node, 'Promise'):
    case view.isMapLike(node):
      return true;
    case view.isNamed(node, 'Object'):
      return view.follow(node, 'next') >= 0;
    default:
      return view.follow(node, 'table') >= 0;
  }
}

/** `fs`, `crypto`, a module's exports: an object full of functions was written, not filled. */
function isNamespace(view: HeapView, { kind, values }: Contents): boolean {
  return (
    kind === 'object-as-map' && values.filter((value) => isFunction(view, value)).length > values.length / 3
  );
}

/** A long string, or a buffer: one thing without entries. */
function isBigSingle(view: HeapView, dominators: DominatorTree, node: number): boolean {
  const least = dominators.retainedBytes(view.graph.root) * BIG_SHARE;
  if (isString(view, node)) return view.graph.shallowBytes(node) >= least;
  const memory = view.follow(node, 'backing_store');
  return memory >= 0 && view.graph.shallowBytes(memory) >= least;
}

/** A linked list can be a million deep; what is so far inside is looked at as if it stood alone. */
const MOST_DOMINATORS = 2_000;

/** Retained bytes of the listed collection around a node, if any. */
function listedOutside(
  { tree }: HeapPaths,
  dominators: DominatorTree,
  node: number,
  listed: Map<number, number>,
): number | null {
  let at = node;
  for (let steps = 0; steps < MOST_DOMINATORS; steps += 1) {
    const outer = dominators.immediateDominator(at);
    if (outer === at || tree.owners.has(outer)) return null;
    const bytes = listed.get(outer);
    if (bytes !== undefined) return bytes;
    at = outer;
  }
  return null;
}

/** All that is known of one collection; null when only weak edges hold it. */
export function describeCollection(
  paths: HeapPaths,
  node: number,
  contents: Contents | null = contentsOf(paths.view, node),
): HeapCollection | null {
  const { view } = paths;
  const path = retainerPathTo(paths, node);
  if (!path) return null;
  return {
    objectId: view.graph.nodeId(node),
    kind: isListeners(path) ? 'listeners' : (contents?.kind ?? 'other'),
    className: className(view, node),
    entries: contents?.entries ?? 0,
    entriesAreMinimum: contents?.entriesAreMinimum ?? false,
    shallowBytes: view.graph.shallowBytes(node),
    retainedBytes: paths.keptBytes(node),
    path,
    newest: groupNewest(paths, contents?.values ?? []),
    allocators: findAllocators(view.graph, contents?.values ?? [node]),
    isEngineOwned: isEngineOwned(path),
  };
}

/** The last place that a path passes tells whose it is; a path without one is the engine's, unless it is an event's. */
function isEngineOwned({ owner, steps }: RetainerPath): boolean {
  if (owner.kind === 'timer' || steps.some(({ kind }) => kind === 'listener')) return false;
  const place = steps.findLast((step) => step.place !== null)?.place ?? owner.place;
  if (place) return isEngineScript(place.script);
  // `global[node:…]`: a symbol that no program wrote.
  return owner.kind === 'engine' || (owner.kind === 'global' && owner.name.startsWith('['));
}

function isListeners({ steps }: RetainerPath): boolean {
  return steps.at(-1)?.kind === 'listener';
}

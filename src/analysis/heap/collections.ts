// The biggest collections of a heap, each with who holds it and what is newest in it.

import type { DominatorTree } from '../../model/heap/dominators.ts';
import { NodeType } from '../../model/heap-graph.ts';
import type { HeapCollection, HeapEntryGroup, RetainerPath } from '../../model/heap-report.ts';
import { classPlace, functionPlace } from './code-places.ts';
import { type Contents, contentsOf } from './contents.ts';
import { type HeapView, isFunction, isObject, isString } from './heap-view.ts';
import { className, shapeOf } from './node-names.ts';
import { isEngineScript } from './owners.ts';
import { type HeapPaths, retainerPathTo } from './retainer-path.ts';
import { stepKindOf } from './steps.ts';
import { type Word, wordOf } from './words.ts';

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
const NEWEST = 20;

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

/** Retained bytes of the listed collection around a node, if any. */
function listedOutside(
  { tree }: HeapPaths,
  dominators: DominatorTree,
  node: number,
  listed: Map<number, number>,
): number | null {
  for (let at = node; ; ) {
    const outer = dominators.immediateDominator(at);
    if (outer === at || tree.owners.has(outer)) return null;
    const bytes = listed.get(outer);
    if (bytes !== undefined) return bytes;
    at = outer;
  }
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
    newest: groupEntries(paths, contents?.values.slice(-NEWEST) ?? []),
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

function groupEntries(paths: HeapPaths, values: number[]): HeapEntryGroup[] {
  const groups = new Map<string, HeapEntryGroup>();
  for (const value of values) {
    const group = describeEntry(paths, value);
    const key = JSON.stringify([group.className, group.shape, group.place]);
    const known = groups.get(key);
    if (known) known.count += 1;
    else groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => b.count - a.count);
}

function describeEntry(paths: HeapPaths, value: number): HeapEntryGroup {
  const { view, places } = paths;
  const node = functionBehind(view, value);
  const place = isFunction(view, node) ? functionPlace(view, places, node) : classPlace(view, places, node);
  const isPlain = view.graph.nodeType(node) === NodeType.object && view.isNamed(node, 'Object');
  // Where Node declares its Buffer is no help.
  const isTold = place !== null && !isPlain && (isFunction(view, node) || !isEngineScript(place.script));
  return {
    className: isSettler(view, node) ? 'Promise.race, all or any' : className(view, node),
    shape: shapeOf(view, node),
    count: 1,
    place: isTold ? place : null,
  };
}

/** V8's own function that settles the promise of a race; whoever waited for that may be long gone. */
function isSettler(view: HeapView, node: number): boolean {
  if (!isFunction(view, node) || view.graph.location(node) !== null) return false;
  const code = view.follow(node, 'code');
  return code >= 0 && view.graph.nodeName(code).startsWith('(PromiseCapabilityDefault');
}

const BEHIND = new Map<string, Word>([
  ['Timeout', '_onTimeout'],
  ['Listener', 'callback'],
]);

/** A timer is told by its callback, a listener object by its function, an await by the function that waits. */
function functionBehind(view: HeapView, value: number): number {
  if (!isFunction(view, value)) {
    const link = BEHIND.get(wordOf(view.nodeWord(value)) ?? '');
    const callback = link ? view.follow(value, link) : -1;
    return callback >= 0 && isFunction(view, callback) ? callback : value;
  }
  // `emitter.once` wraps the listener.
  const wrapped = view.follow(value, 'listener');
  if (wrapped >= 0 && isFunction(view, wrapped)) return wrapped;
  const waiting = waitingFunction(view, value, MOST_PROMISES);
  return waiting >= 0 ? waiting : value;
}

/** Promises in a row that are followed to the function that waits in the end. */
const MOST_PROMISES = 3;

/** V8's own handlers have in their scope the suspended call, or the promise that they settle. */
function waitingFunction(view: HeapView, handler: number, promises: number): number {
  const { graph } = view;
  const scope = view.follow(handler, 'context');
  if (scope < 0 || graph.location(handler) !== null) return -1;
  const call = view.follow(scope, 'extension');
  if (call >= 0) return view.follow(call, 'function');
  if (promises === 0) return -1;
  for (let edge = graph.firstEdge(scope); edge < graph.endEdge(scope); edge += 1) {
    const target = graph.edgeTarget(edge);
    if (!view.isNamed(target, 'Promise') || !isObject(view, target)) continue;
    const next = contentsOf(view, target)?.values.find((value) => isFunction(view, value)) ?? -1;
    const found =
      next < 0 ? -1 : graph.location(next) !== null ? next : waitingFunction(view, next, promises - 1);
    if (found >= 0) return found;
  }
  return -1;
}

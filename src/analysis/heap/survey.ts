// Enters one snapshot into the trie of paths: every value is counted at its shortest path.
import type { DominatorTree } from '../../model/heap/dominators.ts';
import { type HeapGraph, NodeType } from '../../model/heap/heap-graph.ts';
import type { HeapCollectionKind } from '../../model/heap/heap-report.ts';
import { contentsOf } from './contents.ts';
import { type HeapView, isValue } from './heap-view.ts';
import { className } from './names/node-names.ts';
import { isEngineScript } from './names/owners.ts';
import { relativeFile, sharedFolder } from './names/script-files.ts';
import { findHeapPaths } from './paths/heap-paths.ts';
import { createNamer } from './paths/path-namer.ts';
import type { PathCounts, PathTrie } from './paths/path-trie.ts';
import type { HeapPaths } from './paths/retainer-path.ts';

export interface Survey {
  paths: HeapPaths;
  /** By node: its path in the trie; what is folded into the path of its holder, and what has none, is below 0. */
  pathOf: Int32Array;
  /** Files of the program, relative to its folder. */
  files: Set<string>;
  folder: string;
}

const NO_PATH = -1;
/** The path of a node that is a part of what stands there; its own inverse. */
const asPart = (path: number) => -path - 2;

export function surveyPaths(trie: PathTrie, graph: HeapGraph, dominators: DominatorTree): Survey {
  const pathOf = new Int32Array(graph.nodeCount).fill(NO_PATH);
  const heapBytes = dominators.retainedBytes(graph.root);
  const counts: PathCounts = { heapBytes, objects: [], children: [], retainedBytes: [] };
  const { place, countContents } = createPlacer(trie, counts, pathOf);
  let folder: string | null = null;
  const paths = findHeapPaths(graph, dominators, (soFar, node) => {
    folder ??= sharedFolder(soFar.places.scripts.values());
    const parent = soFar.tree.parentNode[node]!;
    if (parent >= 0) {
      if (pathOf[parent] !== NO_PATH) place(soFar, parent, node);
      return;
    }
    const { owner } = soFar.tree.owners.get(node)!;
    const file = owner.place ? relativeFile(owner.place.script, folder) : '';
    pathOf[node] = trie.child(-1, trie.intern({ kind: owner.kind, name: file, className: owner.name }));
    if (pathOf[node] === NO_PATH) return;
    counts.retainedBytes[pathOf[node]!] = soFar.keptBytes(node);
    countContents(soFar.view, node);
  });
  trie.snapshots.push(counts);
  return { paths, pathOf, folder: folder ?? '', files: filesOf(paths, folder ?? '') };
}

/** As surveyPaths, where there is nothing to compare with. */
export function surveyAlone(graph: HeapGraph, dominators: DominatorTree): Survey {
  const paths = findHeapPaths(graph, dominators);
  const folder = sharedFolder(paths.places.scripts.values());
  return { paths, pathOf: new Int32Array(0), folder, files: filesOf(paths, folder) };
}

function filesOf({ places }: HeapPaths, folder: string): Set<string> {
  const scripts = [...places.scripts.values()].filter((script) => !isEngineScript(script));
  return new Set(scripts.map((script) => relativeFile(script, folder)));
}

function createPlacer(trie: PathTrie, counts: PathCounts, pathOf: Int32Array) {
  const namesOf = createNamer(trie);
  /** Paths of collections. */
  const counted = new Set<number>();
  const add = (list: number[], path: number, amount: number) => {
    list[path] = (list[path] ?? 0) + amount;
  };
  const countContents = (view: HeapView, node: number): void => {
    const contents = contentsOf(view, node);
    if (contents === null || !OWN_COUNT.has(contents.kind)) return;
    counted.add(pathOf[node]!);
    add(counts.children, pathOf[node]!, contents.entries);
  };
  const place = ({ view, tree, keptBytes }: HeapPaths, parent: number, node: number): void => {
    const holder = pathOf[parent]!;
    const above = holder < 0 ? asPart(holder) : holder;
    const isBelowRoot = view.graph.nodeType(parent) === NodeType.synthetic;
    const names = !isValue(view, node)
      ? -1
      : isBelowRoot
        ? trie.intern({ kind: 'entry', name: '', className: className(view, node) })
        : namesOf(view, parent, node, tree.parentEdge[node]!);
    if (names < 0) {
      // Tables and scopes are parts of what holds them.
      pathOf[node] = asPart(above);
      return;
    }
    const link = linkBack(trie, above, names);
    const isChain = link !== NO_PATH;
    const path = isChain ? link : trie.child(above, names);
    pathOf[node] = path;
    if (path === NO_PATH) return;
    add(counts.objects, path, 1);
    const holderPath = trie.parents[path]!;
    const isInCollection = IN_COLLECTION.has(trie.nameAt(names).kind) && counted.has(holderPath);
    if (!isInCollection) add(counts.children, holderPath, 1);
    if (!isChain) add(counts.retainedBytes, path, keptBytes(node));
    countContents(view, node);
  };
  return { place, countContents };
}

const IN_COLLECTION = new Set(['entry', 'reaction']);
/** What these hold is counted whole: a part of it may have a shorter path elsewhere, and keys are no entries. */
const OWN_COUNT = new Set<HeapCollectionKind>([
  'map',
  'set',
  'array',
  'object-as-map',
  'promise-reactions',
  'timers',
]);

/** Steps that make up one link of the longest kind of chain looked for. */
const LONGEST_LINK = 4;

/**
 * A chain (a linked list, closures that hold the scope of the one before) repeats its steps: it is one path, and its
 * length is the number of its objects. The path to go back to; NO_PATH when these names are new.
 */
function linkBack(trie: PathTrie, above: number, names: number): number {
  const { kind, className: name } = trie.nameAt(names);
  if (kind === 'entry' && name !== 'Timeout') return NO_PATH;
  let at = above;
  for (let back = 0; back < LONGEST_LINK && at >= 0; back += 1) {
    if (trie.names[at] === names) return at;
    at = trie.parents[at]!;
  }
  return NO_PATH;
}

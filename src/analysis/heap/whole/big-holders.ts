// Large memory that is in no collection: follows the dominator tree down to where it spreads. Native objects, and objects
// that are in no table of the engine, are found only here.
import type { DominatorTree } from '../../../model/heap/dominators.ts';
import { NodeType } from '../../../model/heap/heap-graph.ts';
import type { HeapCollection, RetainerPath } from '../../../model/heap/heap-report.ts';
import { type HeapView, isFunction, isValue } from '../heap-view.ts';
import { className } from '../names/node-names.ts';
import { isEngineScript } from '../names/owners.ts';
import { type HeapPaths, retainerPathTo } from '../paths/retainer-path.ts';

/** Of the heap: what keeps less is not told. */
const LEAST_SHARE = 0.05;
/** Of what a thing keeps: one part of it, or parts of one class, that are the better answer. */
const MOST_OF_IT = 0.6;
/** As few things of a class are told one by one. */
const FEWEST_ALIKE = 4;
/** A chain of that many things that hold each other is told by where it begins. */
const MOST_DEPTH = 2_000;

interface Alike {
  nodes: number[];
  bytes: number;
}

/** The biggest first. Each keeps a part of its own: none lies in another. */
export function findBigHolders(paths: HeapPaths, dominators: DominatorTree, top: number): HeapCollection[] {
  const { view } = paths;
  const least = dominators.retainedBytes(view.graph.root) * LEAST_SHARE;
  const found: HeapCollection[] = [];
  const open: [node: number, depth: number][] = [[view.graph.root, 0]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [node, depth] = next;
    const groups = groupChildren(view, dominators, node);
    const bytes = dominators.retainedBytes(node);
    const [biggest] = groups;
    // A global object or a module holds what its parts hold.
    const isPassage = !isThing(view, node) || paths.tree.owners.has(node);
    if (!isPassage && (!biggest || biggest.bytes < MOST_OF_IT * bytes || depth > MOST_DEPTH)) {
      found.push(...describe(paths, node, { nodes: [node], bytes }));
      continue;
    }
    for (const group of isPassage ? groups : [biggest!]) {
      if (group.bytes < least) break;
      // Compiled code is the engine's own: nobody can release it.
      if (view.graph.nodeType(group.nodes[0]!) === NodeType.code) continue;
      if (group.nodes.length >= FEWEST_ALIKE) found.push(...describe(paths, node, group));
      else if (isThing(view, group.nodes[0]!) || isPassage)
        open.push(...group.nodes.map((child): [number, number] => [child, depth + 1]));
      // The storage of a thing is the thing.
      else found.push(...describe(paths, node, { nodes: [node], bytes }));
    }
  }
  return found.sort((a, b) => b.retainedBytes - a.retainedBytes).slice(0, top);
}

/** What a node immediately dominates, by class, the biggest class first. */
function groupChildren(view: HeapView, dominators: DominatorTree, node: number): Alike[] {
  const groups = new Map<string, Alike>();
  for (const child of dominators.dominated(node)) {
    const name = isFunction(view, child) ? '(functions)' : className(view, child);
    const group = groups.get(name) ?? { nodes: [], bytes: 0 };
    group.nodes.push(child);
    group.bytes += dominators.retainedBytes(child);
    groups.set(name, group);
  }
  return [...groups.values()].sort((a, b) => b.bytes - a.bytes);
}

/** A value of the language, or what native code made and named. */
function isThing(view: HeapView, node: number): boolean {
  const { graph } = view;
  if (node === graph.root || graph.nodeType(node) === NodeType.synthetic) return false;
  return isValue(view, node) || graph.nodeType(node) === NodeType.native;
}

/** Bun's engine leaves out who holds most things. */
const UNKNOWN_PATH: RetainerPath = {
  owner: { kind: 'engine', name: '(root)', className: '', place: null },
  steps: [],
};

/** [] for what only weak edges hold. */
function describe(paths: HeapPaths, holder: number, { nodes, bytes }: Alike): HeapCollection[] {
  const { view } = paths;
  const isSingle = nodes.length === 1;
  const node = isSingle ? nodes[0]! : holder;
  // The root holds everything and explains nothing: one of the things tells more.
  const at = isThing(view, node)
    ? node
    : nodes.reduce((a, b) => (paths.keptBytes(b) > paths.keptBytes(a) ? b : a));
  const path = retainerPathTo(paths, at) ?? (view.program === 'bun' ? UNKNOWN_PATH : null);
  if (!path) return [];
  const script = path.steps.findLast(({ place }) => place !== null)?.place ?? path.owner.place;
  return [
    {
      objectId: view.graph.nodeId(at),
      kind: isSingle ? 'other' : 'alike',
      // Of what passes on only, nothing is said.
      className: isSingle || isThing(view, holder) ? className(view, at) : '',
      entries: isSingle ? 0 : nodes.length,
      entriesAreMinimum: false,
      shallowBytes: view.graph.shallowBytes(at),
      retainedBytes: bytes,
      path,
      newest: isSingle
        ? []
        : [{ className: className(view, nodes[0]!), shape: [], count: nodes.length, place: null }],
      allocators: [],
      isEngineOwned: script !== null && isEngineScript(script.script),
    },
  ];
}

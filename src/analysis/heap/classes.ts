// The classes of a heap: how many objects, how many bytes alone, and how many with all that only they hold.
import type { DominatorTree } from '../../model/heap/dominators.ts';
import type { HeapClass } from '../../model/heap/heap-report.ts';
import { type HeapView, isFunction } from './heap-view.ts';
import { className } from './names/node-names.ts';

/** All classes, the one that retains most first. An object inside another of its class is not counted twice. */
export function countClasses(view: HeapView, dominators: DominatorTree): HeapClass[] {
  const { classOf, classes } = assignClasses(view);
  addRetainedBytes(view, dominators, classOf, classes);
  return classes.sort((a, b) => b.retainedBytes - a.retainedBytes || (a.className < b.className ? -1 : 1));
}

function assignClasses(view: HeapView): { classOf: Uint32Array; classes: HeapClass[] } {
  const { graph } = view;
  const classOf = new Uint32Array(graph.nodeCount);
  const classes: HeapClass[] = [];
  const numbers = new Map<string, number>();
  const byName = new Map<number, number>();
  for (let node = 0; node < graph.nodeCount; node += 1) {
    const key = graph.nodeNameIndex(node) * 32 + graph.nodeType(node);
    let number = byName.get(key);
    if (number === undefined) {
      const name = isFunction(view, node) ? '(functions)' : className(view, node);
      number = numbers.get(name) ?? classes.length;
      if (number === classes.length)
        classes.push({ className: name, count: 0, shallowBytes: 0, retainedBytes: 0 });
      numbers.set(name, number);
      byName.set(key, number);
    }
    classOf[node] = number;
    classes[number]!.count += 1;
    classes[number]!.shallowBytes += graph.shallowBytes(node);
  }
  return { classOf, classes };
}

/** Down the dominator tree, knowing which classes the way from the root has met. */
function addRetainedBytes(
  { graph }: HeapView,
  dominators: DominatorTree,
  classOf: Uint32Array,
  classes: HeapClass[],
): void {
  const { firstChild, nextSibling } = childrenOf(graph.nodeCount, graph.root, dominators);
  const open = new Uint32Array(classes.length);
  const stack = [graph.root];
  while (stack.length > 0) {
    const entry = stack.pop()!;
    if (entry < 0) {
      open[classOf[-entry - 1]!]! -= 1;
      continue;
    }
    const own = classOf[entry]!;
    if (open[own] === 0) classes[own]!.retainedBytes += dominators.retainedBytes(entry);
    open[own]! += 1;
    // A negative entry closes the node when all below it is done.
    stack.push(-entry - 1);
    for (let child = firstChild[entry]!; child >= 0; child = nextSibling[child]!) stack.push(child);
  }
}

function childrenOf(nodeCount: number, root: number, dominators: DominatorTree) {
  const firstChild = new Int32Array(nodeCount).fill(-1);
  const nextSibling = new Int32Array(nodeCount).fill(-1);
  for (let node = 0; node < nodeCount; node += 1) {
    const parent = dominators.immediateDominator(node);
    if (node === root || parent < 0 || parent === node) continue;
    nextSibling[node] = firstChild[parent]!;
    firstChild[parent] = node;
  }
  return { firstChild, nextSibling };
}

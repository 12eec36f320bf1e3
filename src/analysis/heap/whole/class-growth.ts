// Growth by class where no collection shows it: in snapshots whose engine writes no edges from its collections, or whose
// growth is held by native code.
import type { HeapClassGrowth } from '../../../model/heap/heap-report.ts';
import { type HeapView, isFunction } from '../heap-view.ts';
import { className, isEngineClass } from '../names/node-names.ts';
import { growthOf, isRising, isSteady } from '../paths/growing-paths.ts';
import { type HeapPaths, retainerPathTo } from '../paths/retainer-path.ts';

/** Of one snapshot. */
export interface ClassCounts {
  heapBytes: number;
  byName: Map<string, { count: number; bytes: number }>;
}

/** Of the heap: it breathes by less. */
const LEAST_HEAP_SHARE = 0.05;
/** Of the growth of the heap: what one class has to make up, and all of them together. */
const LEAST_CLASS_SHARE = 0.1;
const LEAST_EXPLAINED = 0.25;

export function countClassNames(view: HeapView, heapBytes: number): ClassCounts {
  const { graph } = view;
  const byName: ClassCounts['byName'] = new Map();
  const byKey = new Map<number, { count: number; bytes: number }>();
  for (let node = 0; node < graph.nodeCount; node += 1) {
    const key = keyOf(view, node);
    let row = byKey.get(key);
    if (row === undefined) {
      const name = nameOf(view, node);
      row = byName.get(name) ?? { count: 0, bytes: 0 };
      byName.set(name, row);
      byKey.set(key, row);
    }
    row.count += 1;
    row.bytes += graph.shallowBytes(node);
  }
  return { heapBytes, byName };
}

const keyOf = ({ graph }: HeapView, node: number) => graph.nodeNameIndex(node) * 32 + graph.nodeType(node);
const nameOf = (view: HeapView, node: number) =>
  isFunction(view, node) ? '(functions)' : className(view, node);

/** The class that grew by most bytes first; [] where the heap itself did not grow at each step, or these do not explain it. */
export function findClassGrowth(snapshots: readonly ClassCounts[], last: HeapPaths): HeapClassGrowth[] {
  const heap = snapshots.map(({ heapBytes }) => heapBytes);
  const grown = growthOf(heap);
  if (!isRising(heap) || grown < LEAST_HEAP_SHARE * heap.at(-1)!) return [];
  const rows = [...snapshots.at(-1)!.byName.keys()]
    .filter((name) => name === '(functions)' || !isEngineClass(name))
    .map((name) => {
      const series = snapshots.map(({ byName }) => byName.get(name) ?? { count: 0, bytes: 0 });
      return {
        className: name,
        counts: series.map(({ count }) => count),
        shallowBytes: series.map(({ bytes }) => bytes),
      };
    })
    .filter(({ shallowBytes: bytes }) => isRising(bytes) && isSteady(bytes))
    .filter(({ shallowBytes: bytes }) => growthOf(bytes) >= LEAST_CLASS_SHARE * grown)
    .sort((a, b) => growthOf(b.shallowBytes) - growthOf(a.shallowBytes));
  const explained = rows.reduce((sum, { shallowBytes }) => sum + growthOf(shallowBytes), 0);
  if (explained < LEAST_EXPLAINED * grown) return [];
  const biggest = biggestOf(last, new Set(rows.map((row) => row.className)));
  return rows.map((row) => {
    const node = biggest.get(row.className);
    return { ...row, path: node === undefined ? null : retainerPathTo(last, node) };
  });
}

/** By class: the node that keeps most. */
function biggestOf({ view, keptBytes }: HeapPaths, wanted: ReadonlySet<string>): Map<string, number> {
  const { graph } = view;
  const names = new Map<number, string>();
  const biggest = new Map<string, number>();
  for (let node = 0; node < graph.nodeCount; node += 1) {
    const key = keyOf(view, node);
    const name = names.get(key) ?? nameOf(view, node);
    names.set(key, name);
    if (!wanted.has(name)) continue;
    const known = biggest.get(name);
    if (known === undefined || keptBytes(node) > keptBytes(known)) biggest.set(name, node);
  }
  return biggest;
}

// Where the frames of a differential flame graph lie, in each of its views.
import type { PageTree } from './page-model.ts';

/** What the width of a frame means: the gross change under it (all of it, or what is beyond the noise), or a side's time. */
export type DiffView = 'change' | 'significant' | 'head' | 'base';

/** Left edge and width in parts of the whole width. */
export interface FlameRectangle {
  node: number;
  depth: number;
  left: number;
  width: number;
}

export interface DiffLayout {
  /** By node: the absolute self differences (or the self times of a side) of it and all under it, summed up. */
  weights(view: DiffView): Float64Array;
  /**
   * The frame in focus over the whole width, its callers above it, and what it called below: largest gross change
   * first, in every view, so that a frame keeps its neighbours. What is narrower than `narrowest` is left out.
   */
  rectangles(view: DiffView, focus: number, narrowest: number): FlameRectangle[];
  /** The callees of a node in the order in which they are drawn. */
  children(node: number): readonly number[];
}

export function createDiffLayout(tree: PageTree): DiffLayout {
  const count = tree.parent.length;
  const cached = new Map<DiffView, Float64Array>();

  function selfOf(view: DiffView, node: number): number {
    const base = tree.baseSelf[node]!;
    const head = tree.headSelf[node]!;
    if (view === 'change') return Math.abs(head - base);
    if (view === 'significant') return tree.isSignificant[node] ? Math.abs(head - base) : 0;
    return view === 'head' ? head : base;
  }

  function weights(view: DiffView): Float64Array {
    const known = cached.get(view);
    if (known) return known;
    const sums = new Float64Array(count);
    for (let node = count - 1; node >= 0; node--) {
      sums[node]! += selfOf(view, node);
      const parent = tree.parent[node]!;
      if (parent >= 0) sums[parent]! += sums[node]!;
    }
    cached.set(view, sums);
    return sums;
  }

  const callees: number[][] = Array.from({ length: count }, () => []);
  for (let node = 0; node < count; node++) callees[tree.parent[node]!]?.push(node);
  const changed = weights('change');
  const head = weights('head');
  for (const list of callees) list.sort((a, b) => changed[b]! - changed[a]! || head[b]! - head[a]! || a - b);

  function callersOf(node: number): number[] {
    const callers: number[] = [];
    for (let at = tree.parent[node] ?? -1; at >= 0; at = tree.parent[at]!) callers.unshift(at);
    return callers;
  }

  function rectangles(view: DiffView, focus: number, narrowest: number): FlameRectangle[] {
    const sums = weights(view);
    const whole = sums[focus] ?? 0;
    if (whole <= 0) return [];
    const found = callersOf(focus).map((node, depth) => ({ node, depth, left: 0, width: 1 }));
    const pending: FlameRectangle[] = [{ node: focus, depth: found.length, left: 0, width: 1 }];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      found.push(next);
      const below: FlameRectangle[] = [];
      let left = next.left;
      for (const node of callees[next.node]!) {
        const width = sums[node]! / whole;
        if (width >= narrowest && width > 0) below.push({ node, depth: next.depth + 1, left, width });
        left += width;
      }
      for (let last = below.pop(); last !== undefined; last = below.pop()) pending.push(last);
    }
    return found;
  }

  return { weights, rectangles, children: (node) => callees[node] ?? [] };
}

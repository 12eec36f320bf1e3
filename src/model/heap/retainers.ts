// The edges of a heap graph reversed: for each node, the edges that lead to it.
import type { HeapStorage } from './storage.ts';

export interface Retainers {
  /** Where the retainers of node n begin in `edges`; they end where those of n + 1 begin. */
  first: Uint32Array;
  edges: Uint32Array;
}

/**
 * Retainers of a node come in the order of their edges. Takes 4 bytes an edge and 4 a node, from `spare` if somebody has
 * done with as much.
 */
export function buildRetainers({ nodeCount, edgeCount, edges, spare }: HeapStorage): Retainers {
  const first = spare?.first ?? new Uint32Array(nodeCount + 1);
  const retainers = spare?.sources ?? new Uint32Array(edgeCount);
  first.fill(0);
  for (let edge = 0; edge < edgeCount; edge++) first[edges[2 * edge + 1]!]!++;
  let end = 0;
  for (let node = 0; node < nodeCount; node++) {
    end += first[node]!;
    first[node] = end;
  }
  first[nodeCount] = end;
  // Backwards, so that each node's counter ends at its first retainer.
  for (let edge = edgeCount - 1; edge >= 0; edge--) {
    const target = edges[2 * edge + 1]!;
    const place = first[target]! - 1;
    first[target] = place;
    retainers[place] = edge;
  }
  return { first, edges: retainers };
}

/** The node an edge leaves: the last one whose edges begin at or before it. */
export function sourceOf(edge: number, firstEdges: Uint32Array, nodeCount: number): number {
  let low = 0;
  let high = nodeCount;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (firstEdges[middle]! <= edge) low = middle;
    else high = middle;
  }
  // Nodes without edges share their beginning with the next: the owner is the last of them.
  return low;
}

// LeakShare of BLeak (Vilk and Berger, PLDI 2018): the memory that only leaks reach; an object that several of them reach is
// divided among them. What the rest of the program also reaches counts for no leak.
import { EdgeType, type HeapGraph } from '../../model/heap/heap-graph.ts';

/** Bytes for each leak; a leak is the collections at one path. Takes 7 bytes a node. */
export function divideAmongLeaks(graph: HeapGraph, leaks: number[][]): number[] {
  const isElsewhere = new Uint8Array(graph.nodeCount);
  const isLeak = new Uint8Array(graph.nodeCount);
  for (const node of leaks.flat()) isLeak[node] = 1;
  walk(graph, [graph.root], (node) => {
    if (isElsewhere[node] === 1 || isLeak[node] === 1) return false;
    isElsewhere[node] = 1;
    return true;
  });
  const reachedBy = new Uint16Array(graph.nodeCount);
  const turns = new Uint32Array(graph.nodeCount);
  let turn = 0;
  const eachOf = (leak: number[], use: (node: number) => void) => {
    turn += 1;
    walk(graph, leak, (node) => {
      if (isElsewhere[node] === 1 || turns[node] === turn) return false;
      turns[node] = turn;
      use(node);
      return true;
    });
  };
  for (const leak of leaks)
    eachOf(leak, (node) => {
      reachedBy[node]! += 1;
    });
  return leaks.map((leak) => {
    let bytes = 0;
    eachOf(leak, (node) => {
      bytes += graph.shallowBytes(node) / reachedBy[node]!;
    });
    return bytes;
  });
}

/** Depth first along what retains; `enter` says whether to go on from a node. */
function walk(graph: HeapGraph, starts: number[], enter: (node: number) => boolean): void {
  const stack = starts.filter(enter);
  while (stack.length > 0) {
    const node = stack.pop()!;
    const end = graph.endEdge(node);
    for (let edge = graph.firstEdge(node); edge < end; edge += 1) {
      const type = graph.edgeType(edge);
      if (type === EdgeType.weak || type === EdgeType.ephemeron) continue;
      const target = graph.edgeTarget(edge);
      if (enter(target)) stack.push(target);
    }
  }
}

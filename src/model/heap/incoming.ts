// The edges of a heap graph turned round, in the form that the dominators need: for each node the nodes that refer to
// it, with a mark on those that do not keep it alive.
import type { HeapStorage } from '../heap-graph.ts';
import { EdgeType } from './node-and-edge-types.ts';

export interface Incoming {
  /** Where the entries of node n begin in `sources`; they end where those of n + 1 begin. */
  first: Uint32Array;
  /** Nodes; at or above NOT_RETAINING for an edge that retains nothing. */
  sources: Uint32Array;
}

/** Nodes are fewer than 2^31, so the highest bit is free. */
export const NOT_RETAINING = 2 ** 31;

/** In shared memory: another thread may fill them. */
export function allocateIncoming(nodeCount: number, edgeCount: number): Incoming {
  return {
    first: new Uint32Array(new SharedArrayBuffer(4 * (nodeCount + 1))),
    sources: new Uint32Array(new SharedArrayBuffer(4 * edgeCount)),
  };
}

export type Outgoing = Pick<HeapStorage, 'nodeCount' | 'edgeCount' | 'firstEdges' | 'edges'>;

export function buildIncoming(outgoing: Outgoing): Incoming {
  const incoming = allocateIncoming(outgoing.nodeCount, outgoing.edgeCount);
  fillIncoming(outgoing, incoming);
  return incoming;
}

/**
 * Shortcuts repeat what another edge says (from the root they are the way to the global objects, and count); weak edges
 * and the tables of WeakMaps do not retain.
 */
export function fillIncoming({ nodeCount, edgeCount, firstEdges, edges }: Outgoing, into: Incoming): void {
  const { first, sources } = into;
  for (let at = 1; at < 2 * edgeCount; at += 2) first[edges[at]!]!++;
  let end = 0;
  for (let node = 0; node < nodeCount; node++) {
    end += first[node]!;
    first[node] = end;
  }
  first[nodeCount] = end;
  for (let source = 0; source < nodeCount; source++) {
    for (let edge = firstEdges[source]!; edge < firstEdges[source + 1]!; edge++) {
      const type = edges[2 * edge]! & 7;
      const target = edges[2 * edge + 1]!;
      const retains = type < EdgeType.shortcut || (type === EdgeType.shortcut && source === 0);
      const place = first[target]! - 1;
      first[target] = place;
      sources[place] = retains ? source : source + NOT_RETAINING;
    }
  }
}

// The edges of a heap graph reversed, in the form that the dominators need: for each node the nodes that keep it alive.

import { EdgeType } from './node-and-edge-types.ts';

export interface Incoming {
  /** Where the entries of node n begin in `sources`; they end where those of n + 1 begin. */
  first: Uint32Array;
  /** Nodes. Has room for all edges. */
  sources: Uint32Array;
}

/** In shared memory: another thread may fill them. */
export function allocateIncoming(nodeCount: number, edgeCount: number): Incoming {
  return {
    first: new Uint32Array(new SharedArrayBuffer(4 * (nodeCount + 1))),
    sources: new Uint32Array(new SharedArrayBuffer(4 * edgeCount)),
  };
}

/** The edges of a graph as it stores them: see storage.ts. */
export interface Outgoing {
  nodeCount: number;
  edgeCount: number;
  firstEdges: Uint32Array;
  edges: Uint32Array;
}

export function buildIncoming(outgoing: Outgoing): Incoming {
  const incoming = allocateIncoming(outgoing.nodeCount, outgoing.edgeCount);
  fillIncoming(outgoing, incoming);
  return incoming;
}

export function fillIncoming({ nodeCount, firstEdges, edges }: Outgoing, { first, sources }: Incoming): void {
  for (let source = 0; source < nodeCount; source++) {
    const end = 2 * firstEdges[source + 1]!;
    for (let at = 2 * firstEdges[source]!; at < end; at += 2)
      if (retains(edges[at]! & 7, source)) first[edges[at + 1]!]!++;
  }
  let end = 0;
  for (let node = 0; node < nodeCount; node++) {
    end += first[node]!;
    first[node] = end;
  }
  first[nodeCount] = end;
  for (let source = 0; source < nodeCount; source++) {
    const end = 2 * firstEdges[source + 1]!;
    for (let at = 2 * firstEdges[source]!; at < end; at += 2) {
      if (!retains(edges[at]! & 7, source)) continue;
      const target = edges[at + 1]!;
      const place = first[target]! - 1;
      first[target] = place;
      sources[place] = source;
    }
  }
}

/**
 * Weak edges and the tables of WeakMaps do not retain, and shortcuts repeat what other edges say; only from the root
 * are they the way to the global objects.
 */
export function retains(edgeType: number, source: number): boolean {
  return edgeType < EdgeType.shortcut || (edgeType === EdgeType.shortcut && source === 0);
}

// How a heap graph lies in memory: about 17 bytes a node, 8 an edge, and the strings as they are in the file.
import type { AllocationTraces } from './allocations.ts';
import type { Incoming, Outgoing } from './incoming.ts';
import type { LocationRows } from './locations.ts';
import type { StringTable } from './string-table.ts';
import type { WideNumbers } from './wide-numbers.ts';

/** An edge's name or index has 29 bits; the last value says that the number lies in `wideEdgeNames`. */
export const WIDE_EDGE_NAME = 2 ** 29 - 1;
/** The last value of 32 bits says that the size lies in `wideShallowBytes`. */
export const WIDE_SHALLOW_BYTES = 2 ** 32 - 1;

/**
 * The arrays behind a HeapGraph, for the loops of this room that visit every edge. Everything in here was checked when
 * it was read: targets are nodes, names are strings, `firstEdges` ascends from 0 to `edgeCount`.
 */
export interface HeapStorage extends Outgoing {
  /** Type in the low 5 bits, detachedness in the 2 above. */
  nodeKinds: Uint8Array;
  nodeNames: Uint32Array;
  nodeIds: Uint32Array;
  shallowBytes: Uint32Array;
  wideShallowBytes: WideNumbers;
  /** nodeCount + 1 entries. */
  firstEdges: Uint32Array;
  /** Two words an edge: its type in the low 3 bits with its name above, then its target. */
  edges: Uint32Array;
  wideEdgeNames: WideNumbers;
  strings: StringTable;
  locations: LocationRows;
  /** Where V8 tracked who allocates. */
  traces?: AllocationTraces;
  /** When a second thread stands by to turn the edges round: starts it, and gives what waits for the result. */
  startTurning?: () => () => Incoming;
  /** Left by the dominators, which have done with it: memory for the retainers, so that the peak does not rise. */
  spare?: Incoming;
}

// Entries of WeakMaps. V8 writes each value twice, as an internal edge from the key and from the table of the map, both
// named "... part of key (...) -> value (...) pair in WeakMap (table @123)". The value lives as long as its key, so the
// edge from the table is marked as one that retains nothing. Chrome DevTools draws the same line.
import { EdgeType } from './node-and-edge-types.ts';
import type { HeapStorage } from './storage.ts';
import { decodeString, type StringTable, stringBytes } from './string-table.ts';

const BEGINNING = /^\d+ \/ part of key \(/;
const ENDING = / pair in WeakMap \(table @(\d+)\)$/;
const ZERO = 0x30;
const NINE = 0x39;
const CLOSING = 0x29;

export function markEphemerons({ nodeCount, nodeIds, firstEdges, edges, strings }: HeapStorage): void {
  const tableOf = tablesByName(strings);
  if (!tableOf) return;
  for (let node = 0; node < nodeCount; node++) {
    const id = nodeIds[node]!;
    for (let edge = firstEdges[node]!; edge < firstEdges[node + 1]!; edge++) {
      const word = edges[2 * edge]!;
      if ((word & 7) === EdgeType.internal && tableOf[word >>> 3] === id)
        edges[2 * edge] = (word & ~7) | EdgeType.ephemeron;
    }
  }
}

/** For each string that names an entry of a WeakMap, the id of the map's table; null when there is none. */
function tablesByName(strings: StringTable): Uint32Array | null {
  let tableOf: Uint32Array | null = null;
  for (let i = 0; i < strings.count; i++) {
    // Cheap first: nearly all strings fail at their length, their first or their last byte.
    if (strings.starts[i + 1]! - strings.starts[i]! < 40) continue;
    const bytes = stringBytes(strings, i);
    if (bytes.at(-1) !== CLOSING || bytes[0]! < ZERO || bytes[0]! > NINE) continue;
    const name = decodeString(strings, i);
    const ending = BEGINNING.test(name) && ENDING.exec(name.slice(-60));
    if (!ending) continue;
    tableOf ??= new Uint32Array(strings.count);
    tableOf[i] = Number(ending[1]);
  }
  return tableOf;
}

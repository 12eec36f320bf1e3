// The last check of a snapshot: every name is one of its strings. It waits for the end, where the strings are.

import { EdgeType } from '../../heap/node-and-edge-types.ts';
import type { HeapStorage } from '../../heap/storage.ts';
import { MalformedSnapshot } from './malformed.ts';

export function checkNames({ nodeCount, edgeCount, nodeNames, edges, strings }: HeapStorage): void {
  const { count } = strings;
  for (let node = 0; node < nodeCount; node++) {
    if (nodeNames[node]! >= count)
      throw new MalformedSnapshot(`node ${node} has a name that is not among its strings`);
  }
  for (let edge = 0; edge < edgeCount; edge++) {
    const word = edges[2 * edge]!;
    const name = word >>> 3;
    if (name < count) continue;
    const type = word & 7;
    if (type !== EdgeType.element && type !== EdgeType.hidden)
      throw new MalformedSnapshot(`edge ${edge} has a name that is not among its strings`);
  }
}

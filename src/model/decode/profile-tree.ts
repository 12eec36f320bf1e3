// How the nodes of a CPU profile are connected: from the numbers in the file to one tree, parents first.
import { MalformedProfile } from './malformed-profile.ts';
import type { ProfileNodes } from './profile-nodes.ts';

export interface ProfileTree {
  /** All nodes, by their place in the columns: every one comes after its parent. */
  order: Int32Array;
  /** By place in the columns: the place of the parent; -1 for the root. */
  parents: Int32Array;
  /** The place of the node with this number; -1 where there is none. */
  placeOf(id: unknown): number;
}

/** Throws MalformedProfile when the links are not one tree. */
export function treeOf(nodes: ProfileNodes): ProfileTree {
  const placeOf = numbering(nodes);
  const { count, children, childEnds } = nodes;
  const parents = new Int32Array(count).fill(-1);
  let flaw = '';
  for (let node = 0; node < count; node++) {
    for (let i = nodes.firstChild(node); i < childEnds[node]!; i++) {
      const child = placeOf(children[i]);
      if (child < 0) flaw ||= 'a node names a child that does not exist';
      else if (parents[child] !== -1) flaw ||= 'a node has two parents';
      else parents[child] = node;
    }
  }
  const roots = parents.reduce((found, parent) => (parent === -1 ? found + 1 : found), 0);
  if (roots !== 1) throw new MalformedProfile(`its nodes do not form one tree (${roots} roots)`);
  if (flaw !== '') throw new MalformedProfile(flaw);
  return { order: inOrder(nodes, parents.indexOf(-1), placeOf), parents, placeOf };
}

function inOrder(nodes: ProfileNodes, root: number, placeOf: ProfileTree['placeOf']): Int32Array {
  const { count, children, childEnds } = nodes;
  const order = new Int32Array(count);
  order[0] = root;
  let found = 1;
  for (let at = 0; at < found; at++) {
    const node = order[at]!;
    for (let i = nodes.firstChild(node); i < childEnds[node]!; i++) order[found++] = placeOf(children[i]);
  }
  if (found !== count) throw new MalformedProfile('its nodes hold a cycle');
  return order;
}

/** V8 numbers nodes from 1 on: then a list does, and a map is for all others. */
const MOST_SPREAD = 4;

function numbering({ ids, count }: ProfileNodes): ProfileTree['placeOf'] {
  let isDense = true;
  for (let node = 0; node < count; node++) {
    const id = ids[node]!;
    if (!Number.isSafeInteger(id)) throw new MalformedProfile('a node has no id');
    if (id < 0 || id > count * MOST_SPREAD + 1_000) isDense = false;
  }
  return isDense ? inList(ids, count) : inMap(ids, count);
}

function inList(ids: Float64Array, count: number): ProfileTree['placeOf'] {
  const places = new Int32Array(count * MOST_SPREAD + 1_001).fill(-1);
  for (let node = 0; node < count; node++) {
    const id = ids[node]!;
    if (places[id] !== -1) throw new MalformedProfile('two nodes have the same id');
    places[id] = node;
  }
  return (id) => (typeof id === 'number' ? (places[id] ?? -1) : -1);
}

function inMap(ids: Float64Array, count: number): ProfileTree['placeOf'] {
  const places = new Map<unknown, number>();
  for (let node = 0; node < count; node++) places.set(ids[node]!, node);
  if (places.size !== count) throw new MalformedProfile('two nodes have the same id');
  return (id) => places.get(id) ?? -1;
}

// Amounts of a call tree by what its frames have in common: a function, a package, a file.
import type { CpuProfile } from '../../model/cpu-profile.ts';
import type { Frame } from '../../model/frame.ts';

type Nodes = CpuProfile['nodes'];

export interface Amounts {
  /** The first node of it. */
  first: number;
  self: number;
  /** With all that was called; in a recursion counted once. */
  total: number;
}

/** By key, in the order in which they come in the tree. A frame without a key belongs to nobody. */
export function tally(nodes: Nodes, keyOf: (frame: Frame) => string | null): Map<string, Amounts> {
  const { keys, numbers } = numberKeys(nodes, keyOf);
  const { firstChild, nextSibling } = linksOf(nodes);
  const found = new Map<string, Amounts>();
  const byNumber: Amounts[] = [];
  const open = new Int32Array(keys.length);
  const enter = (at: number) => {
    const number = numbers[at]!;
    if (number < 0) return;
    const amounts = byNumber[number] ?? { first: at, self: 0, total: 0 };
    if (byNumber[number] === undefined) {
      byNumber[number] = amounts;
      found.set(keys[number]!, amounts);
    }
    amounts.self += nodes[at]!.selfMicros;
    if (open[number] === 0) amounts.total += nodes[at]!.totalMicros;
    open[number]!++;
  };
  for (let at = nodes.length > 0 ? 0 : -1; at >= 0; ) {
    enter(at);
    let next = firstChild[at]!;
    while (next < 0 && at >= 0) {
      if (numbers[at]! >= 0) open[numbers[at]!]!--;
      next = nextSibling[at]!;
      at = nodes[at]!.parent;
    }
    at = next;
  }
  return found;
}

/** Keys are counted from 0 on, by node; -1 is nobody. Millions of nodes share the frames of some thousand functions. */
function numberKeys(
  nodes: Nodes,
  keyOf: (frame: Frame) => string | null,
): { keys: string[]; numbers: Int32Array } {
  const byKey = new Map<string, number>();
  const byFrame = new Map<Frame, number>();
  const numbers = new Int32Array(nodes.length);
  for (const { index, frame } of nodes) {
    let number = byFrame.get(frame);
    if (number === undefined) {
      const key = keyOf(frame);
      number = key === null ? -1 : (byKey.get(key) ?? byKey.size);
      if (key !== null) byKey.set(key, number);
      byFrame.set(frame, number);
    }
    numbers[index] = number;
  }
  return { keys: [...byKey.keys()], numbers };
}

/** By node: its last child, and the sibling before it; -1 is none. */
function linksOf(nodes: Nodes): { firstChild: Int32Array; nextSibling: Int32Array } {
  const firstChild = new Int32Array(nodes.length).fill(-1);
  const nextSibling = new Int32Array(nodes.length).fill(-1);
  for (let i = 1; i < nodes.length; i++) {
    const { parent } = nodes[i]!;
    nextSibling[i] = firstChild[parent]!;
    firstChild[parent] = i;
  }
  return { firstChild, nextSibling };
}

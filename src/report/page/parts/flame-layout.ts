// Where each box of a flame graph stands. Pure: the tree, what is zoomed into, and whether idle counts.
import type { FlamePicture } from '../../../model/report/pictures.ts';

/** Parts of the width, 0..1. `node` -1 is idle. */
export interface Box {
  node: number;
  depth: number;
  left: number;
  width: number;
}

export const IDLE = -1;

export interface FlameView {
  /** The node that fills the width. */
  focus: number;
  withIdle: boolean;
  /** Boxes narrower than this are left out. */
  leastWidth: number;
}

export interface FlameLayout {
  depthOf(node: number): number;
  /** From the whole down; callers of what is zoomed into are as wide as it. */
  boxes(view: FlameView): Box[];
  /** The widest node of which `isWanted` holds; -1: none. */
  widest(isWanted: (node: number) => boolean): number;
}

export function layOut({ parent, totalMillis, idleMillis }: FlamePicture): FlameLayout {
  const children: number[][] = parent.map(() => []);
  const depth: number[] = [];
  parent.forEach((above, node) => {
    depth[node] = above < 0 ? 0 : depth[above]! + 1;
    if (above >= 0) children[above]!.push(node);
  });

  function callersOf(node: number): number[] {
    const callers: number[] = [];
    for (let at = parent[node] ?? -1; at >= 0; at = parent[at] ?? -1) callers.unshift(at);
    return callers;
  }

  function boxes({ focus, withIdle, leastWidth }: FlameView): Box[] {
    const showsIdle = withIdle && focus === 0 && idleMillis > 0;
    const whole = (totalMillis[focus] ?? 0) + (showsIdle ? idleMillis : 0);
    if (whole <= 0) return [];
    const drawn: Box[] = callersOf(focus).map((node) => ({ node, depth: depth[node]!, left: 0, width: 1 }));
    const open: Box[] = [{ node: focus, depth: depth[focus]!, left: 0, width: 1 }];
    for (const box of open) {
      drawn.push(box);
      let { left } = box;
      for (const node of children[box.node]!) {
        const width = totalMillis[node]! / whole;
        if (width >= leastWidth) open.push({ node, depth: box.depth + 1, left, width });
        left += width;
      }
    }
    const idle = idleMillis / whole;
    return showsIdle ? [...drawn, { node: IDLE, depth: 1, left: 1 - idle, width: idle }] : drawn;
  }

  function widest(isWanted: (node: number) => boolean): number {
    let best = -1;
    parent.forEach((_, node) => {
      if (isWanted(node) && (best < 0 || totalMillis[node]! > totalMillis[best]!)) best = node;
    });
    return best;
  }

  return { depthOf: (node) => depth[node] ?? 0, boxes, widest };
}

// Both sides in one call tree, for the differential flame graph: mean costs of the runs of each side.
import type { DiffNode } from '../../model/comparison/comparison.ts';
import type { Run } from '../../model/comparison/run.ts';
import type { Frame } from '../../model/frame.ts';
import type { MatchedCosts } from './function-costs.ts';
import type { Sides } from './sides.ts';

/** Below this part of the whole on both sides a frame is too narrow to be seen. */
const LEAST_SHARE = 0.0005;

interface Node {
  parent: Node | null;
  id: string;
  frame: Frame;
  baseSelf: number;
  headSelf: number;
  baseTotal: number;
  headTotal: number;
  children: Map<string, Node>;
}

/** The root first, parents before children. Empty without CPU profiles. `isSignificant` is asked by function id. */
export function diffTree(
  { base, head }: Sides,
  costs: MatchedCosts,
  isSignificant: (id: string) => boolean,
): DiffNode[] {
  const first = base[0]?.calls[0] ?? head[0]?.calls[0];
  if (!first) return [];
  const root = nodeFor(null, '(root)', first.frame);
  const add = (side: 'base' | 'head', runs: readonly Run[]) => {
    for (const { calls } of runs) {
      const placed: Node[] = [];
      for (const [i, { parent, key, frame, selfMicros, totalMicros }] of calls.entries()) {
        const node = parent < 0 ? root : childOf(placed[parent]!, costs.idOf(side, key), frame);
        placed[i] = node;
        if (side === 'head') node.frame = frame;
        node[`${side}Self`] += selfMicros / runs.length;
        node[`${side}Total`] += totalMicros / runs.length;
      }
    }
  };
  add('base', base);
  add('head', head);
  return flatten(root, isSignificant);
}

function nodeFor(parent: Node | null, id: string, frame: Frame): Node {
  return { parent, id, frame, baseSelf: 0, headSelf: 0, baseTotal: 0, headTotal: 0, children: new Map() };
}

function childOf(parent: Node, id: string, frame: Frame): Node {
  let child = parent.children.get(id);
  if (!child) {
    child = nodeFor(parent, id, frame);
    parent.children.set(id, child);
  }
  return child;
}

function flatten(root: Node, isSignificant: (id: string) => boolean): DiffNode[] {
  const least = LEAST_SHARE * Math.max(root.baseTotal, root.headTotal);
  const nodes: DiffNode[] = [];
  const queue: [Node, number][] = [[root, -1]];
  for (const [node, parent] of queue) {
    const { frame, baseSelf, headSelf, baseTotal, headTotal } = node;
    const index =
      nodes.push({
        parent,
        function: frame.functionName,
        file: frame.file,
        line: frame.line,
        package: frame.package,
        owner: frame.owner,
        baseSelf,
        headSelf,
        baseTotal,
        headTotal,
        isSignificant: isSignificant(node.id),
      }) - 1;
    for (const child of node.children.values())
      if (Math.max(child.baseTotal, child.headTotal) >= least) queue.push([child, index]);
  }
  return nodes;
}

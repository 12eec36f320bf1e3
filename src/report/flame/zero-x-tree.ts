// The call tree as 0x's viewer draws it: merged stacks, counted in samples.
import type { FrameOwner } from '../../model/frame.ts';
import { type Drawable, stacksOf } from './drawable.ts';
import { frameText, threadLabel } from './frame-text.ts';
import type { TimedStack } from './timed-stacks.ts';

export interface ZeroXNode {
  name: string;
  /** 0x's categories; it shows app, deps and core at first, and the others on demand. */
  type: 'app' | 'deps' | 'core' | 'native';
  /** Samples in this frame itself. */
  top: number;
  /** Samples in this frame and all it called. */
  value: number;
  /** A field 0x reads and does not use here. */
  S: 0;
  children: ZeroXNode[];
}

const TYPES: Record<FrameOwner, ZeroXNode['type']> = {
  app: 'app',
  library: 'deps',
  node: 'core',
  native: 'native',
};

/** One tree of all profiles; with several, each thread is a branch. */
export function toZeroXTree(profiles: readonly Drawable[]): ZeroXNode {
  const all = createNode('all threads', 'app');
  for (const profile of profiles) {
    const thread = createNode(inertName(threadLabel(profile)), 'app');
    addStacks(thread, stacksOf(profile));
    all.children.push(thread);
    all.value += thread.value;
  }
  const [only] = all.children;
  return only !== undefined && all.children.length === 1 ? only : all;
}

function addStacks(root: ZeroXNode, stacks: TimedStack[]): void {
  const childrenOf = new Map<ZeroXNode, Map<string, ZeroXNode>>();
  for (const { frames, state, count } of stacks) {
    // Hidden branches keep their width in 0x: what has no code in it would be a hole in the graph.
    if (state === 'idle' || state === 'program') continue;
    let node = root;
    node.value += count;
    for (const frame of frames) {
      const siblings = childrenOf.get(node) ?? new Map<string, ZeroXNode>();
      childrenOf.set(node, siblings);
      node = findOrAdd(node, siblings, {
        name: inertName(frameText(frame)),
        type: state === 'gc' ? 'core' : TYPES[frame.owner],
      });
      node.value += count;
    }
    node.top += count;
  }
}

function findOrAdd(
  parent: ZeroXNode,
  siblings: Map<string, ZeroXNode>,
  { name, type }: Pick<ZeroXNode, 'name' | 'type'>,
): ZeroXNode {
  const known = siblings.get(name);
  if (known !== undefined) return known;
  const added = createNode(name, type);
  siblings.set(name, added);
  parent.children.push(added);
  return added;
}

function createNode(name: string, type: ZeroXNode['type']): ZeroXNode {
  return { name, type, top: 0, value: 0, S: 0, children: [] };
}

/** 0x puts names into its tooltip as HTML and onto its canvas as text: a look-alike reads right in both. */
function inertName(name: string): string {
  return name.replaceAll('<', '‹').replaceAll('>', '›');
}

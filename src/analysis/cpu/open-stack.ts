// The stack of one thread as it was sampled, followed from sample to sample.
import { CODE, type CpuProfile, GC } from '../../model/cpu-profile.ts';
import type { Frame } from '../../model/frame.ts';

/** A node on the stack, since which sample, and how long the thread ran meanwhile. */
export interface Open {
  node: number;
  since: number;
  ranMillis: number;
}

/** Where the next sample is further off than so many distances, the process was stopped: it had used up its quota. */
const STOPPED_DISTANCES = 8;

export function isUserCode(frame: Frame): boolean {
  return frame.owner === 'app' || frame.owner === 'library';
}

/** Follows every node from the sample where it appears on the stack to the one where it leaves: `close` is asked before it does. */
export function followStack(
  profile: CpuProfile,
  close: (stack: OpenStack, from: number, atSample: number) => void,
): void {
  const { node, state, micros } = profile.samples;
  const stack = new OpenStack(profile);
  const longest = profile.intervalMicros * STOPPED_DISTANCES;
  for (let i = 0; i < node.length; i++) {
    const leaf = state[i] === CODE ? node[i]! : -1;
    if (state[i] !== GC && leaf !== stack.leaf()) {
      const shared = stack.sharedWith(leaf);
      if (shared < stack.depth) close(stack, shared, i);
      stack.depth = shared;
      stack.enter(leaf, i);
    }
    stack.ranMicros += Math.min(micros[i]!, longest);
  }
  if (stack.depth > 0) close(stack, 0, node.length);
}

/** The nodes on the stack now, outermost first, and the sample since which each is. In lists of numbers: samples are millions. */
export class OpenStack {
  depth = 0;
  /** So far, without the time in which the process was stopped. */
  ranMicros = 0;
  private readonly parents: Int32Array;
  private readonly depths: Int32Array;
  private readonly areUsers: Uint8Array;
  private readonly open: Int32Array;
  private readonly since: Int32Array;
  private readonly ranBefore: Float64Array;

  constructor({ nodes }: CpuProfile) {
    const count = nodes.length;
    this.parents = new Int32Array(count);
    this.areUsers = new Uint8Array(count);
    this.depths = new Int32Array(count);
    let deepest = 0;
    for (let i = 0; i < count; i++) {
      const { parent, frame } = nodes[i]!;
      this.parents[i] = parent;
      this.areUsers[i] = isUserCode(frame) ? 1 : 0;
      if (i > 0) this.depths[i] = this.depths[parent]! + 1;
      deepest = Math.max(deepest, this.depths[i]!);
    }
    this.open = new Int32Array(deepest + 1);
    this.since = new Int32Array(deepest + 1);
    this.ranBefore = new Float64Array(deepest + 1);
  }

  /** -1: the stack is empty. */
  leaf(): number {
    return this.depth === 0 ? -1 : this.open[this.depth - 1]!;
  }

  /** How many of the open nodes are on the path to this one. */
  sharedWith(leaf: number): number {
    const { parents, depths, open, depth } = this;
    for (let at = leaf; at >= 0; at = parents[at]!) {
      const level = depths[at]!;
      if (level < depth && open[level] === at) return level + 1;
    }
    return 0;
  }

  /** All that is on the path to it and not yet open. */
  enter(leaf: number, sample: number): void {
    const { parents, depths, open, since, ranBefore, ranMicros, depth: from } = this;
    this.depth = leaf < 0 ? 0 : depths[leaf]! + 1;
    for (let at = leaf, level = this.depth - 1; level >= from; at = parents[at]!, level--) {
      open[level] = at;
      since[level] = sample;
      ranBefore[level] = ranMicros;
    }
  }

  ranMillis(level: number): number {
    return (this.ranMicros - this.ranBefore[level]!) / 1_000;
  }

  /** The depth of the first of user code, from this depth inwards; -1: there is none. */
  userFrom(from: number): number {
    for (let level = from; level < this.depth; level++)
      if (this.areUsers[this.open[level]!] === 1) return level;
    return -1;
  }

  nodeAt(level: number): number {
    return this.open[level]!;
  }

  sinceAt(level: number): number {
    return this.since[level]!;
  }

  openAt(level: number): Open {
    return { node: this.open[level]!, since: this.since[level]!, ranMillis: this.ranMillis(level) };
  }
}

// Long blocks of the event loop, from the order of the samples: a function that stays on the stack without a break
// keeps everything else waiting. Needs no hooks and sees the code at fault.
import type { CpuProfile } from '../../model/cpu-profile.ts';
import { framesOf } from '../../model/decode/cpu-profile.ts';
import type { Frame } from '../../model/frame.ts';
import { alongPath, type Blame, blame, entryOf, functionKey } from './blame/blame.ts';
import { createHeavyPath, type HeavyPath } from './blame/heavy-path.ts';
import {
  addRun,
  areDelayed,
  isDelayed,
  lengthByChance,
  longestCallback,
  mostRunInClock,
  type Run,
  type RunLengths,
  type Watched,
} from './block-evidence.ts';
import { type BlockSamples, type BlockWork, selfMicros, workOf } from './block-work.ts';
import { totalsByFunction } from './cpu.ts';

/** All blocks that one function caused. */
export interface BlockGroup extends BlockWork {
  blame: Blame;
  blocksMillis: number[];
  /** When each began, in microseconds since the profile's first sample. */
  startsMicros: number[];
  /** Of each, the time in which the thread ran: neither stopped by a CPU quota nor waiting for a CPU. */
  ranMillis: number[];
  totalMillis: number;
  longestMillis: number;
  /**
   * Of all the time the function was on the stack, the part in blocks, 0..1. On a starved machine the sampler misses
   * the short gaps between many short calls, and some look like one; then this is small.
   */
  partInBlocks: number;
  /** The event loop's delay was measured, and bears them out. */
  isMeasured: boolean;
  /** Of the time in blocks, what garbage collection took, 0..1. */
  gcShare: number;
}

/** One callback that ran for `millis` without giving the event loop a turn. */
interface Block extends BlockSamples {
  millis: number;
  ranMillis: number;
}

/** A shorter pause is not felt by people; Node's own docs count from about there. */
export const LEAST_BLOCK_MILLIS = 50;
/** With fewer samples than this share of the expected ones the thread was not running, it was waiting for a core. */
const LEAST_SAMPLE_SHARE = 0.3;
/** A node covers a block when it was on the stack for this share of it. */
const COVERAGE = 0.75;

export function findBlocks(
  profile: CpuProfile,
  textOf: (file: string, line: number) => string | undefined,
  watched: Watched = { runtime: [], cpuWaits: [] },
): BlockGroup[] {
  const { runtime } = watched;
  const groups = new Map<string, BlockGroup>();
  const paths = new Map<string, HeavyPath>();
  for (const block of realBlocks(profile, watched)) {
    const culprit = blame(framesOf(profile, coveringNode(profile, block)));
    const entry = entryOf(culprit);
    if (!entry) continue;
    const key = functionKey(entry);
    const path = paths.get(key) ?? createHeavyPath();
    paths.set(key, path);
    followBlock(profile, block, entry, path);
    const group = groups.get(key);
    if (!group) {
      groups.set(key, {
        blame: culprit,
        ...workOf(profile, block, textOf),
        blocksMillis: [block.millis],
        startsMicros: [profile.samples.startMicros[block.fromSample] ?? 0],
        ranMillis: [block.ranMillis],
        totalMillis: block.millis,
        longestMillis: block.millis,
        partInBlocks: 0,
        isMeasured: runtime.some(
          ({ clockMicros, eventLoopDelayMillis }) => clockMicros && eventLoopDelayMillis,
        ),
        gcShare: gcMillis(profile, block),
      });
      continue;
    }
    group.blocksMillis.push(block.millis);
    group.startsMicros.push(profile.samples.startMicros[block.fromSample] ?? 0);
    group.ranMillis.push(block.ranMillis);
    group.totalMillis += block.millis;
    group.gcShare += gcMillis(profile, block);
    if (block.millis > group.longestMillis)
      Object.assign(group, {
        longestMillis: block.millis,
        ...workOf(profile, block, textOf),
        blame: culprit,
      });
  }
  const totals = totalsByFunction(profile);
  for (const [key, group] of groups) {
    group.gcShare /= group.totalMillis;
    group.partInBlocks = Math.min(
      1,
      group.totalMillis / ((totals.get(key) ?? 0) / 1_000 || group.totalMillis),
    );
    group.blame = alongPath(group.blame, paths.get(key)!.frames());
  }
  return [...groups.values()].sort((a, b) => b.totalMillis - a.totalMillis);
}

/** Adds the time of a block to the path of calls from the function that it is told of. */
function followBlock(profile: CpuProfile, block: Block, entry: Frame, path: HeavyPath): void {
  const key = functionKey(entry);
  for (const [leaf, micros] of selfMicros(profile, block)) {
    const frames = framesOf(profile, leaf);
    const at = frames.findLastIndex((frame) => functionKey(frame) === key);
    if (at >= 0) path.add(frames.slice(0, at + 1), micros);
  }
}

/** A loop with less idle time than this share has no pauses that a sample would see. */
const SATURATED_IDLE = 0.15;

/** The blocks that are more than short callbacks in a row. */
function realBlocks(profile: CpuProfile, watched: Watched): Block[] {
  const { runtime } = watched;
  const runs = new Map<number, RunLengths>();
  const listed = listBlocks(profile, runs, mostRunInClock(profile.startClockMicros, watched));
  const { state, micros } = profile.samples;
  let idle = 0;
  for (let i = 0; i < state.length; i++) if (state[i] === IDLE) idle += micros[i]!;
  const isSaturated = idle < profile.durationMicros * SATURATED_IDLE;
  const byChance = new Map(
    [...runs].map(([node, lengths]) => [node, isSaturated ? lengthByChance(lengths, LEAST_BLOCK_MILLIS) : 0]),
  );
  const real = listed.filter(({ node, ranMillis }) => ranMillis > byChance.get(node)!);
  const allRuns = real.map((block) => runOf(profile, block));
  const doAddUp = areDelayed(allRuns, runtime);
  return real.flatMap((block, i) => {
    const longest = longestCallback(allRuns[i]!, runtime) ?? block.millis;
    const parts = Math.ceil(block.millis / longest - 1e-9);
    if (parts === 1) return [block];
    return doAddUp && isDelayed(allRuns[i]!, runtime) ? cut(block, parts) : [];
  });
}

function runOf(profile: CpuProfile, { millis, toSample }: Block): Run {
  const { startClockMicros } = profile;
  const endClockMicros =
    startClockMicros === undefined ? undefined : startClockMicros + endMicros(profile, toSample);
  return { millis, endClockMicros };
}

/** Calls that follow each other with no sample between them; none where that makes them short. */
function cut(block: Block, parts: number): Block[] {
  const [millis, ranMillis] = [block.millis / parts, block.ranMillis / parts];
  if (ranMillis < LEAST_BLOCK_MILLIS) return [];
  const samples = (block.toSample - block.fromSample) / parts;
  return Array.from({ length: parts }, (_, i) => ({
    ...block,
    millis,
    ranMillis,
    fromSample: block.fromSample + Math.floor(i * samples),
    toSample: block.fromSample + Math.floor((i + 1) * samples),
  }));
}

/**
 * Follows every node from the sample where it appears on the stack to the one where it leaves. `runs` gets the time that
 * each callback ran, however short. `mostRun` is the most that the thread can have run between two times of the profile.
 */
function listBlocks(
  profile: CpuProfile,
  runs: Map<number, RunLengths>,
  mostRun: (fromMicros: number, toMicros: number) => number,
): Block[] {
  const { node, state, micros } = profile.samples;
  const blocks: Block[] = [];
  const stack = createStack(profile);
  const longest = profile.intervalMicros * STOPPED_DISTANCES;
  const close = (from: number, at: number) => {
    const outer = stack.outermostFrom(from);
    stack.depth = from;
    if (!outer) return;
    const most = mostRun(profile.samples.startMicros[outer.since]!, endMicros(profile, at));
    const ranMillis = Math.min(most, (stack.ranMicros - outer.ranMicros) / 1_000);
    const lengths = runs.get(outer.node) ?? { count: 0, millis: 0, longCount: 0, longMillis: 0 };
    runs.set(outer.node, lengths);
    addRun(lengths, ranMillis, LEAST_BLOCK_MILLIS);
    const block = pickBlock(profile, outer, at, ranMillis);
    if (block) blocks.push(block);
  };
  for (let i = 0; i < node.length; i++) {
    const leaf = state[i] === CODE ? node[i]! : -1;
    if (state[i] !== GC && leaf !== stack.leaf()) {
      const shared = stack.sharedWith(leaf);
      if (shared < stack.depth) close(shared, i);
      stack.enter(leaf, i);
    }
    stack.ranMicros += Math.min(micros[i]!, longest);
  }
  close(0, node.length);
  const spanOf = (block: Block) => block.toSample - block.fromSample;
  // Inner calls of a block that was counted are that block's, not blocks of their own.
  const sorted = blocks.sort((a, b) => spanOf(b) - spanOf(a));
  const kept: Block[] = [];
  for (const block of sorted) {
    if (!kept.some((outer) => block.fromSample >= outer.fromSample && block.toSample <= outer.toSample))
      kept.push(block);
  }
  return kept.sort((a, b) => a.fromSample - b.fromSample);
}

/** The nodes on the stack now, outermost first, and the sample since which each is. */
interface OpenStack {
  depth: number;
  /** So far, without the time in which the process was stopped. */
  ranMicros: number;
  /** -1: the stack is empty. */
  leaf(): number;
  /** How many of the open nodes are on the path to this one. */
  sharedWith(leaf: number): number;
  /** All that is on the path to it and not yet open. */
  enter(leaf: number, since: number): void;
  /** The first of user code, from this depth inwards; `ranMicros` at its beginning. */
  outermostFrom(depth: number): { node: number; since: number; ranMicros: number } | null;
}

function createStack({ nodes }: CpuProfile): OpenStack {
  const depths = new Int32Array(nodes.length);
  for (const { index, parent } of nodes) depths[index] = parent < 0 ? 0 : depths[parent]! + 1;
  const deepest = depths.reduce((most, depth) => Math.max(most, depth), 0);
  const open = new Int32Array(deepest + 1);
  const since = new Int32Array(deepest + 1);
  const ranMicros = new Float64Array(deepest + 1);
  const stack: OpenStack = {
    depth: 0,
    ranMicros: 0,
    leaf: () => (stack.depth === 0 ? -1 : open[stack.depth - 1]!),
    sharedWith(leaf) {
      for (let at = leaf; at >= 0; at = nodes[at]!.parent)
        if (depths[at]! < stack.depth && open[depths[at]!] === at) return depths[at]! + 1;
      return 0;
    },
    enter(leaf, sample) {
      const from = stack.depth;
      for (let at = leaf; at >= 0 && depths[at]! >= from; at = nodes[at]!.parent) {
        open[depths[at]!] = at;
        since[depths[at]!] = sample;
        ranMicros[depths[at]!] = stack.ranMicros;
      }
      stack.depth = leaf < 0 ? 0 : depths[leaf]! + 1;
    },
    outermostFrom(depth) {
      for (let at = depth; at < stack.depth; at++)
        if (isUserCode(nodes[open[at]!]!.frame))
          return { node: open[at]!, since: since[at]!, ranMicros: ranMicros[at]! };
      return null;
    },
  };
  return stack;
}

const CODE = 0;
const IDLE = 1;
const GC = 3;

/** The outermost node of user code is the callback; when it leaves, the event loop gets its turn. */
function pickBlock(
  profile: CpuProfile,
  outer: { node: number; since: number },
  at: number,
  ranMillis: number,
): Block | null {
  if (ranMillis < LEAST_BLOCK_MILLIS) return null;
  const millis = between(profile, outer.since, at);
  const expected = (millis * 1_000) / profile.intervalMicros;
  if (at - outer.since < expected * LEAST_SAMPLE_SHARE) return null;
  return { fromSample: outer.since, toSample: at, millis, ranMillis, node: outer.node };
}

/** The deepest user code that was on the stack nearly all the block long. */
function coveringNode(profile: CpuProfile, block: Block): number {
  const onStack = new Map<number, number>();
  let all = 0;
  for (let i = block.fromSample; i < block.toSample; i++) {
    if (profile.samples.state[i] !== CODE) continue;
    const micros = profile.samples.micros[i]!;
    all += micros;
    for (const node of pathTo(profile, profile.samples.node[i]!))
      onStack.set(node, (onStack.get(node) ?? 0) + micros);
  }
  // A child's index is always larger than its parent's: the largest is the deepest.
  let deepest = block.node;
  for (const [node, micros] of onStack) {
    if (micros >= all * COVERAGE && node > deepest && isUserCode(profile.nodes[node]!.frame)) deepest = node;
  }
  return deepest;
}

function gcMillis(profile: CpuProfile, block: Block): number {
  let micros = 0;
  for (let i = block.fromSample; i < block.toSample; i++)
    if (profile.samples.state[i] === GC) micros += profile.samples.micros[i]!;
  return micros / 1_000;
}

function between(profile: CpuProfile, from: number, to: number): number {
  return (endMicros(profile, to) - profile.samples.startMicros[from]!) / 1_000;
}

function endMicros({ samples: { startMicros, micros } }: CpuProfile, to: number): number {
  return to < startMicros.length ? startMicros[to]! : startMicros.at(-1)! + micros.at(-1)!;
}

/** Where the next sample is further off than so many distances, the process was stopped: it had used up its quota. */
const STOPPED_DISTANCES = 8;

function isUserCode(frame: Frame): boolean {
  return frame.owner === 'app' || frame.owner === 'library';
}

function pathTo(profile: CpuProfile, leaf: number): number[] {
  const path: number[] = [];
  for (let i = leaf; i >= 0; i = profile.nodes[i]!.parent) path.push(i);
  return path.reverse();
}

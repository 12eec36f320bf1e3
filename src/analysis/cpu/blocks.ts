// Long blocks of the event loop, from the order of the samples: a function that stays on the stack without a break
// keeps everything else waiting. Needs no hooks and sees the code at fault.
import { type CpuProfile, GC, IDLE } from '../../model/cpu-profile.ts';
import { framesOf } from '../../model/decode/cpu-profile.ts';
import type { Frame } from '../../model/frame.ts';
import { alongPath, type Blame, blame, entryOf, functionKey } from './blame/blame.ts';
import { calledBack } from './blame/called-back.ts';
import { HeavyPath } from './blame/heavy-path.ts';
import {
  areDelayed,
  isDelayed,
  lengthByChance,
  longestCallback,
  mostHeldInClock,
  type Run,
  RunsOfNodes,
  type Watched,
} from './block-evidence.ts';
import { type BlockSamples, type BlockWork, selfMicros, workOf } from './block-work.ts';
import { totalsByFunction } from './cpu.ts';
import { followStack, isUserCode, type OpenStack } from './open-stack.ts';
import { classifyWork, type WorkKind } from './work.ts';

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
  /** Without code of the program around it: functions of the program that the package calls in the profile, the most time first. */
  calledBack: Frame[];
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
  totalsOf: (profile: CpuProfile) => ReadonlyMap<string, number> = totalsByFunction,
): BlockGroup[] {
  const { runtime } = watched;
  const groups = new Map<string, BlockGroup>();
  const members = new Map<string, { entry: Frame; blocks: Block[] }>();
  for (const block of realBlocks(profile, watched)) {
    const culprit = blame(framesOf(profile, coveringNode(profile, block)));
    const entry = entryOf(culprit);
    if (!entry) continue;
    const key = functionKey(entry);
    const known = members.get(key);
    if (known) known.blocks.push(block);
    else members.set(key, { entry, blocks: [block] });
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
        calledBack: [],
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
  if (groups.size === 0) return [];
  const totals = totalsOf(profile);
  for (const [key, group] of groups) {
    group.gcShare /= group.totalMillis;
    group.partInBlocks = Math.min(
      1,
      group.totalMillis / ((totals.get(key) ?? 0) / 1_000 || group.totalMillis),
    );
    const { entry, blocks } = members.get(key)!;
    group.blame = alongPath(group.blame, pathOf(profile, { entry, blocks }, group.work.kind));
    const { app, inner, library } = group.blame;
    const owner = app ? null : (inner ?? library)?.package;
    if (owner) group.calledBack = calledBack(profile, owner);
  }
  return [...groups.values()].sort((a, b) => b.totalMillis - a.totalMillis);
}

/** From the function that the blocks are told of, to where the work goes that they are told to do. */
function pathOf(
  profile: CpuProfile,
  { entry, blocks }: { entry: Frame; blocks: readonly Block[] },
  kind: WorkKind,
): Frame[] {
  const all = new HeavyPath();
  const ofKind = new HeavyPath();
  for (const block of blocks) {
    followBlock(profile, block, entry, (frames, micros) => {
      all.add(frames, micros);
      if (classifyWork(frames, undefined).kind === kind) ofKind.add(frames, micros);
    });
  }
  const path = kind === 'plain' || kind === 'serving' ? [] : ofKind.frames();
  return path.length > 0 ? path : all.frames();
}

/** Gives the time of a block by stack, innermost first, as far out as the function that it is told of. */
function followBlock(
  profile: CpuProfile,
  block: Block,
  entry: Frame,
  add: (frames: readonly Frame[], micros: number) => void,
): void {
  const key = functionKey(entry);
  for (const [leaf, micros] of selfMicros(profile, block)) {
    const frames = framesOf(profile, leaf);
    const at = frames.findLastIndex((frame) => functionKey(frame) === key);
    if (at >= 0) add(frames.slice(0, at + 1), micros);
  }
}

/** A loop with less idle time than this share has no pauses that a sample would see. */
const SATURATED_IDLE = 0.15;

/** The blocks that are more than short callbacks in a row. */
function realBlocks(profile: CpuProfile, watched: Watched): Block[] {
  const { runtime } = watched;
  const mostRun = mostHeldInClock(profile, watched);
  const runs = isSaturated(profile) ? new RunsOfNodes(profile.nodes.length) : null;
  const listed = listBlocks(profile, mostRun, runs);
  const real = listed.filter(
    ({ node, ranMillis }) => ranMillis > (runs ? lengthByChance(runs.of(node), LEAST_BLOCK_MILLIS) : 0),
  );
  const allRuns = real.map((block) => runOf(profile, block));
  const doAddUp = areDelayed(allRuns, runtime);
  return real.flatMap((block, i) => {
    const longest = longestCallback(allRuns[i]!, runtime) ?? block.millis;
    const parts = Math.ceil(block.millis / longest - 1e-9);
    if (parts === 1) return [block];
    return doAddUp && isDelayed(allRuns[i]!, runtime) ? cut(block, parts) : [];
  });
}

function isSaturated({ samples: { state, micros }, durationMicros }: CpuProfile): boolean {
  let idle = 0;
  for (let i = 0; i < state.length; i++) if (state[i] === IDLE) idle += micros[i]!;
  return idle < durationMicros * SATURATED_IDLE;
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

/** The most that the thread can have run between two times of the profile, in milliseconds. */
type MostRun = (fromMicros: number, toMicros: number) => number;

/** `runs` gets how long each callback ran every time, where that is asked for. */
function listBlocks(profile: CpuProfile, mostRun: MostRun, runs: RunsOfNodes | null): Block[] {
  const blocks: Block[] = [];
  followStack(profile, (stack, from, at) => {
    // Nothing inside ran for longer.
    const isShort = stack.ranMillis(from) < LEAST_BLOCK_MILLIS;
    if (isShort && !runs) return;
    const level = stack.userFrom(from);
    if (level < 0) return;
    const ran = ranMillis(profile, stack, { level, at }, mostRun);
    runs?.add(stack.nodeAt(level), ran, LEAST_BLOCK_MILLIS);
    if (isShort) return;
    const block = pickBlock(profile, stack.openAt(level), at, ran);
    if (block) blocks.push(block);
  });
  // Inner calls of a block that was counted are that block's, not blocks of their own.
  const sorted = blocks.sort((a, b) => a.fromSample - b.fromSample || b.toSample - a.toSample);
  let last = -1;
  return sorted.filter(({ toSample }) => {
    const isOuter = toSample > last;
    last = Math.max(last, toSample);
    return isOuter;
  });
}

function ranMillis(
  profile: CpuProfile,
  stack: OpenStack,
  { level, at }: { level: number; at: number },
  mostRun: MostRun,
): number {
  const from = profile.samples.startMicros[stack.sinceAt(level)]!;
  return Math.min(mostRun(from, endMicros(profile, at)), stack.ranMillis(level));
}

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
  const { nodes } = profile;
  const onStack = new Map<number, number>();
  let all = 0;
  for (const [leaf, micros] of selfMicros(profile, block)) {
    all += micros;
    for (let at = leaf; at >= 0; at = nodes[at]!.parent) onStack.set(at, (onStack.get(at) ?? 0) + micros);
  }
  // A child's index is always larger than its parent's: the largest is the deepest.
  let deepest = block.node;
  for (const [node, micros] of onStack) {
    if (micros >= all * COVERAGE && node > deepest && isUserCode(nodes[node]!.frame)) deepest = node;
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

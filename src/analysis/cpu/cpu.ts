// Where the CPU time of one thread went: by state, and by the function responsible for it.
import { type CpuProfile, SAMPLE_STATES, type SampleState } from '../../model/cpu-profile.ts';
import { framesOf } from '../../model/decode/cpu-profile.ts';
import type { Frame } from '../../model/frame.ts';
import { alongPath, type Blame, blame, functionKey } from './blame/blame.ts';
import { type Callees, calleesByLine, type OwnLines, ownLines } from './blame/own-lines.ts';
import { followResponsibilities, type PathOf, responsibilityKey } from './blame/responsibilities.ts';
import { tally } from './call-tree.ts';
import { classifyWork, SYNCHRONOUS, type Work } from './work.ts';

export interface CpuSummary {
  thread: number;
  threadName: string;
  durationMicros: number;
  busyMicros: number;
  idleMicros: number;
  gcMicros: number;
  /** Native code outside of JavaScript, and our own probe. */
  programMicros: number;
  /** By self time, largest first. */
  hotspots: Hotspot[];
}

/** A function with the time it spent itself, built-ins it called included. */
export interface Hotspot {
  /** Where the time is spent. */
  frame: Frame;
  /** Who is to change: see blame.ts. */
  blame: Blame;
  work: Work;
  /** The synchronous calls of Node's in it, named after the dearest, where there are any. */
  synchronous: { work: Work; micros: number } | null;
  selfMicros: number;
  /** Time with this function anywhere on the stack, recursion counted once. */
  totalMicros: number;
  /** 1-based source line with most samples; null when unknown. */
  hotLine: number | null;
  /** Share of the function's samples in that line, 0..1. */
  hotLineShare: number;
  /** A function that V8 has inlined into this one, and its share of the samples; null where none is told. */
  inlined: { frame: Frame; share: number } | null;
}

/** `textOf` gives the text of a source line, for naming what it does. */
export function summarizeCpu(profile: CpuProfile, textOf: TextOf): CpuSummary {
  const micros = summarizeStates(profile);
  const durationMicros = micros.code + micros.idle + micros.program + micros.gc;
  return {
    thread: profile.thread,
    threadName: profile.threadName,
    durationMicros,
    busyMicros: micros.code + micros.gc,
    idleMicros: micros.idle,
    gcMicros: micros.gc,
    programMicros: micros.program,
    hotspots: findHotspots(profile, textOf),
  };
}

/** Microseconds in each state. */
export function summarizeStates(profile: CpuProfile): Record<SampleState, number> {
  const { node, state, micros: weights } = profile.samples;
  const sums = new Float64Array(SAMPLE_STATES.length);
  for (let i = 0; i < node.length; i++) sums[state[i]!]! += weights[i]!;
  const micros = { code: 0, idle: 0, program: 0, gc: 0 };
  for (const [i, name] of SAMPLE_STATES.entries()) micros[name] = sums[i]!;
  if (node.length === 0) stateFromNodes(profile, micros);
  return micros;
}

/** A profile without a time line (some tools drop it) still has its tree. */
function stateFromNodes(
  profile: CpuProfile,
  micros: Record<'code' | 'idle' | 'program' | 'gc', number>,
): void {
  const states: Record<string, 'idle' | 'program' | 'gc'> = {
    '(idle)': 'idle',
    '(program)': 'program',
    '(root)': 'program',
    '(garbage collector)': 'gc',
  };
  for (const { frame, selfMicros } of profile.nodes)
    micros[(frame.file === null && states[frame.functionName]) || 'code'] += selfMicros;
}

interface Group {
  /** The node with most of it. */
  best: number;
  bestMicros: number;
  selfMicros: number;
  /** Nodes of the function itself, not of what is counted to it. */
  own: number[];
  synchronous: Map<string, { work: Work; micros: number }>;
}

type TextOf = (file: string, line: number) => string | undefined;

/** Of all time in code. Of functions with less, nobody is told the lines, and a long profile has very many of them. */
const LEAST_WITH_LINES = 0.001;

function findHotspots(profile: CpuProfile, textOf: TextOf): Hotspot[] {
  const groups = groupNodes(profile);
  const totals = totalsByFunction(profile);
  const all = [...groups.values()].reduce((sum, { selfMicros }) => sum + selfMicros, 0);
  const withLines = [...groups].filter(([, { selfMicros }]) => selfMicros >= all * LEAST_WITH_LINES);
  const callees = calleesByLine(profile, new Set(withLines.map(([key]) => key)));
  const pathOf = followResponsibilities(profile);
  const ticks = new Map(withLines.map(([key, { own }]) => [key, ticksOf(profile, own)]));
  return [...groups]
    .map(([key, group]) => {
      const lineTicks = ticks.get(key) ?? NO_TICKS;
      return describe(group, framesOf(profile, group.best), { totals, callees, textOf, lineTicks, pathOf });
    })
    .sort((a, b) => b.selfMicros - a.selfMicros);
}

const NO_TICKS: ReadonlyMap<number, number> = new Map();

const newGroup = (best: number): Group => ({
  best,
  bestMicros: 0,
  selfMicros: 0,
  own: [],
  synchronous: new Map(),
});

/** By function. Time in a built-in (Map.set, Array.sort) belongs to the function that called it. */
function groupNodes(profile: CpuProfile): Map<string, Group> {
  const groups = new Map<string, Group>();
  /** Millions of nodes share the frames of some thousand functions. */
  const byFrame = new Map<Frame, Group>();
  const add = (owner: Frame, { index, frame, selfMicros }: CpuProfile['nodes'][number]): Group => {
    let group = byFrame.get(owner);
    if (!group) {
      const key = functionKey(owner);
      group = groups.get(key) ?? newGroup(index);
      groups.set(key, group);
      byFrame.set(owner, group);
    }
    group.selfMicros += selfMicros;
    if (selfMicros > group.bestMicros) {
      group.best = index;
      group.bestMicros = selfMicros;
    }
    if (owner === frame) group.own.push(index);
    return group;
  };
  for (const node of profile.nodes) {
    if (node.selfMicros <= 0 || isPseudo(node.frame)) continue;
    if (isUsers(node.frame)) {
      add(node.frame, node);
      continue;
    }
    const frames = nearFrames(profile, node.index);
    const at = frames.findIndex((frame) => frame.owner !== 'native');
    if (at < 0) continue;
    const { synchronous } = add(frames[responsible(frames, at)]!, node);
    const work = classifyWork(frames, undefined);
    if (!SYNCHRONOUS.includes(work.kind)) continue;
    const call = work.call ?? work.kind;
    const known = synchronous.get(call)?.micros ?? 0;
    synchronous.set(call, { work, micros: known + node.selfMicros });
  }
  return groups;
}

/** Innermost first, out to the first that is the program's or a library's: what tells whose a node is and what it does. */
function nearFrames({ nodes }: CpuProfile, index: number): Frame[] {
  const frames: Frame[] = [];
  for (let at = index; at > 0; at = nodes[at]!.parent) {
    const { frame } = nodes[at]!;
    frames.push(frame);
    if (isUsers(frame)) break;
  }
  return frames;
}

const isUsers = ({ owner }: Frame) => owner === 'app' || owner === 'library';

function ticksOf({ nodes }: CpuProfile, some: readonly number[]): Map<number, number> {
  const sum = new Map<number, number>();
  for (const index of some)
    for (const [line, ticks] of nodes[index]!.lineTicks) sum.set(line, (sum.get(line) ?? 0) + ticks);
  return sum;
}

function followed(by: Blame, pathOf: PathOf): Blame {
  const path = pathOf(by)?.frames();
  return path && path.length > 0 ? alongPath(by, path) : by;
}

/** All that one place in the code, through one library, is responsible for. */
export interface Responsibility {
  /** The function in it with most time. */
  top: Hotspot;
  selfMicros: number;
  /** As in Hotspot. */
  synchronous: { work: Work; micros: number } | null;
}

/** Hot functions by the code that is to change; what only moves bytes through sockets is what servers are for. */
export function groupByBlame(hotspots: readonly Hotspot[]): Responsibility[] {
  const groups = new Map<string, Responsibility>();
  for (const hotspot of hotspots) {
    const key = responsibilityKey(hotspot.blame);
    if (key === '' || hotspot.work.kind === 'serving') continue;
    const group = groups.get(key);
    if (!group) {
      groups.set(key, { top: hotspot, selfMicros: hotspot.selfMicros, synchronous: hotspot.synchronous });
      continue;
    }
    group.selfMicros += hotspot.selfMicros;
    if ((hotspot.synchronous?.micros ?? 0) > (group.synchronous?.micros ?? 0))
      group.synchronous = hotspot.synchronous;
  }
  return [...groups.values()].sort((a, b) => b.selfMicros - a.selfMicros);
}

/** Where Node's own heavy calls (pbkdf2Sync, readFileSync) end and the code that made them begins. */
function responsible(frames: readonly Frame[], at: number): number {
  if (frames[at]!.owner !== 'node') return at;
  const { kind } = classifyWork(frames, undefined);
  if (kind === 'plain' || kind === 'serving') return at;
  const user = frames.findIndex((frame) => frame.owner === 'app' || frame.owner === 'library');
  return user < 0 ? at : user;
}

interface Known {
  totals: ReadonlyMap<string, number>;
  callees: Callees;
  textOf: TextOf;
  /** Of the function; empty where its lines are not asked for. */
  lineTicks: ReadonlyMap<number, number>;
  pathOf: PathOf;
}

/** `frames`: the stack with most of it. */
function describe(group: Group, frames: Frame[], known: Known): Hotspot {
  const { totals, lineTicks, textOf, pathOf } = known;
  const at = Math.max(
    0,
    frames.findIndex((frame) => frame.owner !== 'native'),
  );
  const frame = frames[responsible(frames, at)]!;
  const { own, inlined } = lineTicks.size === 0 ? NO_LINES : ownLines(frame, lineTicks, known);
  const [hotLine, ticks] = [...own].sort((a, b) => b[1] - a[1])[0] ?? [null, 0];
  const allTicks = [...lineTicks.values()].reduce((sum, count) => sum + count, 0);
  const text = frame.file !== null && hotLine !== null ? textOf(frame.file, hotLine) : undefined;
  return {
    frame,
    blame: followed(blame(frames), pathOf),
    work: classifyWork(frames, text),
    synchronous: sumSynchronous([...group.synchronous.values()]),
    selfMicros: group.selfMicros,
    totalMicros: totals.get(functionKey(frame)) ?? group.selfMicros,
    hotLine,
    hotLineShare: allTicks === 0 ? 0 : ticks / allTicks,
    inlined: inlined && { frame: inlined.frame, share: inlined.samples / allTicks },
  };
}

const NO_LINES: OwnLines = { own: new Map(), inlined: null };

/** Named after the dearest of them. */
function sumSynchronous(calls: { work: Work; micros: number }[]): Hotspot['synchronous'] {
  const [dearest] = calls.toSorted((a, b) => b.micros - a.micros);
  return dearest ? { work: dearest.work, micros: calls.reduce((sum, { micros }) => sum + micros, 0) } : null;
}

/** Recursion counted once. */
export function totalsByFunction({ nodes }: CpuProfile): ReadonlyMap<string, number> {
  const found = tally(nodes, functionKey);
  return new Map([...found].map(([key, { total }]) => [key, total]));
}

function isPseudo(frame: Frame): boolean {
  return (
    frame.file === null &&
    frame.functionName.startsWith('(') &&
    /^\((root|idle|program|garbage collector)\)$/.test(frame.functionName)
  );
}

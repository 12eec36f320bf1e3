// Where the CPU time of one thread went: by state, and by the function responsible for it.
import { type CpuProfile, SAMPLE_STATES, type SampleState } from '../../model/cpu-profile.ts';
import { framesOf } from '../../model/decode/cpu-profile.ts';
import type { Frame } from '../../model/frame.ts';
import { alongPath, type Blame, blame, functionKey } from './blame/blame.ts';
import { callersOfApplication } from './blame/callers-of-app.ts';
import { type Callees, calleesByLine, type OwnLines, ownLines } from './blame/own-lines.ts';
import {
  followResponsibilities,
  type Responsibilities,
  responsibilityKey,
} from './blame/responsibilities.ts';
import { tally } from './call-tree.ts';
import { groupNodes, type HotspotGroup } from './hotspot-groups.ts';
import { classifyWork, type Work } from './work.ts';

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
  /** Microseconds by `functionKey`, as Hotspot has them. */
  totals: ReadonlyMap<string, number>;
  /** Packages (`name@version`) that call the application's functions: see callers-of-app.ts. */
  callersOfApp: ReadonlySet<string>;
}

/** A function with the time it spent itself, built-ins it called included; one of a package, for one of its callers. */
export interface Hotspot {
  /** Where the time is spent. */
  frame: Frame;
  /** Who is to change: see blame.ts. */
  blame: Blame;
  work: Work;
  /** What it runs for, where Node's own frames on its stack tell: after an `await` they do not. */
  trigger: 'request' | 'timer' | null;
  /** The synchronous calls of Node's in it, named after the dearest, where there are any. */
  synchronous: SynchronousCalls | null;
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

export interface SynchronousCalls {
  work: Work;
  micros: number;
  /** By the call, such as "fs.openSync". */
  byCall: ReadonlyMap<string, number>;
}

/** `textOf` gives the text of a source line, for naming what it does. */
export function summarizeCpu(profile: CpuProfile, textOf: TextOf): CpuSummary {
  const micros = summarizeStates(profile);
  const totals = totalsByFunction(profile);
  const durationMicros = micros.code + micros.idle + micros.program + micros.gc;
  return {
    thread: profile.thread,
    threadName: profile.threadName,
    durationMicros,
    busyMicros: micros.code + micros.gc,
    idleMicros: micros.idle,
    gcMicros: micros.gc,
    programMicros: micros.program,
    hotspots: findHotspots(profile, totals, textOf),
    totals,
    callersOfApp: callersOfApplication(profile),
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

type TextOf = (file: string, line: number) => string | undefined;

/** Of all time in code. Of functions with less, nobody is told the lines, and a long profile has very many of them. */
const LEAST_WITH_LINES = 0.001;

function findHotspots(profile: CpuProfile, totals: CpuSummary['totals'], textOf: TextOf): Hotspot[] {
  const responsibilities = followResponsibilities(profile);
  const groups = groupNodes(profile, responsibilities);
  const withLines = largest(groups);
  const callees = calleesByLine(profile, withLines);
  return groups
    .map((group) => {
      const lineTicks = withLines.has(group.key) ? ticksOf(profile, group.own) : NO_TICKS;
      const known = { totals, callees, textOf, lineTicks, pathOf: responsibilities.pathOf };
      return describe(group, framesOf(profile, group.best), known);
    })
    .sort((a, b) => b.selfMicros - a.selfMicros);
}

const NO_TICKS: ReadonlyMap<number, number> = new Map();

/** Functions, by key, whose lines are told. */
function largest(groups: readonly HotspotGroup[]): ReadonlySet<string> {
  const byFunction = new Map<string, number>();
  let all = 0;
  for (const { key, selfMicros } of groups) {
    all += selfMicros;
    byFunction.set(key, (byFunction.get(key) ?? 0) + selfMicros);
  }
  const least = all * LEAST_WITH_LINES;
  return new Set([...byFunction].filter(([, micros]) => micros >= least).map(([key]) => key));
}

function ticksOf({ nodes }: CpuProfile, some: readonly number[]): Map<number, number> {
  const sum = new Map<number, number>();
  for (const index of some)
    for (const [line, ticks] of nodes[index]!.lineTicks) sum.set(line, (sum.get(line) ?? 0) + ticks);
  return sum;
}

function followed(by: Blame, pathOf: Responsibilities['pathOf']): Blame {
  const path = pathOf(by)?.frames();
  return path && path.length > 0 ? alongPath(by, path) : by;
}

/** All that one place in the code, through one library, is responsible for. */
export interface Responsibility {
  /** The function in it with most time. */
  top: Hotspot;
  selfMicros: number;
  /** As in Hotspot. */
  synchronous: SynchronousCalls | null;
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

interface Known {
  totals: ReadonlyMap<string, number>;
  callees: Callees;
  textOf: TextOf;
  /** Of the function; empty where its lines are not asked for. */
  lineTicks: ReadonlyMap<number, number>;
  pathOf: Responsibilities['pathOf'];
}

/** `frames`: the stack with most of it. */
function describe(group: HotspotGroup, frames: Frame[], known: Known): Hotspot {
  const { owner: frame } = group;
  const { totals, lineTicks, textOf, pathOf } = known;
  const { own, inlined } = lineTicks.size === 0 ? NO_LINES : ownLines(frame, lineTicks, known);
  const [hotLine, ticks] = [...own].sort((a, b) => b[1] - a[1])[0] ?? [null, 0];
  const allTicks = [...lineTicks.values()].reduce((sum, count) => sum + count, 0);
  const text = frame.file !== null && hotLine !== null ? textOf(frame.file, hotLine) : undefined;
  return {
    frame,
    blame: followed(blame(frames), pathOf),
    work: workOf(group, classifyWork(frames, text)),
    trigger: triggerOf(frames),
    synchronous: group.synchronous && sumSynchronous(group.synchronous),
    selfMicros: group.selfMicros,
    totalMicros: totals.get(group.key) ?? group.selfMicros,
    hotLine,
    hotLineShare: allTicks === 0 ? 0 : ticks / allTicks,
    inlined: inlined && { frame: inlined.frame, share: inlined.samples / allTicks },
  };
}

const NO_LINES: OwnLines = { own: new Map(), inlined: null };

/** A native call is named where most of the function's time goes into it. */
function workOf({ bestMicros, selfMicros }: HotspotGroup, work: Work): Work {
  return work.kind === 'plain' && bestMicros < selfMicros / 2 ? { kind: 'plain', call: null } : work;
}

function triggerOf(frames: readonly Frame[]): Hotspot['trigger'] {
  let trigger: Hotspot['trigger'] = null;
  for (const { owner, file } of frames) {
    if (owner !== 'node' || file === null) continue;
    if (/_http_(server|common)|internal\/http2\//.test(file)) return 'request';
    if (/internal\/timers$/.test(file)) trigger = 'timer';
  }
  return trigger;
}

/** Named after the dearest of them. */
function sumSynchronous(calls: NonNullable<HotspotGroup['synchronous']>): SynchronousCalls | null {
  const [dearest] = [...calls.values()].sort((a, b) => b.micros - a.micros);
  if (!dearest) return null;
  const byCall = new Map([...calls].map(([call, { micros }]) => [call, micros]));
  return {
    work: dearest.work,
    micros: [...byCall.values()].reduce((sum, micros) => sum + micros, 0),
    byCall,
  };
}

/** Recursion counted once. */
export function totalsByFunction(profile: CpuProfile): ReadonlyMap<string, number> {
  const found = tally(profile, functionKey);
  return new Map([...found].map(([key, { total }]) => [key, total]));
}

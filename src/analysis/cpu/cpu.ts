// Where the CPU time of one thread went: by state, and by the function responsible for it.
import { type CpuProfile, SAMPLE_STATES, type SampleState } from '../../model/cpu-profile.ts';
import { framesOf } from '../../model/decode/cpu-profile.ts';
import type { Frame } from '../../model/frame.ts';
import { alongPath, type Blame, blame, entryOf, fromEntry, functionKey } from './blame/blame.ts';
import { callersOfApplication } from './blame/callers-of-app.ts';
import { createHeavyPath, type HeavyPath } from './blame/heavy-path.ts';
import { type Callees, calleesByLine, ownLines } from './blame/own-lines.ts';
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
export function summarizeCpu(
  profile: CpuProfile,
  textOf: (file: string, line: number) => string | undefined,
): CpuSummary {
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
    callersOfApp: callersOfApplication(profile),
  };
}

/** Microseconds in each state. */
export function summarizeStates(profile: CpuProfile): Record<SampleState, number> {
  const micros = { code: 0, idle: 0, program: 0, gc: 0 };
  const { node, state, micros: weights } = profile.samples;
  for (let i = 0; i < node.length; i++) micros[SAMPLE_STATES[state[i]!]!] += weights[i]!;
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
  frames: Frame[];
  bestMicros: number;
  selfMicros: number;
  lineTicks: Map<number, number>;
  synchronous: Map<string, { work: Work; micros: number }>;
}

function findHotspots(
  profile: CpuProfile,
  textOf: (file: string, line: number) => string | undefined,
): Hotspot[] {
  const groups = new Map<string, Group>();
  const paths = new Map<string, HeavyPath>();
  for (const node of profile.nodes) {
    if (node.selfMicros <= 0 || isPseudo(node.frame)) continue;
    const frames = framesOf(profile, node.index);
    const responsibleFor = responsibilityKey(blame(frames));
    pathOf(paths, responsibleFor).add(fromEntry(frames), node.selfMicros);
    // Time in a built-in (Map.set, Array.sort) belongs to the function that called it.
    const at = frames.findIndex((frame) => frame.owner !== 'native');
    if (at < 0) continue;
    const owned = frames.slice(responsible(frames, at));
    // A package's function works for each of its callers.
    const key = `${functionKey(owned[0]!)}|${responsibleFor}`;
    const group = groups.get(key) ?? {
      frames,
      bestMicros: 0,
      selfMicros: 0,
      lineTicks: new Map<number, number>(),
      synchronous: new Map(),
    };
    groups.set(key, group);
    group.selfMicros += node.selfMicros;
    if (node.selfMicros > group.bestMicros) Object.assign(group, { frames, bestMicros: node.selfMicros });
    const work = classifyWork(frames, undefined);
    if (SYNCHRONOUS.includes(work.kind)) {
      const call = work.call ?? work.kind;
      const known = group.synchronous.get(call)?.micros ?? 0;
      group.synchronous.set(call, { work, micros: known + node.selfMicros });
    }
    if (owned[0] === node.frame)
      for (const [line, ticks] of node.lineTicks)
        group.lineTicks.set(line, (group.lineTicks.get(line) ?? 0) + ticks);
  }
  const totals = totalsByFunction(profile);
  const callees = calleesByLine(profile);
  return [...groups.values()]
    .map((group) => describe(group, totals, { callees, textOf }))
    .map((hotspot) => ({ ...hotspot, blame: followed(hotspot.blame, paths) }))
    .sort((a, b) => b.selfMicros - a.selfMicros);
}

/** All that one entry is responsible for through one package it calls: its time is followed together. */
function responsibilityKey(by: Blame): string {
  const entry = entryOf(by);
  return entry === null ? '' : `${functionKey(entry)}|${by.library?.package ?? ''}`;
}

function pathOf(paths: Map<string, HeavyPath>, key: string): HeavyPath {
  const path = paths.get(key) ?? createHeavyPath();
  paths.set(key, path);
  return path;
}

function followed(by: Blame, paths: ReadonlyMap<string, HeavyPath>): Blame {
  const path = by.library ? paths.get(responsibilityKey(by))?.frames() : undefined;
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

function describe(
  group: Group,
  totals: Map<string, number>,
  known: { callees: Callees; textOf: (file: string, line: number) => string | undefined },
): Hotspot {
  const at = Math.max(
    0,
    group.frames.findIndex((frame) => frame.owner !== 'native'),
  );
  const frame = group.frames[responsible(group.frames, at)]!;
  const { own, inlined } = ownLines(frame, group.lineTicks, known);
  const [hotLine, ticks] = [...own].sort((a, b) => b[1] - a[1])[0] ?? [null, 0];
  const allTicks = [...group.lineTicks.values()].reduce((sum, count) => sum + count, 0);
  const text = frame.file !== null && hotLine !== null ? known.textOf(frame.file, hotLine) : undefined;
  return {
    frame,
    blame: blame(group.frames),
    work: workOf(group, classifyWork(group.frames, text)),
    trigger: triggerOf(group.frames),
    synchronous: sumSynchronous([...group.synchronous.values()]),
    selfMicros: group.selfMicros,
    totalMicros: totals.get(functionKey(frame)) ?? group.selfMicros,
    hotLine,
    hotLineShare: allTicks === 0 ? 0 : ticks / allTicks,
    inlined: inlined && { frame: inlined.frame, share: inlined.samples / allTicks },
  };
}

/** A native call is named where most of the function's time goes into it. */
function workOf({ bestMicros, selfMicros }: Group, work: Work): Work {
  return work.kind === 'plain' && bestMicros < selfMicros / 2 ? { kind: 'plain', call: null } : work;
}

function triggerOf(frames: readonly Frame[]): Hotspot['trigger'] {
  const files = frames.flatMap(({ owner, file }) => (owner === 'node' && file !== null ? [file] : []));
  if (files.some((file) => /_http_(server|common)|internal\/http2\//.test(file))) return 'request';
  return files.some((file) => /internal\/timers$/.test(file)) ? 'timer' : null;
}

/** Named after the dearest of them. */
function sumSynchronous(calls: { work: Work; micros: number }[]): Hotspot['synchronous'] {
  const [dearest] = calls.toSorted((a, b) => b.micros - a.micros);
  return dearest ? { work: dearest.work, micros: calls.reduce((sum, { micros }) => sum + micros, 0) } : null;
}

/** Recursion counted once: a node adds its total only when no ancestor is the same function. */
export function totalsByFunction(profile: CpuProfile): Map<string, number> {
  const totals = new Map<string, number>();
  const keys = profile.nodes.map((node) => functionKey(node.frame));
  const ancestors = new Map<string, number>();
  const path: number[] = [];
  const leave = () => {
    const key = keys[path.pop()!]!;
    ancestors.set(key, ancestors.get(key)! - 1);
  };
  for (const index of depthFirst(profile)) {
    const { parent, totalMicros } = profile.nodes[index]!;
    while (path.length > 0 && path.at(-1) !== parent) leave();
    const key = keys[index]!;
    if (!ancestors.get(key)) totals.set(key, (totals.get(key) ?? 0) + totalMicros);
    ancestors.set(key, (ancestors.get(key) ?? 0) + 1);
    path.push(index);
  }
  return totals;
}

function* depthFirst(profile: CpuProfile): Generator<number> {
  const children = new Map<number, number[]>();
  for (const { index, parent } of profile.nodes) {
    const list = children.get(parent);
    if (list) list.push(index);
    else children.set(parent, [index]);
  }
  const stack = [0];
  while (stack.length > 0) {
    const index = stack.pop()!;
    yield index;
    for (const child of children.get(index) ?? []) stack.push(child);
  }
}

function isPseudo(frame: Frame): boolean {
  return frame.file === null && /^\((root|idle|program|garbage collector)\)$/.test(frame.functionName);
}

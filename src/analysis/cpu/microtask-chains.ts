// An async function that awaits promises which are already resolved: each part of it is short, but V8 runs one after the
// other without a turn of the event loop. No function stays on the stack; the sign is that all of it runs as microtasks.
import { type CpuProfile, SAMPLE_STATES } from '../../model/cpu-profile.ts';
import { framesOf } from '../../model/decode/cpu-profile.ts';
import type { Frame } from '../../model/frame.ts';
import { type Blame, blame, functionKey } from './blame/blame.ts';
import { calledBack } from './blame/called-back.ts';
import { callersOfApplication } from './blame/callers-of-app.ts';
import { packageEntry } from './blame/package-entry.ts';
import { longestCallback, mostRunInClock, type Watched } from './block-evidence.ts';

/** All chains of one function, each of which held the event loop. */
export interface MicrotaskChain {
  blame: Blame;
  /** Of each, the time in which the thread ran. */
  ranMillis: number[];
  totalMillis: number;
  longestMillis: number;
  /** Of the longest one, the part that ran under this function, 0..1. */
  share: number;
  /** The parts are of many functions, all of this package; null: of one function. `share` is that of the package then. */
  ofPackage: string | null;
  /** Without code of the program around it: functions of the program that the package calls in the profile, the most time first. */
  calledBack: Frame[];
}

/** What most of one chain ran under. */
type Most = Pick<MicrotaskChain, 'blame' | 'share' | 'ofPackage'> & { key: string };

interface Drain {
  from: number;
  to: number;
}

const LEAST_MILLIS = 50;
/** The function that most of a chain runs under. */
const LEAST_SHARE = 0.6;
/** Of a chain, what runs in a package that another one only calls. */
const LEAST_PASSED_ON = 0.3;
/** One part that takes as much of it is a block as any other. */
const MOST_IN_ONE = 0.6;
/** And a few parts that are blocks each are so many blocks, such as of requests that came meanwhile: awaits are not what holds the loop. */
const BLOCK_MILLIS = 50;
const FEW_BLOCKS = 6;
/** So much of the time between the parts has to be seen in the parts, or they say little of the chain. */
const LEAST_SEEN = 0.25;
/** A node covers a chain when it was on the stack for this share of it. */
const COVERAGE = 0.75;
/** Of a chain, the part by which the event loop must have been late. */
const LEAST_LATE = 0.6;
/** Without a measured delay, a loop that hardly idles has no gap that a sample would see. */
const LEAST_IDLE = 0.3;
/** Where the next sample is further off than so many distances, the thread did not run. */
const STOPPED_DISTANCES = 8;

/** The one that took most time first. */
export function findMicrotaskChains(profile: CpuProfile, watched: Watched): MicrotaskChain[] {
  const isMeasured = watched.runtime.some((sample) => sample.clockMicros && sample.eventLoopDelayMillis);
  if (!isMeasured && idleShare(profile) < LEAST_IDLE) return [];
  const mostRun = mostRunInClock(profile.startClockMicros, watched);
  const chains = new Map<string, MicrotaskChain>();
  const frameworks = callersOfApplication(profile);
  for (const drain of listDrains(profile)) {
    const { startMicros } = profile.samples;
    const [begin, end] = [startMicros[drain.from]!, endOf(profile, drain)];
    const ranMillis = Math.min(mostRun(begin, end), runningMillis(profile, drain));
    if (ranMillis < LEAST_MILLIS || !wasLate(profile, { millis: (end - begin) / 1_000, end }, watched))
      continue;
    const found = mostOf(profile, drain, frameworks);
    if (!found) continue;
    const { key, ...most } = found;
    const chain = chains.get(key) ?? {
      ...most,
      ranMillis: [],
      totalMillis: 0,
      longestMillis: 0,
      calledBack: [],
    };
    chains.set(key, chain);
    chain.ranMillis.push(ranMillis);
    chain.totalMillis += ranMillis;
    if (ranMillis > chain.longestMillis) {
      chain.longestMillis = ranMillis;
      chain.share = found.share;
    }
  }
  for (const chain of chains.values()) {
    const { app, inner, library } = chain.blame;
    const owner = app ? null : (inner ?? library)?.package;
    if (owner) chain.calledBack = calledBack(profile, owner);
  }
  return [...chains.values()].sort((a, b) => b.totalMillis - a.totalMillis);
}

function idleShare({ samples: { state, micros }, durationMicros }: CpuProfile): number {
  const idle = micros.reduce((sum, each, i) => (SAMPLE_STATES[state[i]!] === 'idle' ? sum + each : sum), 0);
  return idle / durationMicros;
}

function wasLate(
  profile: CpuProfile,
  { millis, end }: { millis: number; end: number },
  watched: Watched,
): boolean {
  const start = profile.startClockMicros;
  const endClockMicros = start === undefined ? undefined : start + end;
  return (longestCallback({ millis, endClockMicros }, watched.runtime) ?? millis) >= millis * LEAST_LATE;
}

/** Stretches in which nothing but microtasks and ticks ran. */
function listDrains(profile: CpuProfile): Drain[] {
  const { node, state } = profile.samples;
  const drains: Drain[] = [];
  const outermost = outermostNodes(profile);
  let from = -1;
  const end = (to: number) => {
    if (from >= 0 && to > from) drains.push({ from, to });
    from = -1;
  };
  for (let i = 0; i < node.length; i++) {
    const kind = SAMPLE_STATES[state[i]!];
    if (kind === 'gc' || kind === 'program') continue;
    let isIn: boolean | null = false;
    if (kind === 'code') {
      isIn = isMicrotask(profile.nodes[outermost[node[i]!]!]?.frame);
      if (isIn === null) continue;
    }
    if (!isIn) end(i);
    else if (from < 0) from = i;
  }
  end(node.length);
  return drains;
}

/**
 * Between turns of the loop Node runs ticks and V8 runs microtasks; V8 itself calls what it resumes. Null: it tells nothing of
 * that, such as a function of V8's alone.
 */
function isMicrotask(outermost: Frame | undefined): boolean | null {
  if (outermost === undefined) return null;
  if (isUsers(outermost) || DRAINS.includes(outermost.functionName)) return true;
  return outermost.owner === 'native' ? null : false;
}

const DRAINS: readonly string[] = ['processTicksAndRejections', 'runNextTicks', 'runMicrotasks'];

const isUsers = ({ owner }: Frame) => owner === 'app' || owner === 'library';

/** Of each node, the one right below the root on its path; -1 for the root. A parent's index is smaller than its children's. */
function outermostNodes({ nodes }: CpuProfile): Int32Array {
  const outermost = new Int32Array(nodes.length).fill(-1);
  for (const [i, { parent }] of nodes.entries())
    if (parent >= 0) outermost[i] = outermost[parent]! < 0 ? i : outermost[parent]!;
  return outermost;
}

/** Outermost first, without the root. */
function pathNodes(profile: CpuProfile, leaf: number): number[] {
  const path: number[] = [];
  for (let i = leaf; i >= 0; i = profile.nodes[i]!.parent) path.push(i);
  return path.reverse().filter((node) => profile.nodes[node]!.parent >= 0);
}

/** Where a stack also says who awaits, what lies beyond the drain of the microtasks is not running. */
function resumed(profile: CpuProfile, path: readonly number[]): readonly number[] {
  return path.slice(
    path.findLastIndex((each) => DRAINS.includes(profile.nodes[each]!.frame.functionName)) + 1,
  );
}

/** Of a chain: the time of its parts, by the function that each of them began in. */
interface Parts {
  /** Without what is between two parts. */
  all: number;
  /** A thread that is asked for its stack answers there more often than V8 spends time there. */
  between: number;
  /** By function. */
  byOuter: Map<string, number>;
  /** By package, of those that began in one. */
  byPackage: Map<string, number>;
  /** By package, of those that ran in one, whatever called it. */
  byInner: Map<string, number>;
  /** By node of the profile. */
  onStack: Map<number, number>;
  longest: number;
}

function partsOf(profile: CpuProfile, { from, to }: Drain): Parts {
  const { node, state, micros } = profile.samples;
  const parts: Parts = {
    all: 0,
    between: 0,
    byOuter: new Map(),
    byPackage: new Map(),
    byInner: new Map(),
    onStack: new Map(),
    longest: 0,
  };
  const add = <K>(counts: Map<K, number>, key: K, more: number) =>
    counts.set(key, (counts.get(key) ?? 0) + more);
  let run = { node: -1, micros: 0 };
  for (let i = from; i < to; i++) {
    if (SAMPLE_STATES[state[i]!] !== 'code') continue;
    const path = resumed(profile, pathNodes(profile, node[i]!));
    if (path.length === 0) parts.between += micros[i]!;
    else parts.all += micros[i]!;
    for (const each of path) add(parts.onStack, each, micros[i]!);
    const outer = path.find((each) => isUsers(profile.nodes[each]!.frame));
    if (outer === undefined) {
      run = { node: -1, micros: 0 };
      continue;
    }
    run =
      run.node === outer ? { ...run, micros: run.micros + micros[i]! } : { node: outer, micros: micros[i]! };
    parts.longest = Math.max(parts.longest, run.micros);
    const inner = profile.nodes[path.findLast((each) => isUsers(profile.nodes[each]!.frame))!]!.frame;
    add(parts.byInner, inner.package ?? '', micros[i]!);
    const { frame } = profile.nodes[outer]!;
    add(parts.byOuter, functionKey(frame), micros[i]!);
    if (frame.owner === 'library' && frame.package !== null) add(parts.byPackage, frame.package, micros[i]!);
  }
  return parts;
}

/** Null where neither a function nor a package has most of it, or where one part is most of it. */
function mostOf(profile: CpuProfile, drain: Drain, frameworks: ReadonlySet<string>): Most | null {
  const parts = partsOf(profile, drain);
  const { all, between, byOuter, onStack, longest } = parts;
  if (all < between * LEAST_SEEN) return null;
  if (longest > all * MOST_IN_ONE) return null;
  if (longest >= BLOCK_MILLIS * 1_000 && all < longest * FEW_BLOCKS) return null;
  const most = largest(byOuter);
  if (!most || most[1] < all * LEAST_SHARE) return mostOfPackage(profile, parts, frameworks);
  // A child's index is always larger than its parent's: the largest is the deepest.
  let deepest = [...onStack.keys()].find((each) => functionKey(profile.nodes[each]!.frame) === most[0])!;
  for (const [each, time] of onStack)
    if (time >= most[1] * COVERAGE && each > deepest && isUsers(profile.nodes[each]!.frame)) deepest = each;
  const culprit = blame(framesOf(profile, deepest));
  const { subject, app } = culprit;
  const through = app || !subject?.package ? null : passedOn(subject.package, parts);
  if (through && !frameworks.has(through)) return ofPackage(profile, through, parts);
  return subject && { key: functionKey(subject), blame: culprit, share: most[1] / all, ofPackage: null };
}

function mostOfPackage(profile: CpuProfile, parts: Parts, frameworks: ReadonlySet<string>): Most | null {
  const most = largest(parts.byPackage);
  // What a framework begins is the work of many handlers, and nothing that it does by itself.
  if (!most || most[1] < parts.all * LEAST_SHARE || frameworks.has(most[0])) return null;
  return ofPackage(profile, passedOn(most[0], parts) ?? most[0], parts);
}

/** Where a package that begins the parts only waits for another one, that one; null where it works itself. */
function passedOn(name: string, { byInner, all }: Parts): string | null {
  const most = largest(byInner);
  if (!most || most[0] === '' || most[0] === name) return null;
  return most[1] >= all * LEAST_PASSED_ON && most[1] >= (byInner.get(name) ?? 0) * 2 ? most[0] : null;
}

function ofPackage(profile: CpuProfile, name: string, { byPackage, byInner, all }: Parts): Most {
  const micros = Math.max(byPackage.get(name) ?? 0, byInner.get(name) ?? 0);
  return { key: `|${name}`, blame: packageEntry(profile, name), share: micros / all, ofPackage: name };
}

function largest<K>(counts: ReadonlyMap<K, number>): [K, number] | undefined {
  return [...counts].sort((a, b) => b[1] - a[1])[0];
}

function endOf({ samples: { startMicros, micros } }: CpuProfile, { to }: Drain): number {
  return to < startMicros.length ? startMicros[to]! : startMicros.at(-1)! + micros.at(-1)!;
}

function runningMillis({ samples, intervalMicros }: CpuProfile, { from, to }: Drain): number {
  let micros = 0;
  for (let i = from; i < to; i++) micros += Math.min(samples.micros[i]!, intervalMicros * STOPPED_DISTANCES);
  return micros / 1_000;
}

// Whether the same work costs more and more CPU time as the process gets older: time for each answered request over the
// capture, and the function whose part of it grew.
import type { AsyncObservation } from '../../model/async-resource.ts';
import type { CpuProfile } from '../../model/cpu-profile.ts';
import { framesOf } from '../../model/decode/cpu-profile.ts';
import type { Frame } from '../../model/frame.ts';
import type { Observations } from '../../model/observations.ts';
import type { PassiveSample, RuntimeSample } from '../../model/samples.ts';
import { judgeTrend, type Point, type Trend } from '../statistics/trend.ts';
import { INBOUND } from '../waiting/lasting-requests.ts';
import { type Blame, blame, functionKey } from './blame/blame.ts';

export interface Slowdown {
  /** Milliseconds of CPU time for each request, over the look. */
  cost: Trend;
  /** Of the last part of the look. */
  requestsPerSecond: number;
  /** Of the requests of the second half, the part by which their mix differs from that of the first, 0..1. */
  mixShift: number;
  /** Where the rise is: null where no profile tells, or no function has a large part. */
  where: GrownFunction | null;
  /** The same for Node's own functions, whichever code calls them. */
  inNode: GrownInNode | null;
  /** Of it, what threads beside the main one, the pool and V8's helpers take, over the look; null where it is not known. */
  beside: Trend | null;
}

interface Grown {
  /** Milliseconds for each request, in the first and the last third of the profile. */
  firstMillis: number;
  lastMillis: number;
  /** Of what a request costs more, 0..1. */
  share: number;
}

export interface GrownFunction extends Grown {
  blame: Blame;
}

export interface GrownInNode extends Grown {
  frame: Frame;
}

/** Few requests say nothing of what one costs, and few parts nothing of a trend. */
const PARTS = 8;
const LEAST_REQUESTS = 8;
/** What comes right after attaching is ours in part. */
const SETTLED_MILLIS = 2_000;
/** A look that is too short to have so long a part. */
const LEAST_PART_MILLIS = 1_500;

/** Null where requests were not counted, or too few came. `main` has the main thread's samples. */
export function measureSlowdown(
  main: readonly RuntimeSample[],
  profile: CpuProfile | undefined,
  { asyncObservations, passive }: Pick<Observations, 'asyncObservations' | 'passive'>,
): Slowdown | null {
  const counted = main.filter(
    ({ cpuMicros, atMillis }) => cpuMicros !== undefined && atMillis >= SETTLED_MILLIS,
  );
  const [first, last] = [counted[0], counted.at(-1)];
  if (!first || !last) return null;
  const partMillis = (last.atMillis - first.atMillis) / PARTS;
  if (partMillis < LEAST_PART_MILLIS) return null;
  const parts = Array.from({ length: PARTS }, () => ({ cpuMicros: 0, requests: 0 }));
  for (const [i, sample] of counted.entries()) {
    const before = counted[i - 1];
    if (!before) continue;
    const part = parts[Math.min(PARTS - 1, Math.floor((sample.atMillis - 1 - first.atMillis) / partMillis))]!;
    const own = (sample.ownPauseMillis ?? 0) * 1_000;
    part.cpuMicros += Math.max(0, sample.cpuMicros! - before.cpuMicros! - own);
    part.requests += sample.requests?.answered ?? 0;
  }
  if (parts.some(({ requests }) => requests < LEAST_REQUESTS)) return null;
  const points = parts.map(
    ({ cpuMicros, requests }, i): Point => ({
      atMillis: first.atMillis + (i + 0.5) * partMillis,
      value: cpuMicros / 1_000 / requests,
    }),
  );
  const cost = judgeTrend(points, { leastPoints: PARTS - 2 });
  const thirds = cost.verdict === 'growing' && profile ? thirdsOf(profile, main) : null;
  return {
    cost,
    requestsPerSecond: parts.at(-1)!.requests / (partMillis / 1_000),
    mixShift: mixShift(asyncObservations),
    where: thirds && grownFunction(thirds, cost),
    inNode: thirds && grownInNode(thirds, cost),
    beside: costBeside(passive, counted, partMillis),
  };
}

/** By method and path, as sampled: half of the summed differences of shares. */
function mixShift(observations: readonly AsyncObservation[]): number {
  const made = new Map<string, { early: number; late: number }>();
  for (const { sites } of observations) {
    for (const { type, label = '', reads } of sites) {
      const last = type === INBOUND ? reads.at(-1) : undefined;
      if (!last) continue;
      const half = reads.findLast(({ atMillis }) => atMillis <= last.atMillis / 2)?.made ?? 0;
      const known = made.get(label) ?? { early: 0, late: 0 };
      made.set(label, { early: known.early + half, late: known.late + last.made - half });
    }
  }
  const all = [...made.values()];
  const sum = (when: 'early' | 'late') => all.reduce((total, each) => total + each[when], 0);
  const [early, late] = [sum('early'), sum('late')];
  if (early === 0 || late === 0) return 0;
  return all.reduce((total, each) => total + Math.abs(each.early / early - each.late / late), 0) / 2;
}

/** The first and the last third of a profile, and how many requests were answered in each. */
interface Thirds {
  profile: CpuProfile;
  third: number;
  early: number;
  late: number;
}

/** Null where too few requests came in one of them. */
function thirdsOf(profile: CpuProfile, main: readonly RuntimeSample[]): Thirds | null {
  const { startClockMicros, durationMicros } = profile;
  if (startClockMicros === undefined) return null;
  const third = durationMicros / 3;
  const answered = (from: number, to: number) =>
    main.reduce((sum, { clockMicros, requests }) => {
      const at = (clockMicros ?? -1) - startClockMicros;
      return at > from && at <= to ? sum + (requests?.answered ?? 0) : sum;
    }, 0);
  const [early, late] = [answered(0, third), answered(2 * third, durationMicros)];
  return early < LEAST_REQUESTS || late < LEAST_REQUESTS ? null : { profile, third, early, late };
}

/** The function of the program or a library whose time for each request rose most. */
function grownFunction(thirds: Thirds, cost: Trend): GrownFunction | null {
  const { profile } = thirds;
  const most = mostGrown(thirds, cost, (node) => {
    const { subject } = blame(framesOf(profile, node));
    return subject && functionKey(subject);
  });
  return most && { blame: blame(framesOf(profile, most.node)), ...most.grown };
}

/** What Node does for all code, such as handing on stores, is on the stacks of many functions, a little on each. */
function grownInNode(thirds: Thirds, cost: Trend): GrownInNode | null {
  const { nodes } = thirds.profile;
  const most = mostGrown(thirds, cost, (node) => {
    const { frame } = nodes[node]!;
    return frame.owner === 'node' ? functionKey(frame) : null;
  });
  return most && { frame: nodes[most.node]!.frame, ...most.grown };
}

/** Of the functions that `keyOf` makes of the nodes of samples, from the first third of the profile to the last; null: none. */
function mostGrown(
  { profile, third, early, late }: Thirds,
  cost: Trend,
  keyOf: (node: number) => string | null,
): { node: number; grown: Grown } | null {
  const byFunction = new Map<string, { node: number; early: number; late: number }>();
  const keys = new Map<number, string | null>();
  const { node, startMicros, micros } = profile.samples;
  for (let i = 0; i < node.length; i++) {
    const isEarly = startMicros[i]! < third;
    if (!isEarly && startMicros[i]! < 2 * third) continue;
    const leaf = node[i]!;
    if (!keys.has(leaf)) keys.set(leaf, keyOf(leaf));
    const key = keys.get(leaf);
    if (!key) continue;
    const entry = byFunction.get(key) ?? { node: leaf, early: 0, late: 0 };
    byFunction.set(key, entry);
    entry[isEarly ? 'early' : 'late'] += micros[i]! / 1_000 / (isEarly ? early : late);
  }
  const rises = [...byFunction.values()].sort((a, b) => b.late - b.early - (a.late - a.early));
  const all = rises.reduce((sum, each) => sum + Math.max(0, each.late - each.early), 0);
  const [most] = rises;
  if (!most || all <= 0) return null;
  // What other threads cost more is part of the rise, too.
  const share = (most.late - most.early) / Math.max(all, riseOfThirds(cost));
  return { node: most.node, grown: { firstMillis: most.early, lastMillis: most.late, share } };
}

/** What a request costs more in the last third than in the first, whose middles lie nearer than those of the first and last part. */
function riseOfThirds({ first, last }: Trend): number {
  return (last - first) * (2 / 3 / (1 - 1 / PARTS));
}

/** Threads of native code, and workers. */
function costBeside(
  passive: readonly PassiveSample[],
  counted: readonly RuntimeSample[],
  partMillis: number,
): Trend | null {
  const known = passive.filter(({ threadCpu }) => threadCpu !== undefined);
  const from = counted[0]!.atMillis;
  const points = Array.from({ length: PARTS }, (_, i): Point | null => {
    const isWithin = ({ atMillis }: { atMillis: number }) =>
      atMillis >= from + i * partMillis && atMillis <= from + (i + 1) * partMillis;
    const within = known.filter(isWithin);
    const [begin, end] = [within[0], within.at(-1)];
    if (!begin || !end || begin === end) return null;
    const requests = counted
      .filter(({ atMillis }) => atMillis > begin.atMillis && atMillis <= end.atMillis)
      .reduce((sum, sample) => sum + (sample.requests?.answered ?? 0), 0);
    const micros = end.threadCpu!.otherMicros - begin.threadCpu!.otherMicros;
    return requests < LEAST_REQUESTS
      ? null
      : { atMillis: from + (i + 0.5) * partMillis, value: micros / 1_000 / requests };
  });
  const seen = points.filter((point) => point !== null);
  return seen.length < PARTS - 2 ? null : judgeTrend(seen, { leastPoints: PARTS - 2 });
}

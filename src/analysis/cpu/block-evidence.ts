// A CPU profile alone cannot tell one long callback from many short ones between which no sample fell: on a loop that
// never idles the gaps are far shorter than the distance of two samples. What bears a block out:
//   - the event loop's own delay: a timer that is due every 10 ms comes late by the length of the callback, less those
//     10 ms; where it did not, nothing held the loop for so long.
//   - the lengths themselves: when gaps are missed at random, runs end at random too, and their lengths are spread as
//     waiting times are (exponentially). One callback that takes its time is not: its short runs are missing.
//   - the scheduler: no callback ran for longer than its thread had a CPU meanwhile.
import { CODE, type CpuProfile } from '../../model/cpu-profile.ts';
import type { RuntimeSample } from '../../model/samples.ts';
import { type CpuWaitSpan, mostRunMillis } from './cpu-waits.ts';

/** What was measured of the thread of a profile, beside the profile. */
export interface Watched {
  /** Its event loop, by the probe. */
  runtime: readonly RuntimeSample[];
  /** Its time on a CPU, by the kernel. */
  cpuWaits: readonly CpuWaitSpan[];
  /** What it sleeps with code on the stack is that code's: not where memory.high holds up whatever runs. */
  sleepsInCode?: boolean;
}

/** The timer of Node's delay histogram is due each so often (signals/runtime/probe/loop-delays.ts). */
const TIMER_MILLIS = 10;
/** Two samples' distance at either end, and the clock's own error, as a part of the block. */
const SLACK = { millis: 4, share: 0.1 };
/** The delay is noted when the turn has ended, which other callbacks may make longer than the block. */
const NOTED_WITHIN_MILLIS = 1_500;
/** All delays of a look add up to about all blocks; so much more than that is measured badly. */
const MOST_BEYOND_DELAYS = 1.3;
/** A timer on a loop that has nothing to do is late by about so much. */
const USUAL_DELAY_MILLIS = 1;

/** `endClockMicros`: when it ended, by V8's clock, where that is known. */
export interface Run {
  millis: number;
  endClockMicros: number | undefined;
}

/**
 * How long the longest callback in this run of one function can have been: all of it, or, where the event loop was not
 * so late, less: then calls followed each other with no sample between them. Undefined where nothing was measured: a
 * loop that does not turn any more notes nothing.
 */
export function longestCallback(
  { millis, endClockMicros }: Run,
  runtime: readonly RuntimeSample[],
): number | undefined {
  const noted = notedAfter(endClockMicros, runtime).flatMap(
    (sample) => sample.eventLoopDelayMillis?.max ?? [],
  );
  if (noted.length === 0) return undefined;
  const bound = (Math.max(...noted) + TIMER_MILLIS + SLACK.millis) / (1 - SLACK.share);
  return Math.min(millis, bound);
}

/**
 * How long the thread can have run between two times of its profile, in milliseconds. The clock of profiles is told beside
 * ours by each sample of the probe: the one that was answered at once puts them together best. Where nothing does, the
 * mean of the look tells.
 */
export function mostRunInClock(
  startClockMicros: number | undefined,
  { runtime, cpuWaits }: Watched,
): (fromMicros: number, toMicros: number) => number {
  const startMillis = startMillisOf(startClockMicros, { runtime });
  if (startMillis === null) return mostRunAnywhere(cpuWaits);
  return (from, to) => mostRunMillis(cpuWaits, startMillis + from / 1_000, startMillis + to / 1_000);
}

function startMillisOf(
  startClockMicros: number | undefined,
  { runtime }: Pick<Watched, 'runtime'>,
): number | null {
  const offsets = runtime.flatMap(({ atMillis, clockMicros }) =>
    clockMicros === undefined ? [] : [atMillis - clockMicros / 1_000],
  );
  if (startClockMicros === undefined || offsets.length === 0) return null;
  return startClockMicros / 1_000 + Math.max(...offsets);
}

/** The same, where sleep with code on the stack counts as running: nothing else runs meanwhile. */
export function mostHeldInClock(profile: CpuProfile, watched: Watched): ReturnType<typeof mostRunInClock> {
  const startMillis = startMillisOf(profile.startClockMicros, watched);
  if (!watched.sleepsInCode || startMillis === null) return mostRunInClock(profile.startClockMicros, watched);
  const cpuWaits = watched.cpuWaits.map((span) => {
    const asleep = Math.max(0, codeMillis(profile, span, startMillis) - span.readyMillis);
    return { ...span, ranMillis: span.ranMillis + asleep, readyMillis: span.readyMillis + asleep };
  });
  return mostRunInClock(profile.startClockMicros, { ...watched, cpuWaits });
}

/** How long the samples show code between two times of our clock. */
function codeMillis(
  { samples: { state, startMicros, micros } }: CpuProfile,
  { fromMillis, toMillis }: CpuWaitSpan,
  startMillis: number,
): number {
  const [from, to] = [(fromMillis - startMillis) * 1_000, (toMillis - startMillis) * 1_000];
  let sum = 0;
  for (let i = 0; i < state.length; i++) {
    if (state[i] !== CODE) continue;
    const begin = startMicros[i]!;
    sum += Math.max(0, Math.min(to, begin + micros[i]!) - Math.max(from, begin));
  }
  return sum / 1_000;
}

/** By the mean of all that was watched. */
function mostRunAnywhere(cpuWaits: readonly CpuWaitSpan[]): (fromMicros: number, toMicros: number) => number {
  const [first, last] = [cpuWaits[0], cpuWaits.at(-1)];
  if (!first || !last) return () => Number.POSITIVE_INFINITY;
  const sum = (name: 'ranMillis' | 'waitedMillis' | 'readyMillis') =>
    cpuWaits.reduce((total, span) => total + span[name], 0);
  const { fromMillis } = first;
  const all = {
    fromMillis,
    toMillis: last.toMillis,
    ranMillis: sum('ranMillis'),
    waitedMillis: sum('waitedMillis'),
    readyMillis: sum('readyMillis'),
  };
  return (from, to) => mostRunMillis([all], fromMillis, fromMillis + (to - from) / 1_000);
}

/** Do the delays noted right after a run add up to it? */
export function isDelayed({ millis, endClockMicros }: Run, runtime: readonly RuntimeSample[]): boolean {
  return millis - TIMER_MILLIS <= delayedMillis(notedAfter(endClockMicros, runtime), runtime);
}

/** Do the delays of the whole look add up to all runs? */
export function areDelayed(runs: readonly Run[], runtime: readonly RuntimeSample[]): boolean {
  const total = runs.reduce((sum, { millis }) => sum + Math.max(0, millis - TIMER_MILLIS), 0);
  return total <= delayedMillis(runtime, runtime);
}

/** The timer fires about once in its own time and the mean delay; each block makes one firing late by nearly all of it. */
function delayedMillis(some: readonly RuntimeSample[], runtime: readonly RuntimeSample[]): number {
  let delayed = 0;
  for (const sample of some) {
    if (!sample.eventLoopDelayMillis) continue;
    const { mean, max } = sample.eventLoopDelayMillis;
    const before = runtime[runtime.indexOf(sample) - 1]?.atMillis ?? sample.atMillis;
    const late = Math.max(0, mean - USUAL_DELAY_MILLIS);
    delayed += Math.max(max, ((sample.atMillis - before) * late) / (TIMER_MILLIS + mean));
  }
  return delayed * MOST_BEYOND_DELAYS;
}

function notedAfter(
  endClockMicros: number | undefined,
  runtime: readonly RuntimeSample[],
): readonly RuntimeSample[] {
  if (endClockMicros === undefined || runtime.some(({ clockMicros }) => clockMicros === undefined))
    return runtime;
  const after = runtime.filter(({ clockMicros }) => clockMicros! >= endClockMicros);
  const within = endClockMicros + NOTED_WITHIN_MILLIS * 1_000;
  return after.filter(({ clockMicros }, i) => i === 0 || clockMicros! <= within);
}

/** Fewer runs show no pattern. */
const LEAST_RUNS = 20;
/** The part of the time in long runs may be so many times what chance gives. */
const MOST_EXCESS = 1.5;
/** And short runs are at least this part of those that chance gives. */
const LEAST_SHORT = 0.6;

/** A longer run comes by chance in one look of so many. */
const ONE_IN = 20;

/** How long a callback stayed on the stack each time, as far as the samples tell: there may be millions of times. */
export interface RunLengths {
  count: number;
  millis: number;
  /** Of those that are long enough to be told. */
  longCount: number;
  longMillis: number;
}

/** The lengths by node of a profile, in columns: nodes are hundreds of thousands. */
export class RunsOfNodes {
  private readonly counts: Uint32Array;
  private readonly millis: Float64Array;
  private readonly longCounts: Uint32Array;
  private readonly longMillis: Float64Array;

  constructor(nodes: number) {
    this.counts = new Uint32Array(nodes);
    this.millis = new Float64Array(nodes);
    this.longCounts = new Uint32Array(nodes);
    this.longMillis = new Float64Array(nodes);
  }

  add(node: number, millis: number, leastMillis: number): void {
    this.counts[node]!++;
    this.millis[node]! += millis;
    if (millis < leastMillis) return;
    this.longCounts[node]!++;
    this.longMillis[node]! += millis;
  }

  of(node: number): RunLengths {
    return {
      count: this.counts[node]!,
      millis: this.millis[node]!,
      longCount: this.longCounts[node]!,
      longMillis: this.longMillis[node]!,
    };
  }
}

/** The length up to which runs are what chance makes of many short ones; 0 where they are not spread so. */
export function lengthByChance(lengths: RunLengths, leastMillis: number): number {
  if (!isSpreadByChance(lengths, leastMillis)) return 0;
  return (lengths.millis / lengths.count) * Math.log(ONE_IN * lengths.count);
}

function isSpreadByChance(
  { count, millis, longCount, longMillis }: RunLengths,
  leastMillis: number,
): boolean {
  if (count < LEAST_RUNS) return false;
  const ratio = leastMillis / (millis / count);
  const inLongByChance = (1 + ratio) * Math.exp(-ratio);
  const shortByChance = 1 - Math.exp(-ratio);
  return (
    longMillis / millis <= inLongByChance * MOST_EXCESS &&
    (count - longCount) / count >= shortByChance * LEAST_SHORT
  );
}

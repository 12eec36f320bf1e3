// The samples of a CPU profile over time: how long each lasted, in which state the machine was, and which of them are
// culprit's own.
import { type CpuProfile, SAMPLE_STATES, type SampleState } from '../cpu-profile.ts';
import { MalformedProfile } from './malformed-profile.ts';

/** What of a profile is ours and not the program's. */
export interface OwnWork {
  /** The script name of code that we ran in the target: its samples count as the machine's. */
  url: string;
  /** Times, in microseconds of the profile's clock, in which we held the thread: nothing counts there. */
  pauses: readonly (readonly [from: number, to: number])[];
}

/** How long each sample lasted. */
export interface SampleTimes {
  /** Until the next; 0 for the last, whose end nobody noted. */
  micros: Float64Array;
  /** From the start of the profile to the first sample. */
  firstMicros: number;
  /** Times that are none, among those of the samples. */
  flawed: number;
}

/** A delta is the time before its sample. */
export function timesOf(samples: ArrayLike<unknown>, timeDeltas: ArrayLike<unknown>): SampleTimes {
  const count = Math.min(samples.length, timeDeltas.length);
  const micros = new Float64Array(count);
  // Without any, it is a profile of counts.
  let flawed = count === 0 ? 0 : samples.length - count;
  for (let i = 1; i < count; i++) {
    const delta = timeDeltas[i];
    if (isDelta(delta)) micros[i - 1] = Math.max(0, delta);
    else flawed++;
  }
  const first = timeDeltas[0];
  return { micros, firstMicros: isDelta(first) ? Math.max(0, first) : 0, flawed };
}

/** No profile has a sample that lasts three hours; V8 writes small negative times when threads race. */
function isDelta(micros: unknown): micros is number {
  return typeof micros === 'number' && micros >= -1e6 && micros <= 1e10;
}

interface Placing {
  /** A node's place in the decoded tree, by its id; -1 where there is none. */
  indexOf(id: unknown): number;
  states: readonly SampleState[];
  /** Nothing ran where no sample was taken. */
  areGapsPauses: boolean;
}

export function buildTimeline(
  samples: ArrayLike<unknown>,
  lasted: Float64Array,
  { indexOf, states, areGapsPauses }: Placing,
): CpuProfile['samples'] {
  const usual = median(lasted);
  const longest = areGapsPauses
    ? Math.max(LEAST_GAP_MICROS, usual * GAP_DISTANCES)
    : Number.POSITIVE_INFINITY;
  const gaps = lasted.reduce((count, micros) => (micros > longest ? count + 1 : count), 0);
  const count = lasted.length + gaps;
  const timeline = {
    node: new Int32Array(count),
    state: new Uint8Array(count),
    startMicros: new Float64Array(count),
    // Ten million samples are 80 MB: where nothing comes between, the times stay where they are.
    micros: gaps === 0 ? lasted : new Float64Array(count),
  };
  const stateOf = Uint8Array.from(states, (state) => SAMPLE_STATES.indexOf(state));
  const idle = SAMPLE_STATES.indexOf('idle');
  let at = 0;
  let row = 0;
  const add = (node: number, state: number, micros: number) => {
    timeline.node[row] = node;
    timeline.state[row] = state;
    timeline.startMicros[row] = at;
    timeline.micros[row] = micros;
    at += micros;
    row++;
  };
  for (let i = 0; i < lasted.length; i++) {
    const index = indexOf(samples[i]);
    if (index < 0) throw new MalformedProfile('a sample names a node that does not exist');
    const isGap = lasted[i]! > longest;
    add(index, stateOf[index]!, isGap ? usual : lasted[i]!);
    if (isGap) add(0, idle, lasted[i]! - usual);
  }
  return timeline;
}

/** Shorter gaps are the sampler's own. */
const LEAST_GAP_MICROS = 5_000;
const GAP_DISTANCES = 8;

/** The thread was held a little longer than the probe, at either end, could tell. */
const PAUSE_MARGIN_MICROS = 3_000;

/** Samples in our own pauses are idle time of nobody; one that reaches into a pause ends where it begins. */
export function leaveOutPauses(
  { node, state, startMicros, micros }: CpuProfile['samples'],
  pauses: OwnWork['pauses'],
  originMicros: number,
): void {
  for (const [from, to] of pauses) {
    const begin = from - originMicros - PAUSE_MARGIN_MICROS;
    const end = to - originMicros + PAUSE_MARGIN_MICROS;
    for (let i = 0; i < node.length; i++) {
      const at = startMicros[i]!;
      if (at > end) break;
      if (at >= begin) {
        node[i] = 0;
        state[i] = SAMPLE_STATES.indexOf('idle');
      } else if (at + micros[i]! > begin) micros[i] = begin - at;
    }
  }
}

/** Of the nodes, by index: what is no work of the program's. */
export interface Nobodys {
  /** A debugger is waited for. */
  waits: Uint8Array;
  /** The call that starts or stops the profiler. */
  profilers: Uint8Array;
}

/** Their time is nobody's: waiting for a debugger anywhere, the profiler's own call at either end of what it recorded. */
export function leaveOutNobodys({ node, state, micros }: CpuProfile['samples'], nobodys: Nobodys): void {
  const idle = SAMPLE_STATES.indexOf('idle');
  const leaveOut = (i: number) => {
    node[i] = 0;
    state[i] = idle;
  };
  let from = 0;
  for (; from < node.length && nobodys.profilers[node[from]!] === 1; from++) leaveOut(from);
  // Of the last sample nobody noted how long it lasted.
  for (let i = node.length - 1; i >= from && (nobodys.profilers[node[i]!] === 1 || micros[i] === 0); i--)
    if (nobodys.profilers[node[i]!] === 1) leaveOut(i);
  for (let i = 0; i < node.length; i++) if (nobodys.waits[node[i]!] === 1) leaveOut(i);
}

export function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

/** Sorting ten million samples takes longer than reading them, and so many tell no more than these. */
const MOST_SORTED = 2 ** 18;

/** Of very many values, of every so-manieth of them. */
export function median(values: Float64Array): number {
  const step = Math.ceil(values.length / MOST_SORTED);
  const some = step > 1 ? new Float64Array(Math.floor(values.length / step)) : Float64Array.from(values);
  if (step > 1) for (let i = 0; i < some.length; i++) some[i] = values[i * step]!;
  return some.sort()[some.length >> 1] ?? 0;
}

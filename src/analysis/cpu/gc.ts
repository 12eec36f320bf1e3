// How much of the time goes into collecting garbage, and whose allocations cause it.
import { CODE, type CpuProfile, GC } from '../../model/cpu-profile.ts';
import { framesOf } from '../../model/decode/cpu-profile.ts';
import type { Frame } from '../../model/frame.ts';
import type { RuntimeSample } from '../../model/samples.ts';
import { type Blame, blame, functionKey } from './blame/blame.ts';
import { classifyWork } from './work.ts';

export interface GcSummary {
  /** Share of wall time in pauses, 0..1, without the collections that we forced. */
  shareOfTime: number;
  /** Share of the busy time, 0..1. */
  shareOfBusy: number;
  /** Of a profile without counters: stretches of its samples. */
  count: number;
  /** null: nothing tells which collections are major. */
  majorCount: number | null;
  longestPauseMillis: number;
  sites: GcSite[];
}

/** A function that was running when collections began, most collection time first. */
export interface GcSite {
  blame: Blame;
  frames: Frame[];
  gcMicros: number;
  share: number;
}

export function summarizeGc(
  runtime: readonly RuntimeSample[],
  profile: CpuProfile | undefined,
  thread: number,
): GcSummary | null {
  const samples = runtime.filter((sample) => sample.thread === thread && sample.gc);
  if (samples.length < 3) return null;
  const seconds = (samples.at(-1)!.atMillis - samples[0]!.atMillis) / 1_000;
  let pauseMillis = 0;
  let busyMillis = 0;
  const summary = { count: 0, longestPauseMillis: 0 };
  let majorCount = 0;
  for (const [i, sample] of samples.slice(1).entries()) {
    const gc = sample.gc!;
    pauseMillis += gc.pauseMillis;
    busyMillis += (sample.utilization ?? 0) * (sample.atMillis - samples[i]!.atMillis);
    summary.count += gc.count;
    majorCount += gc.majorCount;
    summary.longestPauseMillis = Math.max(summary.longestPauseMillis, gc.longestPauseMillis);
  }
  const shareOfTime = seconds > 0 ? pauseMillis / 1_000 / seconds : 0;
  const shareOfBusy = busyMillis > 0 ? Math.min(1, pauseMillis / busyMillis) : 0;
  return { ...summary, majorCount, shareOfTime, shareOfBusy, sites: profile ? allocatingSites(profile) : [] };
}

/** A shorter run is mostly its start, when the heap is small and collected often. */
const LEAST_BUSY_MICROS = 1e6;

/** What the samples alone tell; null where too little ran, or where no collection was seen. */
export function gcOfProfile(profile: CpuProfile): GcSummary | null {
  const { state, micros } = profile.samples;
  let [gc, code, count, stretch, longest] = [0, 0, 0, 0, 0];
  for (let i = 0; i < state.length; i++) {
    if (state[i] === CODE) code += micros[i]!;
    if (state[i] !== GC) stretch = 0;
    else {
      if (stretch === 0) count++;
      gc += micros[i]!;
      stretch += micros[i]!;
      longest = Math.max(longest, stretch);
    }
  }
  if (count === 0 || gc + code < LEAST_BUSY_MICROS) return null;
  return {
    shareOfTime: gc / profile.durationMicros,
    shareOfBusy: gc / (gc + code),
    count,
    majorCount: null,
    longestPauseMillis: longest / 1_000,
    sites: allocatingSites(profile),
  };
}

/** V8 shows a collection without its caller; the sample right before it is the code whose allocation set it off. */
function allocatingSites(profile: CpuProfile): GcSite[] {
  const { node, state, micros } = profile.samples;
  const sites = new Map<string, GcSite>();
  let before = -1;
  let all = 0;
  for (let i = 0; i < node.length; i++) {
    if (state[i] === CODE) before = node[i]!;
    if (state[i] !== GC || before < 0) continue;
    all += micros[i]!;
    const frames = framesOf(profile, before);
    // Sockets hand V8 memory outside of its heap, which makes it collect what other code has left.
    if (classifyWork(frames, undefined).kind === 'serving') continue;
    const culprit = blame(frames);
    if (!culprit.subject) continue;
    const key = functionKey(culprit.subject);
    const site = sites.get(key) ?? { blame: culprit, frames, gcMicros: 0, share: 0 };
    site.gcMicros += micros[i]!;
    sites.set(key, site);
  }
  return [...sites.values()]
    .map((site) => ({ ...site, share: all > 0 ? site.gcMicros / all : 0 }))
    .sort((a, b) => b.gcMicros - a.gcMicros);
}

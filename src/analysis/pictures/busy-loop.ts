// How busy a thread's event loop was over time. While the CPU profiler interrupts a thread each millisecond, Node.js counts
// most of its idle time as busy, because libuv loses the time waited when a signal arrives. So the profile itself is used
// for as long as it ran.
import { type CpuProfile, IDLE } from '../../model/cpu-profile.ts';
import type { Observations } from '../../model/observations.ts';
import { summarizeStates } from '../cpu/cpu.ts';
import { median } from '../statistics/median.ts';
import type { Point } from './points.ts';

const BUCKET_MICROS = 1_000_000;

/** Share of the time, 0..1, in order of time. */
export function busyLoop(thread: number, { cpuProfiles, runtime }: Observations): Point[] {
  const samples = runtime.filter((sample) => sample.thread === thread);
  const counted = samples.flatMap(({ atMillis, utilization }): Point[] =>
    utilization === undefined ? [] : [[atMillis, utilization]],
  );
  const profile = cpuProfiles.find((each) => each.thread === thread);
  const fromMillis = profile && startMillis(profile, samples);
  if (profile === undefined || fromMillis === undefined) return counted;
  const profiled = busySeconds(profile).map(
    (share, second): Point => [fromMillis + (second + 1) * (BUCKET_MICROS / 1_000), share],
  );
  // A sample of the runtime counts since the one before it, which may lie within the profile.
  const last = counted.findIndex(([atMillis]) => atMillis > fromMillis + profile.durationMicros / 1_000);
  const after = last < 0 ? [] : counted.slice(last + 1);
  return [...counted.filter(([atMillis]) => atMillis <= fromMillis), ...profiled, ...after];
}

/** Of the whole capture, 0..1; undefined where nothing was counted. */
export function usualBusy(thread: number, { cpuProfiles, runtime }: Observations): number | undefined {
  const profile = cpuProfiles.find((each) => each.thread === thread);
  if (profile && profile.durationMicros > 0)
    return 1 - summarizeStates(profile).idle / profile.durationMicros;
  return median(runtime.flatMap((sample) => (sample.thread === thread ? (sample.utilization ?? []) : [])));
}

/** A profile counts from its first sample; a sample of the runtime has both clocks. */
export function startMillis(
  { startClockMicros }: CpuProfile,
  samples: readonly { atMillis: number; clockMicros?: number | undefined }[],
): number | undefined {
  const both = samples.find(({ clockMicros }) => clockMicros !== undefined);
  if (startClockMicros === undefined || both?.clockMicros === undefined) return undefined;
  return both.atMillis + (startClockMicros - both.clockMicros) / 1_000;
}

/** Whole seconds of the profile. A sample may be longer than one of them. */
function busySeconds({ samples: { state, startMicros, micros }, durationMicros }: CpuProfile): number[] {
  const busy = new Float64Array(Math.floor(durationMicros / BUCKET_MICROS));
  for (let i = 0; i < state.length; i++) {
    if (state[i] === IDLE) continue;
    const end = startMicros[i]! + micros[i]!;
    for (let from = Math.max(0, startMicros[i]!); from < end; ) {
      const second = Math.floor(from / BUCKET_MICROS);
      if (second >= busy.length) break;
      const to = Math.min(end, (second + 1) * BUCKET_MICROS);
      busy[second]! += to - from;
      from = to;
    }
  }
  return [...busy].map((micros) => Math.min(1, micros / BUCKET_MICROS));
}

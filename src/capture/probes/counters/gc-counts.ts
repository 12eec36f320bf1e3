// Garbage collections between one sample and the next: those of the program, and the pauses that we caused.
import type { ProbeCore } from '../core.ts';
import type { ProbeSample } from '../probe-protocol.ts';

export interface GcCounts {
  /** Since this was last asked. */
  take(): { gc: NonNullable<ProbeSample['gc']>; minorCount: number; ownPauses: [from: number, to: number][] };
  /** Collections between these two are ours. */
  ownPauseBegins(): void;
  ownPauseEnds(): void;
}

const MAX_PAUSES = 64;

/** `micros` turns our milliseconds into the clock of CPU profiles. */
export function createGcCounts(core: ProbeCore, micros: (millis: number) => number): GcCounts {
  const perf: typeof import('node:perf_hooks') = core.load('perf_hooks');
  const { NODE_PERFORMANCE_GC_MINOR, NODE_PERFORMANCE_GC_MAJOR } = perf.constants;
  const gc = { count: 0, majorCount: 0, pauseMillis: 0, longestPauseMillis: 0 };
  let minorCount = 0;
  const ownPauses: { from: number; to: number }[] = [];
  const untoldPauses: [from: number, to: number][] = [];
  const observer = new perf.PerformanceObserver((list) => {
    try {
      for (const entry of list.getEntries()) {
        if (ownPauses.some((own) => entry.startTime >= own.from && entry.startTime <= own.to)) continue;
        const detail = (entry as { detail?: { kind?: number } }).detail;
        const kind = detail?.kind ?? (entry as { kind?: number }).kind;
        gc.count++;
        if (kind === NODE_PERFORMANCE_GC_MINOR) minorCount++;
        if (kind === NODE_PERFORMANCE_GC_MAJOR) gc.majorCount++;
        gc.pauseMillis += entry.duration;
        gc.longestPauseMillis = Math.max(gc.longestPauseMillis, entry.duration);
      }
    } catch {}
  });
  observer.observe({ entryTypes: ['gc'] });
  core.cleanups.push(() => observer.disconnect());
  return {
    take() {
      const taken = { gc: { ...gc }, minorCount, ownPauses: untoldPauses.splice(0) };
      gc.count = gc.majorCount = gc.pauseMillis = gc.longestPauseMillis = 0;
      minorCount = 0;
      return taken;
    },
    ownPauseBegins() {
      ownPauses.push({ from: core.now(), to: Number.POSITIVE_INFINITY });
      if (ownPauses.length > MAX_PAUSES) ownPauses.shift();
    },
    ownPauseEnds() {
      const last = ownPauses[ownPauses.length - 1];
      if (!last) return;
      last.to = core.now();
      untoldPauses.push([micros(last.from), micros(last.to)]);
    },
  };
}

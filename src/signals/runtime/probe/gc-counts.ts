// Garbage collections between one sample and the next: those of the program, and the pauses that culprit caused.
import type { ProbeCore } from '../../../probe/core.ts';
import type { ProbeSample } from '../../../probe/probe-protocol.ts';
import { createEncouragedCollections } from './encouraged-collections.ts';

export interface GcCounts {
  /** Since this was last asked. */
  take(): {
    gc: NonNullable<ProbeSample['gc']>;
    minorCount: number;
    ownPauses: [from: number, to: number][];
    /** Major collections that were not forced by us, each with what was in use right after it. */
    collected: NonNullable<ProbeSample['collected']>;
  };
  /** Makes V8 collect before it would by itself; false where it cannot be made to. */
  encourage(): boolean;
  /** Collections from here until the returned function is called are ours. Such pauses may overlap. */
  ownPauseBegins(): () => void;
}

/** As a PerformanceEntry has them, milliseconds. */
interface Entry {
  startTime: number;
  duration: number;
}

const MAX_PAUSES = 64;
const MAX_COLLECTED = 8;
const LONGEST_WAIT_MILLIS = 100;

interface Needs {
  /** Turns our milliseconds into the clock of CPU profiles. */
  micros(millis: number): number;
  memoryNow(): NonNullable<ProbeSample['memory']>;
  /** Hears of the pause of each collection that was asked for, milliseconds. */
  onAsked(millis: number): void;
}

export function createGcCounts(core: ProbeCore, { micros, memoryNow, onAsked }: Needs): GcCounts {
  const perf: typeof import('node:perf_hooks') = core.load('perf_hooks');
  const { NODE_PERFORMANCE_GC_MINOR, NODE_PERFORMANCE_GC_MAJOR } = perf.constants;
  const gc = { count: 0, majorCount: 0, pauseMillis: 0, longestPauseMillis: 0 };
  let minorCount = 0;
  const ownPauses: { from: number; to: number }[] = [];
  const untoldPauses: [from: number, to: number][] = [];
  const collected: NonNullable<ProbeSample['collected']> = [];
  const encouraged = createEncouragedCollections(core);
  const noteMajor = (entry: Entry) => {
    const isOurs = encouraged.noteMajor();
    if (isOurs) {
      untoldPauses.push([micros(entry.startTime), micros(entry.startTime + entry.duration)]);
      onAsked(entry.duration);
    }
    return isOurs;
  };
  /**
   * The entry comes a moment after the collection: what was allocated meanwhile is young, and not counted. Of several that come at
   * once only the last is told, and none after a long turn, which may have allocated a lot: what was left is not known any more.
   */
  const noteLeft = (entry: Entry) => {
    if (core.now() - (entry.startTime + entry.duration) > LONGEST_WAIT_MILLIS) return;
    collected.push({ clockMicros: micros(entry.startTime + entry.duration), memory: memoryNow() });
    if (collected.length > MAX_COLLECTED) collected.shift();
  };
  const observer = new perf.PerformanceObserver((list) => {
    try {
      let lastMajor: Entry | undefined;
      for (const entry of list.getEntries()) {
        if (ownPauses.some((own) => entry.startTime >= own.from && entry.startTime <= own.to)) continue;
        const detail = (entry as { detail?: { kind?: number } }).detail;
        const kind = detail?.kind ?? (entry as { kind?: number }).kind;
        if (kind === NODE_PERFORMANCE_GC_MAJOR) {
          lastMajor = entry;
          if (noteMajor(entry)) continue;
          gc.majorCount++;
        }
        gc.count++;
        if (kind === NODE_PERFORMANCE_GC_MINOR) minorCount++;
        gc.pauseMillis += entry.duration;
        gc.longestPauseMillis = Math.max(gc.longestPauseMillis, entry.duration);
      }
      if (lastMajor) noteLeft(lastMajor);
    } catch {}
  });
  observer.observe({ entryTypes: ['gc'] });
  core.cleanups.push(() => observer.disconnect());
  return {
    take() {
      const taken = {
        gc: { ...gc },
        minorCount,
        ownPauses: untoldPauses.splice(0),
        collected: collected.splice(0),
      };
      gc.count = gc.majorCount = gc.pauseMillis = gc.longestPauseMillis = 0;
      minorCount = 0;
      return taken;
    },
    encourage: encouraged.encourage,
    ownPauseBegins() {
      const pause = { from: core.now(), to: Number.POSITIVE_INFINITY };
      ownPauses.push(pause);
      if (ownPauses.length > MAX_PAUSES) ownPauses.shift();
      return () => {
        if (pause.to < Number.POSITIVE_INFINITY) return;
        pause.to = core.now();
        untoldPauses.push([micros(pause.from), micros(pause.to)]);
      };
    },
  };
}

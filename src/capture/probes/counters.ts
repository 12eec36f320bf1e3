// A part of the probe (see install-probe.ts: sent as text, whole by itself): memory, garbage collection, event loop and
// resource counts of one thread.
import type { ProbeCore, ProbeSample } from './probe-protocol.ts';

export interface Counters {
  sample(): ProbeSample;
  /** Collections between these two are ours. */
  ownPauseBegins(): void;
  ownPauseEnds(): void;
}

export function createCounters(core: ProbeCore): Counters {
  const perf: typeof import('node:perf_hooks') = core.load('perf_hooks');
  const v8: typeof import('node:v8') = core.load('v8');
  const gc = { count: 0, majorCount: 0, pauseMillis: 0, longestPauseMillis: 0 };
  let minorCollections = 0;
  const ownPauses: { from: number; to: number }[] = [];
  const untoldPauses: [from: number, to: number][] = [];
  // V8 gives the times of a CPU profile by the clock that hrtime reads.
  const clockOffsetMillis = Number(process.hrtime.bigint()) / 1e6 - core.now();
  const micros = (millis: number) => Math.round((millis + clockOffsetMillis) * 1_000);
  const observer = new perf.PerformanceObserver((list) => {
    try {
      for (const entry of list.getEntries()) {
        if (ownPauses.some((own) => entry.startTime >= own.from && entry.startTime <= own.to)) continue;
        const detail = (entry as { detail?: { kind?: number } }).detail;
        const kind = detail?.kind ?? (entry as { kind?: number }).kind;
        gc.count++;
        if (kind === perf.constants.NODE_PERFORMANCE_GC_MINOR) minorCollections++;
        if (kind === perf.constants.NODE_PERFORMANCE_GC_MAJOR) gc.majorCount++;
        gc.pauseMillis += entry.duration;
        if (entry.duration > gc.longestPauseMillis) gc.longestPauseMillis = entry.duration;
      }
    } catch {}
  });
  observer.observe({ entryTypes: ['gc'] });
  core.cleanups.push(() => observer.disconnect());

  const DELAY_RESOLUTION_MILLIS = 10;
  // A histogram that was reset leaves out the first firing of its timer: the very block in whose middle a sample was
  // taken. Two of them, reset in turn, see that firing as well.
  const histograms = [0, 1].map(() => perf.monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MILLIS }));
  for (const histogram of histograms) histogram.enable();
  core.cleanups.push(() => {
    for (const histogram of histograms) histogram.disable();
  });
  const LEAST_SECONDS = 0.3;
  let isSecond = 0;
  let lastMax = 0;
  /** Since the last sample; undefined when the loop has not turned since. */
  const takeDelays = (seconds: number): ProbeSample['eventLoopDelayMillis'] => {
    const fresh = histograms[isSecond]!;
    const older = histograms[1 - isSecond]!;
    // Until the timer behind it has fired, the histogram holds no value and its minimum is a huge number.
    const isFilled = (histogram: typeof fresh) => histogram.max > 0 && histogram.min < 1e15;
    // The histogram holds the distance of two firings of its timer: the delay is what exceeds the resolution.
    const millis = (nanos: number) => Math.max(0, nanos / 1e6 - DELAY_RESOLUTION_MILLIS);
    const maxOf = (histogram: typeof fresh) => (isFilled(histogram) ? millis(histogram.max) : 0);
    const missed = maxOf(older) > Math.max(lastMax, maxOf(fresh)) ? maxOf(older) : 0;
    let result: ProbeSample['eventLoopDelayMillis'];
    if (isFilled(fresh))
      result = {
        mean: millis(fresh.mean),
        p50: millis(fresh.percentile(50)),
        p99: Math.max(missed, millis(fresh.percentile(99))),
        max: Math.max(missed, maxOf(fresh)),
      };
    else if (missed > 0) result = { mean: missed, p50: missed, p99: missed, max: missed };
    // Two samples right after each other may fall into one block: the histograms go on.
    if (seconds < LEAST_SECONDS) return result;
    lastMax = result?.max ?? 0;
    older.reset();
    isSecond = 1 - isSecond;
    return result;
  };
  let lastUtilization = perf.performance.eventLoopUtilization();

  let resourcesEvery = 1;
  let samplesTaken = 0;
  const countResources = (): Record<string, number> | undefined => {
    const list = (process as unknown as { getActiveResourcesInfo?: () => string[] }).getActiveResourcesInfo;
    if (typeof list !== 'function' || samplesTaken % resourcesEvery !== 0) return undefined;
    const before = core.now();
    const counts: Record<string, number> = {};
    for (const type of list.call(process)) counts[type] = (counts[type] ?? 0) + 1;
    // A process with a million timers builds a million strings for this: look less often.
    const millis = core.now() - before;
    if (millis > 5) resourcesEvery = Math.min(60, Math.ceil(millis));
    return counts;
  };

  /** A minor collection runs when the young generation's space is full: what was allocated since the last sample. */
  const allocatedPerSecond = (seconds: number): number => {
    const young = v8.getHeapSpaceStatistics().find((space) => space.space_name === 'new_space');
    // The space is two halves, one of which is filled between two collections.
    return ((young?.space_size ?? 0) / 2) * (minorCollections / Math.max(0.1, seconds));
  };

  let lastSampleAt = core.now();
  const sample = (): ProbeSample => {
    const sinceLast = (core.now() - lastSampleAt) / 1000;
    lastSampleAt = core.now();
    const result: ProbeSample = { stopped: false };
    try {
      result.allocatedBytesPerSecond = allocatedPerSecond(sinceLast);
      minorCollections = 0;
      result.clockMicros = micros(core.now());
      const cpu = process.cpuUsage();
      result.cpuMicros = cpu.user + cpu.system;
      const memory = process.memoryUsage();
      const heap = v8.getHeapStatistics();
      result.memory = {
        rssBytes: memory.rss,
        heapUsedBytes: memory.heapUsed,
        heapTotalBytes: memory.heapTotal,
        heapLimitBytes: heap.heap_size_limit,
        externalBytes: memory.external,
        arrayBuffersBytes: memory.arrayBuffers,
        mallocedBytes: heap.malloced_memory,
        oldGenerationBytes: v8
          .getHeapSpaceStatistics()
          .reduce(
            (sum, space) =>
              sum + (/^(old|large_object)_space$/.test(space.space_name) ? space.space_used_size : 0),
            0,
          ),
      };
      const current = perf.performance.eventLoopUtilization();
      result.utilization = perf.performance.eventLoopUtilization(current, lastUtilization).utilization;
      lastUtilization = current;
      const delays = takeDelays(sinceLast);
      if (delays) result.eventLoopDelayMillis = delays;
      result.ownPauses = untoldPauses.splice(0);
      result.gc = { ...gc };
      gc.count = gc.majorCount = gc.pauseMillis = gc.longestPauseMillis = 0;
      result.resources = countResources();
      samplesTaken++;
    } catch {}
    return result;
  };

  return {
    sample,
    ownPauseBegins() {
      ownPauses.push({ from: core.now(), to: Infinity });
      if (ownPauses.length > 64) ownPauses.shift();
    },
    ownPauseEnds() {
      const last = ownPauses[ownPauses.length - 1];
      if (!last) return;
      last.to = core.now();
      untoldPauses.push([micros(last.from), micros(last.to)]);
    },
  };
}

// The counters of one thread: sampled through the probe, written down, and the last values kept for what is decided next.
import type { SignalThread } from '../../signals/live-signal.ts';
import type { ProbeSample } from '../../signals/runtime/wire.ts';

export interface ThreadCounters {
  /** Bytes in use at the last sample; undefined before the first. */
  readonly heapUsedBytes: number | undefined;
  /** Bytes in use after each major collection, the program's own and those we caused. */
  readonly floors: number[];
  /** What V8 knows of outside the heap, after the same collections: buffers, the memory of WebAssembly code. */
  readonly externalFloors: number[];
  /** Bytes of the old generation at each sample. */
  readonly oldGeneration: number[];
  /** Bytes of buffers and the like that objects keep outside the heap, at the last sample. */
  readonly externalBytes: number;
  /** Collections of the young generation so far. */
  readonly minorCollections: number;
  /** How busy the thread was over the last sampling interval; what is allocated is in bytes a second. */
  readonly load: { utilization: number; allocated: number; longestDelayMillis: number };
  /** CPU time of the process for each request answered, milliseconds, of sampling intervals in which enough were. */
  readonly requestCosts: number[];
  /** How long trivial operations waited for the thread pool in the last sampling interval, milliseconds. */
  readonly poolWaitsMillis: readonly number[];
  sample(atMillis: number): Promise<void>;
  /** Before the capture proper: not written down. */
  sampleBaseline(): Promise<ProbeSample | undefined>;
  /** Right after garbage was collected: what is in use then is the floor. */
  sampleFloor(atMillis: number): Promise<void>;
}

/** What fewer cost in an interval is chance. */
const FEWEST_REQUESTS = 4;

export function threadCounters({ id, probe, sink }: SignalThread): ThreadCounters {
  let heapUsedBytes: number | undefined;
  let poolWaitsMillis: readonly number[] = [];
  const floors: number[] = [];
  const externalFloors: number[] = [];
  const oldGeneration: number[] = [];
  let externalBytes = 0;
  let minorCollections = 0;
  const requestCosts: number[] = [];
  let cpuMicros: number | undefined;
  const load = { utilization: 0, allocated: 0, longestDelayMillis: 0 };

  /** After a collection that was not forced. */
  const noteFloor = (atMillis: number, memory: NonNullable<ProbeSample['memory']>, ownHeapBytes: number) => {
    floors.push(memory.heapUsedBytes - ownHeapBytes);
    externalFloors.push(memory.externalBytes);
    sink.line({ type: 'runtime', atMillis, thread: id, afterGc: true, ...memory, ownHeapBytes });
  };

  const noteLoad = (sampled: Partial<ProbeSample>) => {
    // Node tells 0 of a loop that was never entered (seen on Node 20 to 26).
    load.utilization = sampled.stuckFrames ? 1 : (sampled.utilization ?? 0);
    load.allocated = sampled.allocatedBytesPerSecond ?? 0;
    load.longestDelayMillis = sampled.eventLoopDelayMillis?.max ?? 0;
  };

  const noteCost = ({ cpuMicros: now, requests }: Partial<ProbeSample>) => {
    const answered = requests?.answered ?? 0;
    if (now !== undefined && cpuMicros !== undefined && answered >= FEWEST_REQUESTS)
      requestCosts.push((now - cpuMicros) / 1_000 / answered);
    cpuMicros = now;
  };

  const sample = async (atMillis: number, afterGc: boolean) => {
    if (!probe) return;
    const { memory, stopped, leaseTicks: _ticks, collected = [], ...rest } = await probe.call('sample');
    if (stopped) return;
    const clockMicros = rest.clockMicros ?? 0;
    for (const { clockMicros: at, memory: left } of collected)
      noteFloor(Math.max(0, atMillis - (clockMicros - at) / 1_000), left, rest.ownHeapBytes ?? 0);
    heapUsedBytes = memory?.heapUsedBytes ?? heapUsedBytes;
    poolWaitsMillis = rest.poolWaitsMillis ?? [];
    externalBytes = memory?.externalBytes ?? externalBytes;
    if (memory) oldGeneration.push(memory.oldGenerationBytes);
    if (rest.gc) minorCollections += rest.gc.count - rest.gc.majorCount;
    if (afterGc) {
      floors.push((heapUsedBytes ?? 0) - (rest.ownHeapBytes ?? 0));
      if (memory) externalFloors.push(memory.externalBytes);
    } else {
      noteLoad(rest);
      noteCost(rest);
    }
    sink.line({ type: 'runtime', atMillis, thread: id, afterGc, ...memory, ...rest });
  };
  return {
    get heapUsedBytes() {
      return heapUsedBytes;
    },
    get poolWaitsMillis() {
      return poolWaitsMillis;
    },
    floors,
    externalFloors,
    oldGeneration,
    get externalBytes() {
      return externalBytes;
    },
    get minorCollections() {
      return minorCollections;
    },
    requestCosts,
    load,
    sample: (atMillis) => sample(atMillis, false),
    async sampleBaseline() {
      const baseline = await probe?.call('sample');
      heapUsedBytes = baseline?.memory?.heapUsedBytes;
      if (baseline) noteLoad(baseline);
      return baseline;
    },
    sampleFloor: (atMillis) => sample(atMillis, true),
  };
}

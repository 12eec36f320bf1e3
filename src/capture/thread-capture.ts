// Capturing one thread, the main one or a worker: CPU profile, sampling heap profile, counters and probe, all
// through one session.
import type { InspectorSession } from '../target/inspector-session.ts';
import { watchCompilations } from './compile-watch.ts';
import { listKeepAlive } from './keep-alive.ts';
import type { SamplingIntervals } from './ladder.ts';
import { installProbeIn, type ProbeClient } from './probe-client.ts';
import { stopInliningSource } from './probes/expressions.ts';
import type {
  ProbeAsyncRead,
  ProbeCensus,
  ProbeCollections,
  ProbeConfig,
  ProbePools,
} from './probes/probe-protocol.ts';
import type { CaptureSink } from './sink.ts';
import { takeSnapshot } from './snapshot.ts';

export interface ThreadCapture {
  readonly id: number;
  readonly name: string;
  readonly probe: ProbeClient | null;
  /** Bytes in use at the last sample; 0 before the first. */
  heapUsedBytes(): number;
  /** Bytes in use after each full GC that a heap read forced. */
  readonly floors: number[];
  /** Bytes of the old generation at each sample. */
  readonly oldGeneration: number[];
  isHeapOn(): boolean;
  /** How busy the thread was over the last sampling interval; what is allocated is in bytes a second. */
  readonly load: { utilization: number; allocated: number };
  /** Bytes between two heap samples. */
  heapIntervalBytes(): number;
  startHeap(intervalBytes: number): Promise<void>;
  stopHeap(): Promise<void>;
  startProfiles(intervals: SamplingIntervals): Promise<void>;
  /** Keeps the CPU profile; what it took in the target is free again. Does nothing the second time. */
  stopCpuProfile(): Promise<void>;
  /** For processes of our own only: it cannot be taken back. */
  stopInlining(): Promise<void>;
  /** Samples all that is allocated from now on, also what dies soon. */
  startAllocations(intervalBytes: number): Promise<void>;
  /** Keeps the profile of what was allocated. */
  stopAllocations(atMillis: number): Promise<void>;
  sample(atMillis: number): Promise<void>;
  /** Right after garbage was collected: what is in use then is the floor. */
  sampleFloor(atMillis: number): Promise<void>;
  /** Live bytes by allocation stack; V8 runs a full GC for it. Resolves with the pause, milliseconds. */
  readHeap(atMillis: number): Promise<number>;
  readAsync(atMillis: number): Promise<ProbeAsyncRead | null>;
  readPools(atMillis: number): Promise<ProbePools | null>;
  /** Notes what the watch of the thread pool has seen, which `probe.startPoolWatch` began. */
  stopPoolWatch(atMillis: number): Promise<void>;
  readHandlers(atMillis: number): Promise<void>;
  /** How long trivial operations waited for the thread pool in the last sampling interval, milliseconds. */
  poolWaitsMillis(): readonly number[];
  readCollections(atMillis: number, trapTop: number): Promise<ProbeCollections | null>;
  /** Follows references from open handles: a short pause. */
  walk(atMillis: number, deadlineMillis: number, longestChain: number): Promise<void>;
  /** Makes V8 give back what it can: a pause as long as a heap read's. */
  collectGarbage(): Promise<void>;
  /** Walks all live objects: a pause. */
  takeCensus(atMillis: number, deadlineMillis: number): Promise<ProbeCensus | null>;
  /** Where the functions of these classes of the last census begin. */
  locateClosures(atMillis: number, classes: string[]): Promise<void>;
  /** Lists what keeps the thread's event loop alive; `refusal` says why its heap may not be walked for that. */
  listKeepAlive(atMillis: number, refusal: string | null, onPause: (millis: number) => void): Promise<void>;
  /** Watches for `millis` which code compiles code. */
  watchCompilations(atMillis: number, millis: number): Promise<void>;
  /** Writes a heap snapshot as it comes. Resolves with a sentence on what it did cost. */
  takeSnapshot(atMillis: number, ordinal: number): Promise<string>;
  /** Stops the profiles, keeps the CPU profile, removes the probe. Never throws. */
  stop(): Promise<void>;
}

export interface ThreadOptions {
  id: number;
  name: string;
  probe: ProbeConfig;
}

/** Installs the probe first: from then on the lease holds, whatever happens to us. */
export async function openThread(
  session: InspectorSession,
  sink: CaptureSink,
  options: ThreadOptions,
): Promise<ThreadCapture> {
  const { id, name } = options;
  const fileName = id === 0 ? 'main' : `worker-${id}`;
  const probe = await installProbeIn(session, options.probe).catch((error) => {
    if (session.isClosed) throw error;
    return null;
  });
  let heapUsed = 0;
  let poolWaits: readonly number[] = [];
  let heapReads = 0;
  let isCpuOn = false;
  const floors: number[] = [];
  const oldGeneration: number[] = [];
  const load = { utilization: 0, allocated: 0 };
  let heapInterval = 0;
  const scriptUrls = new Map<string, string>();

  const sample = async (atMillis: number, afterGc: boolean) => {
    if (!probe) return;
    const { memory, stopped, leaseTicks: _ticks, ...rest } = await probe.sample();
    if (stopped) return;
    heapUsed = memory?.heapUsedBytes ?? heapUsed;
    poolWaits = rest.poolWaitsMillis ?? [];
    if (!afterGc)
      Object.assign(load, {
        utilization: rest.utilization ?? 0,
        allocated: rest.allocatedBytesPerSecond ?? 0,
      });
    if (memory) oldGeneration.push(memory.oldGenerationBytes);
    if (afterGc) floors.push(heapUsed - (rest.ownHeapBytes ?? 0));
    sink.line({ type: 'runtime', atMillis, thread: id, afterGc, ...memory, ...rest });
  };

  let isHeapOn = false;
  const startHeap = async (samplingInterval: number) => {
    await session.send('HeapProfiler.enable');
    await session.send('HeapProfiler.startSampling', { samplingInterval });
    isHeapOn = true;
    heapInterval = samplingInterval;
  };

  const stopHeap = async () => {
    if (!isHeapOn) return;
    isHeapOn = false;
    await session.send('HeapProfiler.stopSampling', {}, 60_000);
  };

  const stopCpuProfile = async () => {
    if (!isCpuOn) return;
    isCpuOn = false;
    const { profile } = await session.send<{ profile: object }>('Profiler.stop', {}, 60_000);
    sink.file({ kind: 'cpu-profile', thread: id, path: `${fileName}.cpuprofile` }, profile);
    await session.send('Profiler.disable');
  };

  return {
    id,
    name,
    stopCpuProfile,
    async stopInlining() {
      const expression = stopInliningSource();
      await session.send('Runtime.evaluate', { expression, includeCommandLineAPI: true, silent: true });
    },
    probe,
    oldGeneration,
    isHeapOn: () => isHeapOn,
    load,
    heapIntervalBytes: () => heapInterval,
    startHeap,
    stopHeap,
    floors,
    heapUsedBytes: () => heapUsed,
    async startProfiles({ cpuMicros, heapBytes, isHeapDeferred }) {
      if (!isHeapDeferred) await startHeap(heapBytes);
      await session.send('Profiler.enable');
      // Must come before start.
      await session.send('Profiler.setSamplingInterval', { interval: cpuMicros });
      await session.send('Profiler.start');
      isCpuOn = true;
    },
    async startAllocations(samplingInterval) {
      await session.send('HeapProfiler.enable');
      await session.send('HeapProfiler.startSampling', {
        samplingInterval,
        includeObjectsCollectedByMajorGC: true,
        includeObjectsCollectedByMinorGC: true,
      });
    },
    async stopAllocations(atMillis) {
      const { profile } = await session.send<{ profile: object }>('HeapProfiler.stopSampling', {}, 60_000);
      const path = `${fileName}-allocations.heapprofile`;
      sink.file({ kind: 'allocation-profile', thread: id, atMillis, path }, profile);
    },
    sample: (atMillis) => sample(atMillis, false),
    sampleFloor: (atMillis) => sample(atMillis, true),
    async readHeap(atMillis) {
      let pauseMillis = 0;
      const read = async () => {
        const from = performance.now();
        const { profile } = await session.send<{ profile: object }>(
          'HeapProfiler.getSamplingProfile',
          {},
          60_000,
        );
        pauseMillis = performance.now() - from;
        sink.file(
          { kind: 'heap-profile', thread: id, atMillis, path: heapFileName(fileName, heapReads++) },
          profile,
        );
      };
      await (probe ? probe.duringOwnPause(read) : read());
      await sample(atMillis, true);
      return pauseMillis;
    },
    async readAsync(atMillis) {
      if (!probe) return null;
      const read = await probe.readAsync();
      sink.line({ type: 'async', thread: id, atMillis, ...read });
      return read;
    },
    async readPools(atMillis) {
      if (!probe) return null;
      const read = await probe.readPools();
      sink.line({ type: 'pools', thread: id, atMillis, ...read });
      return read;
    },
    async stopPoolWatch(atMillis) {
      if (probe) sink.line({ type: 'thread-pool', thread: id, atMillis, ...(await probe.stopPoolWatch()) });
    },
    async readHandlers(atMillis) {
      if (probe) sink.line({ type: 'handlers', thread: id, atMillis, ...(await probe.lastingHandlers()) });
    },
    poolWaitsMillis: () => poolWaits,
    async readCollections(atMillis, trapTop) {
      if (!probe) return null;
      const read = await probe.readCollections(atMillis, trapTop);
      sink.line({ type: 'collections', thread: id, atMillis, ...read });
      return read;
    },
    async walk(atMillis, deadlineMillis, longestChain) {
      if (!probe) return;
      const walk = await probe.duringOwnPause(() => probe.walk(deadlineMillis, longestChain));
      sink.line({ type: 'walk', thread: id, atMillis, ...walk });
    },
    async collectGarbage() {
      const collect = () => session.send('HeapProfiler.collectGarbage', {}, 60_000);
      await (probe ? probe.duringOwnPause(collect) : collect());
    },
    async takeCensus(atMillis, deadlineMillis) {
      if (!probe) return null;
      const census = await probe.census(deadlineMillis);
      sink.line({ type: 'census', thread: id, atMillis, ...census });
      return census;
    },
    async locateClosures(atMillis, classes) {
      const locations = (await probe?.locateFunctions(classes)) ?? [];
      const closures = locations.flatMap((location, i) => {
        const url = location && scriptUrls.get(location.scriptId);
        const name = classes[i]!;
        return url ? [{ class: name, frame: [name, url, location.line, location.column] }] : [];
      });
      sink.line({ type: 'closures', thread: id, atMillis, closures });
    },
    async listKeepAlive(atMillis, refusal, onPause) {
      const list = () => listKeepAlive(session, refusal, onPause);
      const read = await (probe ? probe.duringOwnPause(list) : list());
      sink.line({ type: 'alive', thread: id, atMillis, ...read });
    },
    async watchCompilations(atMillis, millis) {
      sink.line({
        type: 'compilations',
        thread: id,
        atMillis,
        ...(await watchCompilations(session, millis, (scriptId, url) => scriptUrls.set(scriptId, url))),
      });
    },
    async takeSnapshot(atMillis, ordinal) {
      const path = `${fileName}-${ordinal}.heapsnapshot.gz`;
      const growing = (await probe?.readCollections(atMillis, 0))?.growing ?? [];
      const take = () =>
        takeSnapshot(session, sink.stream({ kind: 'heap-snapshot', thread: id, path, atMillis }));
      const { millis, bytes } = await (probe ? probe.duringOwnPause(take) : take());
      // Only now: V8 gives an object its id in the first snapshot that has it.
      const nodes = (await probe?.growingObjectIds().catch(() => [])) ?? [];
      const suspects = growing.flatMap(({ id: collection }, i) =>
        typeof nodes[i] === 'number' ? [{ collection, node: nodes[i] }] : [],
      );
      sink.line({ type: 'snapshot', thread: id, atMillis, path, millis, suspects });
      return `A heap snapshot was taken: ${(bytes / 2 ** 20).toFixed(1)} MB, a pause of ${(millis / 1_000).toFixed(1)} s. It holds strings of the program, up to 1,024 characters each.`;
    },
    async stop() {
      const quietly = (work: Promise<unknown>) => work.catch(() => {});
      await quietly(stopCpuProfile());
      await quietly(stopHeap());
      await quietly(session.send('HeapProfiler.disable'));
      if (probe) await quietly(probe.stop());
    },
  };
}

function heapFileName(thread: string, read: number): string {
  return `${thread}-${String(read).padStart(3, '0')}.heapprofile`;
}

// V8's sampling heap profiler on one thread: what lives, by allocation stack, read as often as wanted; or all that was
// allocated, read once.
import type { SignalThread } from '../../signals/live-signal.ts';

export interface HeapSampling {
  readonly isOn: boolean;
  /** Bytes between two samples. */
  readonly intervalBytes: number;
  start(intervalBytes: number): Promise<void>;
  stop(): Promise<void>;
  /** Live bytes by allocation stack; V8 runs a full GC for it. Resolves with the pause, milliseconds. */
  read(atMillis: number): Promise<number>;
  /** Samples all that is allocated from now on, also what dies soon. */
  startAllocations(intervalBytes: number): Promise<void>;
  /** Keeps the profile of what was allocated. */
  stopAllocations(atMillis: number): Promise<void>;
}

const READ_TIMEOUT_MILLIS = 60_000;

export function heapSampling(thread: SignalThread): HeapSampling {
  const { session, sink, id, fileName } = thread;
  let isOn = false;
  let intervalBytes = 0;
  let reads = 0;
  const start = async (samplingInterval: number, options: object = {}) => {
    await session.send('HeapProfiler.enable');
    await session.send('HeapProfiler.startSampling', { samplingInterval, ...options });
  };
  const ask = async (method: string) =>
    (await session.send<{ profile: object }>(method, {}, READ_TIMEOUT_MILLIS)).profile;
  return {
    get isOn() {
      return isOn;
    },
    get intervalBytes() {
      return intervalBytes;
    },
    async start(interval) {
      await start(interval);
      isOn = true;
      intervalBytes = interval;
    },
    async stop() {
      if (!isOn) return;
      isOn = false;
      // Without the profile that `stopSampling` answers with, for which V8 would collect all garbage first.
      await session.send('HeapProfiler.disable');
    },
    async read(atMillis) {
      let pauseMillis = 0;
      await thread.duringOwnPause('read heap profile', async () => {
        const from = performance.now();
        const profile = await ask('HeapProfiler.getSamplingProfile');
        pauseMillis = performance.now() - from;
        const path = `${fileName}-${String(reads++).padStart(3, '0')}.heapprofile`;
        sink.file({ kind: 'heap-profile', thread: id, atMillis, path }, profile);
      });
      return pauseMillis;
    },
    startAllocations: (interval) =>
      start(interval, { includeObjectsCollectedByMajorGC: true, includeObjectsCollectedByMinorGC: true }),
    async stopAllocations(atMillis) {
      const profile = await ask('HeapProfiler.stopSampling');
      const path = `${fileName}-allocations.heapprofile`;
      sink.file({ kind: 'allocation-profile', thread: id, atMillis, path }, profile);
    },
  };
}

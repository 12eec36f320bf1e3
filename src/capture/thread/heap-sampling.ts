// V8's sampling heap profiler on one thread: what lives, by allocation stack, read as often as wanted; or all that was
// allocated, read once. There is one to an isolate: a second start is answered like the first, and its stop ends the
// first. One that the program or another tool runs is read, and neither started nor stopped.
import type { WalkFirst } from '../../probe/probe-protocol.ts';
import type { SignalThread } from '../../signals/live-signal.ts';
import { type AllocationNode, allocatingPlaces } from './allocating-places.ts';

export interface HeapSampling {
  readonly isOn: boolean;
  /** Bytes between two samples; unknown, hence infinite, where the sampling is not ours. */
  readonly intervalBytes: number;
  /** The program or another tool was found sampling: what was read is theirs. */
  readonly isForeign: boolean;
  /** What was on the stacks that held the most when it was last read; empty before. */
  readonly allocating: WalkFirst;
  /** V8 runs a full GC where somebody else samples already. */
  start(intervalBytes: number): Promise<void>;
  stop(): Promise<void>;
  /** Live bytes by allocation stack; V8 runs a full GC for it. Resolves with the pause, milliseconds. */
  read(atMillis: number): Promise<number>;
  /** Samples all that is allocated from now on, also what dies soon. Does nothing where somebody else samples. */
  startAllocations(intervalBytes: number): Promise<void>;
  /** Keeps the profile of what was allocated, if it is ours. */
  stopAllocations(atMillis: number): Promise<void>;
}

/** The step of ours that makes V8 collect all garbage. */
export const READ_HEAP_PROFILE = 'read heap profile';
const READ_TIMEOUT_MILLIS = 60_000;
/** V8's answer where nobody samples, the same on Node.js 16 to 26. */
const NOT_STARTED = /sampling heap profiler was not started/i;

export function heapSampling(thread: SignalThread): HeapSampling {
  const { session, sink, id, fileName } = thread;
  let isOn = false;
  let isForeign = false;
  let intervalBytes = 0;
  let reads = 0;
  let allocating: WalkFirst = { names: [], files: [], callers: [] };
  const ask = async (method: string) =>
    (await session.send<{ profile: { head: AllocationNode } }>(method, {}, READ_TIMEOUT_MILLIS)).profile;
  /** Only a sampler that runs gives a profile. */
  const isSampled = () =>
    ask('HeapProfiler.getSamplingProfile').then(
      () => true,
      (error: Error) => {
        if (NOT_STARTED.test(error.message)) return false;
        throw error;
      },
    );
  const start = async (samplingInterval: number, options: object = {}) => {
    await thread.duringOwnPause(READ_HEAP_PROFILE, async () => {
      isForeign = await isSampled();
    });
    intervalBytes = isForeign ? Number.POSITIVE_INFINITY : samplingInterval;
    if (isForeign) return;
    await session.send('HeapProfiler.enable');
    await session.send('HeapProfiler.startSampling', { samplingInterval, ...options });
  };
  return {
    get isOn() {
      return isOn;
    },
    get intervalBytes() {
      return intervalBytes;
    },
    get isForeign() {
      return isForeign;
    },
    get allocating() {
      return allocating;
    },
    async start(interval) {
      await start(interval);
      isOn = true;
    },
    async stop() {
      if (!isOn) return;
      isOn = false;
      // Without the profile that `stopSampling` answers with, for which V8 would collect all garbage first.
      if (!isForeign) await session.send('HeapProfiler.disable');
    },
    async read(atMillis) {
      let pauseMillis = 0;
      await thread.duringOwnPause(READ_HEAP_PROFILE, async () => {
        const from = performance.now();
        const profile = await ask('HeapProfiler.getSamplingProfile');
        pauseMillis = performance.now() - from;
        const path = `${fileName}-${String(reads++).padStart(3, '0')}.heapprofile`;
        allocating = allocatingPlaces(profile.head);
        sink.file({ kind: 'heap-profile', thread: id, atMillis, path }, profile);
      });
      return pauseMillis;
    },
    startAllocations: (interval) =>
      start(interval, { includeObjectsCollectedByMajorGC: true, includeObjectsCollectedByMinorGC: true }),
    async stopAllocations(atMillis) {
      if (isForeign) return;
      const profile = await ask('HeapProfiler.stopSampling');
      const path = `${fileName}-allocations.heapprofile`;
      sink.file({ kind: 'allocation-profile', thread: id, atMillis, path }, profile);
    },
  };
}

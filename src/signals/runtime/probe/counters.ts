// Memory, garbage collection, event loop and resource counts of one thread.
import type { ProbeCore } from '../../../probe/core.ts';
import { noteActiveTypes } from '../../../probe/objects/active-handles.ts';
import type { ProbeSample } from '../../../probe/probe-protocol.ts';
import { createGcCounts } from './gc-counts.ts';
import { createLoopDelays } from './loop-delays.ts';

export interface Counters {
  sample(): ProbeSample;
  /** By the clock of CPU profiles. */
  clockMicros(): number;
  /** Makes V8 collect soon, in its own way; false where it cannot be made to. */
  encourageCollection(): boolean;
  /** Collections from here until the returned function is called are ours. Such pauses may overlap. */
  ownPauseBegins(): () => void;
}

/** `onAsked` hears of the pause of each collection that was asked for, milliseconds. */
export function createCounters(core: ProbeCore, onAsked: (millis: number) => void = () => {}): Counters {
  const perf: typeof import('node:perf_hooks') = core.load('perf_hooks');
  const v8: typeof import('node:v8') = core.load('v8');
  // V8 gives the times of a CPU profile by the clock that hrtime reads.
  const clockOffsetMillis = Number(process.hrtime.bigint()) / 1e6 - core.now();
  const micros = (millis: number) => Math.round((millis + clockOffsetMillis) * 1_000);
  const memoryNow = () => withoutYoung(v8.getHeapStatistics(), v8.getHeapSpaceStatistics());
  const collections = createGcCounts(core, { micros, memoryNow, onAsked });
  const takeDelays = createLoopDelays(core);
  const countResources = createResourceCounts(core);
  let lastUtilization = perf.performance.eventLoopUtilization();
  let lastSampleAt = core.now();
  let tid = threadId(core);

  const fill = (result: ProbeSample, seconds: number) => {
    const { gc, minorCount, ownPauses, collected } = collections.take();
    const spaces = v8.getHeapSpaceStatistics();
    result.allocatedBytesPerSecond = allocatedBytes(spaces, minorCount) / Math.max(0.1, seconds);
    result.clockMicros = micros(core.now());
    const cpu = process.cpuUsage();
    result.cpuMicros = cpu.user + cpu.system;
    result.tid = tid;
    tid = undefined;
    result.memory = memoryOf(v8.getHeapStatistics(), spaces);
    const current = perf.performance.eventLoopUtilization();
    result.utilization = perf.performance.eventLoopUtilization(current, lastUtilization).utilization;
    lastUtilization = current;
    const delays = takeDelays(seconds);
    if (delays) result.eventLoopDelayMillis = delays;
    result.ownPauses = ownPauses;
    result.collected = collected;
    result.gc = gc;
    result.resources = countResources();
  };
  return {
    sample() {
      const at = core.now();
      const seconds = (at - lastSampleAt) / 1000;
      lastSampleAt = at;
      const result: ProbeSample = { stopped: false };
      try {
        fill(result, seconds);
      } catch {}
      return result;
    },
    clockMicros: () => micros(core.now()),
    encourageCollection: collections.encourage,
    ownPauseBegins: collections.ownPauseBegins,
  };
}

/** Of a worker thread, on Linux: the link leads to "4242/task/4250" for whichever thread reads it. */
function threadId({ load }: ProbeCore): number | undefined {
  try {
    const { isMainThread }: typeof import('node:worker_threads') = load('worker_threads');
    const { readlinkSync }: typeof import('node:fs') = load('fs');
    return isMainThread ? undefined : Number(readlinkSync('/proc/thread-self').split('/').pop()) || undefined;
  } catch {
    return undefined;
  }
}

type Spaces = import('node:v8').HeapSpaceInfo[];

/** A minor collection runs when the young generation's space is full: what was allocated since the last sample. */
function allocatedBytes(spaces: Spaces, minorCollections: number): number {
  const young = spaces.find((space) => space.space_name === 'new_space');
  // The space is two halves, one of which is filled between two collections.
  return ((young?.space_size ?? 0) / 2) * minorCollections;
}

/** What a major collection has left: objects that are made right after it are young. */
function withoutYoung(heap: import('node:v8').HeapInfo, spaces: Spaces): NonNullable<ProbeSample['memory']> {
  const memory = memoryOf(heap, spaces);
  const young = spaces.find((space) => space.space_name === 'new_space')?.space_used_size ?? 0;
  return { ...memory, heapUsedBytes: memory.heapUsedBytes - young };
}

const OLD_SPACES = ['old_space', 'large_object_space'];

function memoryOf(heap: import('node:v8').HeapInfo, spaces: Spaces): NonNullable<ProbeSample['memory']> {
  const memory = process.memoryUsage();
  const isOld = (space: Spaces[number]) => OLD_SPACES.includes(space.space_name);
  return {
    rssBytes: memory.rss,
    heapUsedBytes: memory.heapUsed,
    heapTotalBytes: memory.heapTotal,
    heapLimitBytes: heap.heap_size_limit,
    externalBytes: memory.external,
    arrayBuffersBytes: memory.arrayBuffers,
    mallocedBytes: heap.malloced_memory,
    oldGenerationBytes: spaces.reduce((sum, space) => sum + (isOld(space) ? space.space_used_size : 0), 0),
  };
}

/** How many resources there are of each type; undefined where Node does not tell, and when it was too dear lately. */
function createResourceCounts(core: ProbeCore): () => Record<string, number> | undefined {
  let every = 1;
  let calls = 0;
  return () => {
    const list = (process as { getActiveResourcesInfo?: () => string[] }).getActiveResourcesInfo;
    if (typeof list !== 'function' || calls++ % every !== 0) return undefined;
    const before = core.now();
    const counts: Record<string, number> = {};
    for (const type of list.call(process)) counts[type] = (counts[type] ?? 0) + 1;
    noteActiveTypes(counts);
    // A process with a million timers builds a million strings for this: look less often.
    const millis = core.now() - before;
    if (millis > 5) every = Math.min(60, Math.ceil(millis));
    return counts;
  };
}

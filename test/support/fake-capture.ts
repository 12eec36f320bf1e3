// A capture without a target: a context whose clock is set by hand, and threads that answer what a test says and write
// down what was asked of them.
import type { CaptureContext, CaptureOptions, CaptureOutcome } from '../../src/capture/context.ts';
import type { ProbeCensus, ProbeCollections } from '../../src/capture/probes/probe-protocol.ts';
import type { ProbeClient } from '../../src/capture/thread/probe-client.ts';
import type { ThreadCapture } from '../../src/capture/thread/thread-capture.ts';
import { MB } from './build-observations.ts';

export interface FakeContext extends CaptureContext {
  readonly outcome: CaptureOutcome;
  /** What `elapsed()` says. */
  atMillis: number;
  /** Every step that was announced. */
  readonly announced: string[];
}

export function fakeContext(
  threads: readonly ThreadCapture[],
  options: Partial<CaptureOptions> = {},
  localPid: number | null = null,
): FakeContext {
  const outcome: CaptureOutcome = {
    durationMillis: 0,
    ended: 'complete',
    steps: ['passive', 'light', 'burst'],
    threads: [],
    pausesMillis: [],
    warnings: [],
  };
  const announced: string[] = [];
  return {
    outcome,
    announced,
    localPid,
    atMillis: 0,
    options: {
      durationMillis: 30_000,
      intervalMillis: 1_000,
      maxPauseMillis: 1_000,
      snapshot: 'auto',
      signal: new AbortController().signal,
      ...options,
    },
    sink: {
      line: () => {},
      file: () => {},
      stream: () => ({ write: () => {}, end: async () => {}, discard: async () => {} }),
    },
    elapsed() {
      return this.atMillis;
    },
    progress: (step) => void announced.push(step),
    async timed(work) {
      await work();
      outcome.pausesMillis.push(1);
    },
    async forEachThread(work) {
      for (const thread of threads) await work(thread);
    },
  };
}

export type Growing = ProbeCollections['growing'][number];

export function growing(overrides: Partial<Growing> = {}): Growing {
  return {
    id: 0,
    type: 'Map',
    className: 'Map',
    sizes: [{ atMillis: 1, entries: 5 }],
    newestEntry: 'string',
    insertions: [],
    ...overrides,
  };
}

/** Somebody was caught adding. */
export const CAUGHT = growing({ insertions: [[['remember', '/app/src/session.js', 11, 0]]] });

export const censusOf = (...classes: [string, number][]): ProbeCensus => ({
  scanned: 1_000,
  tracked: 4,
  cut: false,
  classes,
});

export interface FakeThread extends ThreadCapture {
  /** Names of what was called, in order, with the arguments that matter. */
  readonly calls: string[];
  /** Bytes in use after each full GC; a test adds to it. */
  floors: number[];
}

export interface FakeAnswers {
  id?: number;
  /** False: the thread gave no access to its modules. */
  hasProbe?: boolean;
  heapUsedBytes?: number;
  /** One after the other; the last one stays. */
  censuses?: ProbeCensus[];
  collections?: ProbeCollections['growing'];
  heapReadMillis?: number;
  onSnapshot?: () => Promise<string>;
}

export function fakeThread(answers: FakeAnswers = {}): FakeThread {
  const { id = 0, hasProbe = true, heapUsedBytes = 40 * MB, collections = [], censuses = [] } = answers;
  const calls: string[] = [];
  const left = [...censuses];
  let isHeapOn = true;
  let heapIntervalBytes = 32 * 1_024;
  const probe = {
    watchAlso: async (types: string[]) => void calls.push(`watchAlso ${types}`),
    duringOwnPause: <T>(work: () => Promise<T>) => work(),
  } as Partial<ProbeClient> as ProbeClient;
  const thread: FakeThread = {
    id,
    calls,
    name: id === 0 ? 'main' : `worker ${id}`,
    probe: hasProbe ? probe : null,
    floors: [],
    oldGeneration: [],
    load: { utilization: 0.1, allocated: 0 },
    heapUsedBytes: () => heapUsedBytes,
    stopInlining: async () => void calls.push('stopInlining'),
    startAllocations: async (bytes) => void calls.push(`startAllocations ${bytes}`),
    stopAllocations: async () => void calls.push('stopAllocations'),
    sampleFloor: async () => void calls.push('sampleFloor'),
    isHeapOn: () => isHeapOn,
    heapIntervalBytes: () => heapIntervalBytes,
    async startHeap(bytes) {
      calls.push(`startHeap ${bytes}`);
      heapIntervalBytes = bytes;
      isHeapOn = true;
    },
    async stopHeap() {
      calls.push('stopHeap');
      isHeapOn = false;
    },
    startProfiles: async () => void calls.push('startProfiles'),
    collectGarbage: async () => void calls.push('collectGarbage'),
    stopCpuProfile: async () => void calls.push('stopCpuProfile'),
    sample: async () => {},
    async readHeap() {
      calls.push('readHeap');
      return answers.heapReadMillis ?? 8;
    },
    async readAsync() {
      calls.push('readAsync');
      return null;
    },
    readPools: async () => null,
    stopPoolWatch: async () => void calls.push('stopPoolWatch'),
    readHandlers: async () => void calls.push('readHandlers'),
    poolWaitsMillis: () => [],
    async readCollections(_atMillis, trapTop) {
      calls.push(`readCollections ${trapTop}`);
      return { growing: collections };
    },
    walk: async () => void calls.push('walk'),
    async takeCensus() {
      calls.push('takeCensus');
      return (left.length > 1 ? left.shift() : left[0]) ?? censusOf();
    },
    locateClosures: async (_atMillis, classes) => void calls.push(`locateClosures ${classes.join(' ')}`),
    listKeepAlive: async (_atMillis, refusal) => void calls.push(`listKeepAlive ${refusal ?? ''}`.trim()),
    watchCompilations: async () => void calls.push('watchCompilations'),
    async takeSnapshot(_atMillis, ordinal) {
      calls.push(`takeSnapshot ${ordinal}`);
      return answers.onSnapshot
        ? answers.onSnapshot()
        : `A heap snapshot was taken: the ${ordinal}. of ${id}.`;
    },
    stop: async () => void calls.push('stop'),
  };
  return thread;
}

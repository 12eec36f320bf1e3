// A capture without a target: a context whose clock is set by hand, and threads that answer what a test says and write
// down what was asked of them.
import { Budget } from '../../src/capture/budget.ts';
import type { CaptureContext, CaptureOptions, CaptureOutcome } from '../../src/capture/context.ts';
import type { ThreadCapture } from '../../src/capture/thread/thread-capture.ts';
import type { ProbeClient } from '../../src/probe/client/probe-client.ts';
import { createScriptList, withScriptsListed } from '../../src/probe/client/script-list.ts';
import type { ProbeCensus, ProbeCollections } from '../../src/probe/probe-protocol.ts';
import type { SampleLine } from '../../src/signals/lines.ts';
import { MB } from './build-observations.ts';
import { fakeSession } from './fake-session.ts';

export interface FakeContext extends CaptureContext {
  readonly outcome: CaptureOutcome;
  /** What `elapsed()` says. */
  atMillis: number;
  /** Every step that was announced. */
  readonly announced: string[];
}

export function fakeContext(
  threads: readonly ThreadCapture[],
  options: Partial<CaptureOptions & { nodeVersion: string }> = {},
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
  const asked: CaptureOptions & { nodeVersion: string } = {
    nodeVersion: 'v24.0.0',
    durationMillis: 30_000,
    intervalMillis: 1_000,
    maxPauseMillis: 1_000,
    budgetShare: 0.01,
    snapshot: 'auto',
    signal: new AbortController().signal,
    ...options,
  };
  return {
    outcome,
    budget: new Budget(asked),
    announced,
    localPid,
    nodeVersion: asked.nodeVersion,
    atMillis: 0,
    options: asked,
    sink: {
      line: () => {},
      file: () => {},
      stream: noStream,
      scripts: () => {},
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
    async askThreads(work) {
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
  /** What was asked for, in order: the type of a signal or the name of a call, with the arguments that matter. */
  readonly calls: string[];
}

/** What a thread answers when it is asked for a signal. */
type FakeReads = { [T in SampleLine['type']]?: (...args: never[]) => object | null | Promise<object | null> };

export interface FakeAnswers {
  id?: number;
  /** False: the thread gave no access to its modules. */
  hasProbe?: boolean;
  /** `undefined`: nobody knows. */
  heapUsedBytes?: number | undefined;
  /** One after the other; the last one stays. */
  censuses?: ProbeCensus[];
  collections?: ProbeCollections['growing'];
  heapReadMillis?: number;
  reads?: FakeReads;
  /** Scripts that V8 compiles from one question to the next; the thread compiles much where nothing is said. */
  compiled?: number;
}

function compilingSession(compiled: number) {
  let scriptId = 0;
  return fakeSession({
    'Runtime.evaluate': () => ({ result: { objectId: 'function' } }),
    'Runtime.getProperties': () => {
      scriptId += compiled;
      const value = { value: { scriptId: String(scriptId), lineNumber: 0, columnNumber: 0 } };
      return { internalProperties: [{ name: '[[FunctionLocation]]', value }] };
    },
  });
}

export function fakeThread(answers: FakeAnswers = {}): FakeThread {
  const heapUsedBytes = 'heapUsedBytes' in answers ? answers.heapUsedBytes : 40 * MB;
  const { id = 0, hasProbe = true, collections = [], censuses = [] } = answers;
  const calls: string[] = [];
  const left = [...censuses];
  const reads: FakeReads = {
    collections: () => ({ growing: collections }),
    compilations: () => ({ millis: 300, scripts: 0, sites: [] }),
    census: () => (left.length > 1 ? left.shift() : left[0]) ?? censusOf(),
    snapshot: () => ({ path: 'main-1.heapsnapshot.gz', millis: 40, bytes: 2 * MB, suspects: [] }),
    ...answers.reads,
  };
  const probe: ProbeClient = {
    isHeld: false,
    turn: async () => {},
    call: async (method, ...args) => void calls.push([method, ...args].join(' ')) as never,
    callWith: async (method) => void calls.push(method) as never,
    askEach: async () => [],
    duringOwnPause: (_step, work) => work(),
  };
  const thread: FakeThread = {
    id,
    calls,
    name: id === 0 ? 'main' : `worker ${id}`,
    fileName: id === 0 ? 'main' : `worker-${id}`,
    session: compilingSession(answers.compiled ?? 100),
    sink: { line: () => {}, file: () => {}, stream: noStream, scripts: () => {} },
    scripts: createScriptList(),
    probe: hasProbe ? probe : null,
    counters: {
      heapUsedBytes,
      floors: [],
      externalFloors: [],
      oldGeneration: [],
      externalBytes: 0,
      minorCollections: 0,
      requestCosts: [],
      load: { utilization: 0.1, allocated: 0, longestDelayMillis: 0 },
      poolWaitsMillis: [],
      sample: async () => {},
      sampleBaseline: async () => undefined,
      sampleFloor: async () => void calls.push('sampleFloor'),
    },
    heap: fakeHeapSampling(calls),
    cpu: {
      isBegun: false,
      start: async (micros) => void calls.push(`startCpu ${micros}`),
      startByAsking: () => void calls.push('startByAsking'),
      stop: async () => void calls.push('stopCpu'),
    },
    duringOwnPause: (_step, work) => work(),
    whileScriptsAreListed: (_step, meanwhile) =>
      withScriptsListed(
        thread.session,
        { scripts: thread.scripts, asPause: (enable) => enable() },
        meanwhile,
      ),
    watchPromises: async () => void calls.push('watchPromises'),
    get isWatchingPromises() {
      return calls.includes('watchPromises');
    },
    slowsAwaits: () => calls.includes('watchPromises'),
    ownSteps: async () => [],
    async ask(signal, _atMillis, ...args) {
      const said = args.filter((arg) => typeof arg !== 'function' && arg !== null);
      calls.push([signal.type, ...said].join(' '));
      const answer = reads[signal.type] as ((...args: unknown[]) => never) | undefined;
      return answer ? await answer(...args) : null;
    },
    async readHeap() {
      calls.push('readHeap');
      return answers.heapReadMillis ?? 8;
    },
    forgetLogged: async () => {},
    collectGarbage: async () => void calls.push('collectGarbage'),
    stop: async () => void calls.push('stop'),
  };
  return thread;
}

const noStream = () => ({ write: () => {}, end: async () => {}, discard: async () => {} });

function fakeHeapSampling(calls: string[]): ThreadCapture['heap'] {
  let isOn = false;
  let intervalBytes = 32 * 1_024;
  return {
    get isOn() {
      return isOn;
    },
    get intervalBytes() {
      return intervalBytes;
    },
    isForeign: false,
    allocating: { names: [], files: [], callers: [] },
    async start(bytes) {
      calls.push(`startHeap ${bytes}`);
      intervalBytes = bytes;
      isOn = true;
    },
    async stop() {
      calls.push('stopHeap');
      isOn = false;
    },
    read: async () => 8,
    startAllocations: async (bytes) => void calls.push(`startAllocations ${bytes}`),
    stopAllocations: async () => void calls.push('stopAllocations'),
  };
}

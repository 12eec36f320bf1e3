// Capturing one thread, the main one or a worker, all through one session: its probe and counters, V8's profilers, and
// whatever signal it is asked for.

import { installProbeIn } from '../../probe/client/probe-client.ts';
import { createScriptList, withScriptsListed } from '../../probe/client/script-list.ts';
import type { OwnStep, ProbeConfig } from '../../probe/probe-protocol.ts';
import type { SampleLine } from '../../signals/lines.ts';
import type { SignalThread } from '../../signals/live-signal.ts';
import type { CaptureSink } from '../../signals/sink.ts';
import type { InspectorSession } from '../../target/inspector/inspector-session.ts';
import { type CpuProfiling, cpuProfiling } from './cpu-profiling.ts';
import { type HeapSampling, heapSampling } from './heap-sampling.ts';
import { type ThreadCounters, threadCounters } from './thread-counters.ts';

export interface ThreadCapture extends SignalThread {
  readonly name: string;
  readonly counters: ThreadCounters;
  readonly heap: HeapSampling;
  readonly cpu: CpuProfiling;
  /** Reads live bytes by allocation stack, and the floor of the heap after it. Resolves with the pause, milliseconds. */
  readHeap(atMillis: number): Promise<number>;
  /**
   * Lets V8 forget the objects that the program has logged: while a session is connected it keeps the last thousand
   * messages with their arguments (seen on Node 20 to 26). Nothing where another console may want them.
   */
  forgetLogged(): Promise<void>;
  /** Makes V8 give back what it can: a pause as long as a heap read's. */
  collectGarbage(): Promise<void>;
  /** Watches promises, too, from now on, and for good: see `slowsAwaits`. */
  watchPromises(): Promise<void>;
  readonly isWatchingPromises: boolean;
  /**
   * V8 takes the slow way through every await of the thread for as long as it lives, because promises or scripts were watched
   * and nobody had done so before. There is no way back (V8's PromiseHook protector; Node 16 to 26).
   */
  slowsAwaits(): boolean;
  /** What we held it for so far, by step; empty where that is not known. */
  ownSteps(): Promise<OwnStep[]>;
  /** Stops the profiles, keeps the CPU profile, removes the probe. Never throws. */
  stop(): Promise<void>;
}

export interface ThreadOptions {
  id: number;
  name: string;
  probe: ProbeConfig;
}

/** The step of ours that makes V8 collect all garbage, without reading anything. */
export const COLLECT_GARBAGE = 'collect garbage';
const COLLECT_TIMEOUT_MILLIS = 60_000;

/** Installs the probe first: from then on the lease holds, whatever happens to us. */
export async function openThread(
  session: InspectorSession,
  sink: CaptureSink,
  { id, name, probe: config }: ThreadOptions,
): Promise<ThreadCapture> {
  const probe = await installProbeIn(session, config).catch((error) => {
    if (session.isClosed) throw error;
    return null;
  });
  let slowsAwaits = false;
  let isWatchingPromises = false;
  const noteSlowerAwaits = async () => {
    slowsAwaits ||= (await probe?.call('arePromisesHooked')) === false;
  };
  const thread: SignalThread = {
    id,
    fileName: id === 0 ? 'main' : `worker-${id}`,
    session,
    probe,
    sink,
    scripts: createScriptList(),
    duringOwnPause: (step, work) => (probe ? probe.duringOwnPause(step, work) : work()),
    async whileScriptsAreListed(step, meanwhile) {
      await noteSlowerAwaits();
      const asPause = (enable: () => Promise<unknown>) => thread.duringOwnPause(step, enable);
      return withScriptsListed(session, { scripts: thread.scripts, asPause }, meanwhile);
    },
    async ask(signal, atMillis, ...args) {
      const body = await signal.read(thread, atMillis, ...args);
      if (!body) return null;
      sink.line({ type: signal.type, thread: id, atMillis, ...body } as SampleLine);
      return body;
    },
  };
  const counters = threadCounters(thread);
  const heap = heapSampling(thread);
  const cpu = cpuProfiling(thread, { thread: id, path: `${thread.fileName}.cpuprofile` });
  return {
    ...thread,
    name,
    counters,
    heap,
    cpu,
    async readHeap(atMillis) {
      const pauseMillis = await heap.read(atMillis);
      await counters.sampleFloor(atMillis);
      return pauseMillis;
    },
    async forgetLogged() {
      if (config.forgetLogged) await session.send('Runtime.discardConsoleEntries');
    },
    collectGarbage: () =>
      thread.duringOwnPause(COLLECT_GARBAGE, async () => {
        await session.send('HeapProfiler.collectGarbage', {}, COLLECT_TIMEOUT_MILLIS);
      }),
    get isWatchingPromises() {
      return isWatchingPromises;
    },
    async watchPromises() {
      isWatchingPromises = true;
      await noteSlowerAwaits();
      await probe?.call('watchAlso', ['PROMISE']);
    },
    slowsAwaits: () => slowsAwaits,
    ownSteps: async () => (await probe?.call('ownSteps')) ?? [],
    async stop() {
      const quietly = (work: Promise<unknown>) => work.catch(() => {});
      await quietly(cpu.stop());
      await quietly(heap.stop());
      await quietly(session.send('HeapProfiler.disable'));
      if (probe) await quietly(probe.call('stop'));
    },
  };
}

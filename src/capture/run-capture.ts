// Captures one run of a comparison: a process that culprit started is measured in turns of load, then left to come to rest.
// Collects raw facts and writes them down; judges nothing.
import { setTimeout as delay } from 'node:timers/promises';
import type { LoadReport, LoadTurn } from '../model/comparison/load.ts';
import { PROBE_URL } from '../probe/probe-url.ts';
import { readPassiveSample } from '../signals/passive/read.ts';
import type { CaptureSink } from '../signals/sink.ts';
import type { Attachment } from '../target/attach.ts';
import type { InspectorSession } from '../target/inspector/inspector-session.ts';
import type { CaptureOutcome } from './context.ts';
import { openThread, type ThreadCapture } from './thread/thread-capture.ts';

/**
 * `whole`: what the program costs as it runs in production, without a CPU profiler. `parts`: which function costs what, with a
 * CPU profiler and without inlining. V8 puts the time of an inlined function down to whoever it was inlined into, and
 * decides anew in each run what to inline (Node 16 to 26): without this, functions of two runs of one program differ more
 * than most changes.
 */
export type RunMode = 'whole' | 'parts';

const LEASE_MILLIS = 10_000;
const BEAT_MILLIS = 2_000;
const CPU_INTERVAL_MICROS = 1_000;
const ALLOCATION_INTERVAL_BYTES = 64 * 1024;

export interface RunCapture {
  readonly outcome: CaptureOutcome;
  /**
   * Collects garbage and notes the floor of the heap. V8 throws away optimised code with it: the program has to be warmed
   * up afterwards.
   */
  noteFloor(): Promise<void>;
  /** Starts to measure. To be called when the program is warm. */
  begin(): Promise<void>;
  /** As a turn, after `noteFloor` and before `begin`: it counts for what is left behind, and for nothing else. */
  warmUp(work: () => Promise<LoadReport | undefined>): Promise<LoadTurn>;
  /** One turn of load; `work` resolves with what the load tool reported. */
  turn(work: () => Promise<LoadReport | undefined>): Promise<LoadTurn>;
  /** Stops the profilers, waits until nothing closes any more, notes what is left, takes the probe out. */
  end(): Promise<void>;
}

/** The probe is in place when this resolves: from then on the lease holds. To be called before the program is warm. */
export async function openRunCapture(
  attachment: Attachment,
  pid: number,
  sink: CaptureSink,
  mode: RunMode,
): Promise<RunCapture> {
  const startedAt = performance.now();
  const elapsed = () => Math.round(performance.now() - startedAt);
  const probe = {
    url: PROBE_URL,
    leaseMillis: LEASE_MILLIS,
    closeInspector: attachment.openedByUs,
    forgetLogged: attachment.openedByUs,
    // Hooks would cost more than most changes.
    asyncTypes: [],
    asyncInitsPerSecond: 0,
    asyncStacksPerSecond: 0,
    longestRestMillis: BEAT_MILLIS,
  };
  const main = await openThread(attachment.session, sink, { id: 0, name: 'main', probe });
  attachment.leaseInPlace();
  attachment.attached();
  if (mode === 'parts') await stopInlining(attachment.session);
  const outcome: CaptureOutcome = {
    durationMillis: 0,
    ended: 'complete',
    steps: ['passive', 'light'],
    threads: [{ id: 0, name: 'main' }],
    pausesMillis: [],
    warnings: [],
  };
  const beats = setInterval(() => {
    void main.probe?.call('beat').catch(() => {});
    void main.forgetLogged().catch(() => {});
  }, BEAT_MILLIS);
  beats.unref();
  const samplePassive = () =>
    sink.line({
      type: 'passive',
      ...readPassiveSample(pid, elapsed(), { ownInspectorPorts: [attachment.endpoint.port] }),
    });

  const measureTurn: RunCapture['turn'] = async (work) => {
    const before = await main.probe?.call('sample');
    const from = performance.now();
    const load = await work();
    const after = await main.probe?.call('sample');
    const turn: LoadTurn = {
      millis: performance.now() - from,
      cpuMicros: difference(after?.cpuMicros, before?.cpuMicros),
      requests: after?.requests,
      eventLoopDelayMillis: after?.eventLoopDelayMillis,
      gc: after?.gc,
      load,
    };
    return turn;
  };

  return {
    outcome,
    noteFloor: () => noteFloor(main, elapsed()),
    async begin() {
      await main.heap.startAllocations(ALLOCATION_INTERVAL_BYTES);
      if (main.heap.isForeign) outcome.warnings.push({ code: 'allocations-not-sampled' });
      if (mode === 'parts') await main.cpu.start(CPU_INTERVAL_MICROS);
    },
    async warmUp(work) {
      const turn = await measureTurn(work);
      sink.line({ type: 'turn', thread: 0, atMillis: elapsed(), isWarmUp: true, ...turn });
      return turn;
    },
    async turn(work) {
      const turn = await measureTurn(work);
      sink.line({ type: 'turn', thread: 0, atMillis: elapsed(), ...turn });
      return turn;
    },
    async end() {
      clearInterval(beats);
      await main.cpu.stop();
      await main.heap.stopAllocations(elapsed());
      if (mode === 'whole') {
        await comeToRest(main, pid);
        await noteFloor(main, elapsed());
        samplePassive();
      }
      outcome.durationMillis = elapsed();
      await main.stop();
    },
  };
}

/**
 * For processes of our own only: it cannot be taken back. V8 has the second flag from Node 22 on; one that is not known it
 * ignores, with a line on stderr.
 */
async function stopInlining(session: InspectorSession): Promise<void> {
  const expression = `try {
    const v8 = require('v8');
    v8.setFlagsFromString('--no-turbo-inlining');
    if (Number.parseInt(process.versions.node, 10) >= 22) v8.setFlagsFromString('--no-maglev-inlining');
  } catch {}`;
  await session.send('Runtime.evaluate', { expression, includeCommandLineAPI: true, silent: true });
}

function difference(after: number | undefined, before: number | undefined): number | undefined {
  return after === undefined || before === undefined ? undefined : after - before;
}

/** Twice: what finalizers and weak references held goes with the second collection. */
async function noteFloor(main: ThreadCapture, atMillis: number): Promise<void> {
  await main.collectGarbage();
  await main.collectGarbage();
  await main.counters.sampleFloor(atMillis);
}

const LONGEST_REST_MILLIS = 5_000;
const LOOK_MILLIS = 250;
const QUIET_LOOKS = 3;

/** Connections of the load are closed in their own time: waits until their number stays, 5 s at most. */
async function comeToRest(main: ThreadCapture, pid: number): Promise<void> {
  let last = '';
  let quiet = 0;
  for (
    const end = performance.now() + LONGEST_REST_MILLIS;
    performance.now() < end && quiet < QUIET_LOOKS;
  ) {
    await delay(LOOK_MILLIS);
    const { resources } = (await main.probe?.call('sample')) ?? {};
    const { fdCount } = readPassiveSample(pid, 0, { ownInspectorPorts: [] });
    const now = JSON.stringify([resources, fdCount]);
    quiet = now === last ? quiet + 1 : 0;
    last = now;
  }
}

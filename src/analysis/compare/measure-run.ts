// From one recording to one run of a comparison: costs for each request (or second) that do not depend on how many there
// were.

import type { LoadTurn } from '../../model/comparison/load.ts';
import type { FunctionCost, MetricName, MetricWindows, Run } from '../../model/comparison/run.ts';
import type { HeapSamplingRead } from '../../model/memory/heap-sampling.ts';
import type { Observations } from '../../model/observations.ts';
import type { RuntimeSample } from '../../model/samples.ts';
import { callCosts, placeKey } from './call-costs.ts';
import { mean } from './estimate.ts';
import { measureLiveBytes } from './measure-live-bytes.ts';

export interface RunName {
  label: string;
  pair: number | null;
  /** Profiles of programs that ran from start to end on both sides: the run is what is counted. */
  isWholeRun?: boolean;
  /** Requests are not counted on the other side: costs are a second's on both. */
  isPerSecond?: boolean;
}

export function measureRun(observations: Observations, name: RunName): Run {
  const { label, pair, isWholeRun = false } = name;
  const { cpuProfiles, heapReads, origin, target } = observations;
  if (origin && cpuProfiles.length === 0 && heapReads.length > 0)
    return measureLiveBytes(heapReads, { label, pair, nodeVersion: target.nodeVersion });
  const run = measureCosts(observations, name);
  if (!origin || !isWholeRun) return run;
  return perRun(run, run.seconds);
}

/** A profile without requests is measured by the second; the whole of it is what one run costs. */
function perRun(run: Run, seconds: number): Run {
  const whole = (micros: number) => micros * seconds;
  const inRuns = ([name, value]: [string, number]): [string, number] => [
    name,
    name.startsWith('cpu.') ? whole(value) : value,
  ];
  return {
    ...run,
    per: 'run',
    wholeMicros: run.wholeMicros === null ? null : whole(run.wholeMicros),
    metrics: Object.fromEntries(Object.entries(run.metrics).map(inRuns)),
    functions: run.functions.map((cost) => ({
      ...cost,
      selfMicros: whole(cost.selfMicros),
      totalMicros: whole(cost.totalMicros),
    })),
    calls: run.calls.map((call) => ({
      ...call,
      selfMicros: whole(call.selfMicros),
      totalMicros: whole(call.totalMicros),
    })),
  };
}

function measureCosts(observations: Observations, { label, pair, isPerSecond = false }: RunName): Run {
  const { cpuProfiles, allocations, target, warnings } = observations;
  const turns = observations.turns.filter(({ isWarmUp }) => !isWarmUp);
  const work = turns.length > 0 ? workOfTurns(turns) : workOfSamples(observations);
  const counted = isPerSecond ? null : work.requests;
  const per = counted ?? work.seconds;
  const costs = callCosts(cpuProfiles);
  const busyMicros = costs.states.code + costs.states.program + costs.states.gc;
  // A profile counts time on the wall: on a crowded machine that is more than the time on the CPU.
  const scale = busyMicros > 0 ? (work.cpuMicros ?? busyMicros) / busyMicros / per : 0;
  // With a profiler, and without inlining, the whole is not what it is in production.
  const isPartsOnly = turns.length > 0 && cpuProfiles.length > 0;
  const wholeMicros = (work.cpuMicros ?? (busyMicros > 0 ? busyMicros : Number.NaN)) / per;
  const allocated = allocatedByFunction(allocations);
  const functions = costs.functions.map((cost) => ({
    ...cost,
    selfMicros: cost.selfMicros * scale,
    totalMicros: cost.totalMicros * scale,
  }));
  return {
    label,
    pair,
    nodeVersion: target.nodeVersion,
    per: counted === null ? 'second' : work.isScript ? 'run' : 'request',
    requests: work.requests,
    failed: work.failed,
    seconds: work.seconds,
    samples: costs.samples,
    wholeMicros: Number.isFinite(wholeMicros) ? wholeMicros : null,
    metrics: known({
      ...(isPartsOnly ? {} : work.metrics),
      ...restOf(observations, isPerSecond ? null : (requestsIn(observations.turns) ?? work.requests)),
      ...(isPartsOnly
        ? {}
        : wholeCosts(
            { ...work, requests: counted },
            wholeMicros,
            allocations.length > 0 ? allocated.bytes : null,
          )),
      'cpu.code': busyMicros > 0 ? costs.states.code * scale : undefined,
      'cpu.gc': busyMicros > 0 ? costs.states.gc * scale : undefined,
      'cpu.native': busyMicros > 0 ? costs.states.program * scale : undefined,
    }),
    functions: withAllocation(functions, allocated.byFunction, allocations.length > 0 ? per : 0),
    calls: costs.calls.map((call) => ({
      ...call,
      selfMicros: call.selfMicros * scale,
      totalMicros: call.totalMicros * scale,
    })),
    windows: isPartsOnly ? [] : windowsOf(turns),
    warnings,
  };
}

/** Each turn of load is one window. */
function windowsOf(turns: readonly LoadTurn[]): MetricWindows[] {
  const of = (metric: MetricName, value: (turn: LoadTurn) => number | undefined) => ({
    metric,
    values: turns.map(value).filter((found) => found !== undefined),
  });
  return [
    of('latency.p50', ({ load }) => load?.latencyMillis.p50),
    of('latency.p99', ({ load }) => load?.latencyMillis.p99),
    of('throughput', ({ load }) => load?.requestsPerSecond),
    of('loop.delay', ({ eventLoopDelayMillis }) => eventLoopDelayMillis?.p99),
  ].filter(({ values }) => values.length > 0);
}

function wholeCosts(work: Work, wholeMicros: number, allocatedBytes: number | null): Metrics {
  return {
    'cpu.total': wholeMicros,
    'alloc.perRequest':
      allocatedBytes !== null && work.requests !== null ? allocatedBytes / work.requests : undefined,
    'alloc.perSecond':
      allocatedBytes !== null ? allocatedBytes / work.seconds : work.metrics['alloc.perSecond'],
  };
}

type Metrics = Partial<Record<MetricName, number | undefined>>;

interface Work {
  seconds: number;
  /** null: not counted. */
  requests: number | null;
  failed: number;
  /** The run of a script as a whole is what is counted. */
  isScript: boolean;
  cpuMicros: number | undefined;
  metrics: Metrics;
}

/** As the program counted them, or else the load tool. */
function requestsIn(turns: readonly LoadTurn[]): number | null {
  const sum = (of: (turn: LoadTurn) => number | undefined) =>
    turns.reduce((total, turn) => total + (of(turn) ?? 0), 0);
  return sum(({ requests }) => requests?.answered) || sum(({ load }) => load?.requests) || null;
}

function workOfTurns(turns: readonly LoadTurn[]): Work {
  const sum = (values: (number | undefined)[]) =>
    values.reduce<number>((total, value) => total + (value ?? 0), 0);
  const seconds = sum(turns.map(({ millis }) => millis)) / 1_000;
  const requests = requestsIn(turns);
  const isCpuKnown = turns.every(({ cpuMicros }) => cpuMicros !== undefined);
  const over = (of: (turn: LoadTurn) => number | undefined) => average(turns.map(of));
  const isScript = turns.every(({ load }) => load?.tool === 'script');
  return {
    seconds,
    requests: isScript ? turns.length : requests,
    isScript,
    failed: Math.max(
      sum(turns.map(({ requests }) => requests?.failed)),
      sum(turns.map(({ load }) => load?.failed)),
    ),
    cpuMicros: isCpuKnown ? sum(turns.map(({ cpuMicros }) => cpuMicros)) : undefined,
    metrics: {
      'gc.pause': turns.some(({ gc }) => gc)
        ? sum(turns.map(({ gc }) => gc?.pauseMillis)) / seconds
        : undefined,
      'loop.delay': over(({ eventLoopDelayMillis }) => eventLoopDelayMillis?.p99),
      'latency.p50': over(({ load }) => load?.latencyMillis.p50),
      'latency.p99': over(({ load }) => load?.latencyMillis.p99),
      throughput: isScript
        ? undefined
        : (over(({ load }) => load?.requestsPerSecond) ??
          (requests === null ? undefined : requests / seconds)),
    },
  };
}

/** A recording of somebody else's process under whatever load it had. */
function workOfSamples({ runtime, cpuProfiles, capture }: Observations): Work {
  const main = runtime.filter(({ thread }) => thread === 0);
  const looks = main.filter(({ afterGc }) => !afterGc);
  const requests = main.reduce((sum, { requests }) => sum + (requests?.answered ?? 0), 0);
  const cpu = main.flatMap(({ cpuMicros }) => cpuMicros ?? []);
  const profiled = (cpuProfiles[0]?.durationMicros ?? 0) / 1e6;
  const seconds =
    looks.length > 1
      ? (looks.at(-1)!.atMillis - looks[0]!.atMillis) / 1_000
      : profiled || capture.durationMillis / 1_000 || 1;
  const pauses = looks.flatMap(({ gc }) => gc?.pauseMillis ?? []);
  return {
    seconds,
    requests: requests || null,
    isScript: false,
    failed: main.reduce((sum, { requests }) => sum + (requests?.failed ?? 0), 0),
    cpuMicros: cpu.length > 1 ? cpu.at(-1)! - cpu[0]! : undefined,
    metrics: {
      'gc.pause': pauses.length > 0 ? pauses.reduce((sum, millis) => sum + millis, 0) / seconds : undefined,
      'loop.delay': average(looks.map(({ eventLoopDelayMillis }) => eventLoopDelayMillis?.p99)),
      throughput: requests > 0 ? requests / seconds : undefined,
      'alloc.perSecond': average(looks.map(({ allocatedBytesPerSecond }) => allocatedBytesPerSecond)),
    },
  };
}

/** What is left when the load is over. */
function restOf({ runtime, passive }: Observations, requests: number | null): Metrics {
  const floors = runtime.filter(({ thread, afterGc }) => thread === 0 && afterGc);
  const [first, last] = [floors[0], floors.at(-1)];
  const heap = (sample: RuntimeSample | undefined) =>
    sample?.heapUsedBytes === undefined ? undefined : sample.heapUsedBytes - (sample.ownHeapBytes ?? 0);
  const [from, to] = [heap(first), heap(last)];
  const resources = last?.resources;
  return {
    'heap.floor': to,
    'heap.leak':
      first !== last && from !== undefined && to !== undefined && requests !== null
        ? (to - from) / requests
        : undefined,
    'rss.after': last?.rssBytes,
    'handles.after': resources && Object.values(resources).reduce((sum, count) => sum + count, 0),
    'fds.after': passive.at(-1)?.fdCount,
  };
}

function average(values: (number | undefined)[]): number | undefined {
  const found = values.filter((value) => value !== undefined);
  return found.length > 0 ? mean(found) : undefined;
}

function known(metrics: Metrics): Run['metrics'] {
  return Object.fromEntries(
    Object.entries(metrics).filter(([, value]) => value !== undefined && Number.isFinite(value)),
  );
}

/** As with time, what V8 and Node allocate on behalf of a function is its own. */
function allocatedByFunction(reads: readonly HeapSamplingRead[]): {
  bytes: number;
  byFunction: Map<string, { cost: FunctionCost; bytes: number }>;
} {
  const byFunction = new Map<string, { cost: FunctionCost; bytes: number }>();
  let bytes = 0;
  for (const { stacks } of reads) {
    for (const { frames, liveBytes } of stacks) {
      bytes += liveBytes;
      const frame =
        frames.find(({ owner }) => owner === 'app' || owner === 'library') ??
        frames.find(({ owner }) => owner === 'node');
      if (!frame) continue;
      const key = placeKey(frame);
      const entry = byFunction.get(key) ?? { cost: { key, frame, selfMicros: 0, totalMicros: 0 }, bytes: 0 };
      entry.bytes += liveBytes;
      byFunction.set(key, entry);
    }
  }
  return { bytes, byFunction };
}

function withAllocation(
  functions: FunctionCost[],
  allocated: Map<string, { cost: FunctionCost; bytes: number }>,
  per: number,
): FunctionCost[] {
  if (per === 0) return functions;
  const left = new Map(allocated);
  const both = functions.map((cost) => {
    const bytes = left.get(cost.key)?.bytes ?? 0;
    left.delete(cost.key);
    return { ...cost, allocatedBytes: bytes / per };
  });
  return [
    ...both,
    ...[...left.values()].map(({ cost, bytes }) => ({ ...cost, allocatedBytes: bytes / per })),
  ];
}

// How much a process did during the capture: requests, time in its code, CPU time, memory. Finding nothing in a process that
// did nothing proves nothing.
import type { Work } from '../model/finding.ts';
import type { Observations } from '../model/observations.ts';
import type { RuntimeSample } from '../model/samples.ts';
import type { CpuSummary } from './cpu/cpu.ts';

/** The first counts come before the profilers and right after: what those take is no growth. */
const SETTLED_FROM = 2;

export function measureWork(
  { passive, runtime, cpuProfiles }: Observations,
  cpu: readonly CpuSummary[],
  seconds: number,
): Work {
  const work: Work = {};
  const requests = runtime.flatMap((sample) => sample.requests ?? []);
  if (requests.length > 0 && seconds > 0)
    work.requestsPerSecond = requests.reduce((sum, { answered }) => sum + answered, 0) / seconds;
  if (cpuProfiles.length > 0) work.codeMillis = codeMicros(cpu) / 1_000;
  const [first, last] = [passive[0], passive.at(-1)];
  if (first?.cpuMicros !== undefined && last?.cpuMicros !== undefined && seconds > 0)
    work.cpuCores = Math.max(0, last.cpuMicros - first.cpuMicros) / 1e6 / seconds;
  if (last?.rssBytes !== undefined) work.rssBytes = last.rssBytes;
  const settled = passive[SETTLED_FROM];
  const settledSeconds = settled && last ? (last.atMillis - settled.atMillis) / 1_000 : 0;
  if (settled?.rssBytes !== undefined && last?.rssBytes !== undefined && settledSeconds > 0)
    work.rssBytesPerSecond = (last.rssBytes - settled.rssBytes) / settledSeconds;
  return work;
}

/** Of a thread that is less busy than that and is never so late, a CPU profile has nothing to tell: it may go without one. */
const CALM = { leastSamples: 8, utilization: 0.25, delayMillis: 100 };

/** What counters tell of a thread's event loop: neither busy nor late, at any time. False where too little was counted. */
export function isCalm(thread: number, runtime: readonly RuntimeSample[]): boolean {
  const counted = runtime.filter((sample) => sample.thread === thread && sample.eventLoopDelayMillis);
  return (
    counted.length >= CALM.leastSamples &&
    counted.every(
      ({ utilization = 1, eventLoopDelayMillis }) =>
        utilization < CALM.utilization && eventLoopDelayMillis!.max < CALM.delayMillis,
    )
  );
}

/** With somebody's code on the stack; what Node.js does by itself is no work. */
function codeMicros(cpu: readonly CpuSummary[]): number {
  const hotspots = cpu.flatMap((thread) => thread.hotspots);
  return hotspots.reduce((sum, { blame, selfMicros }) => sum + (blame.subject ? selfMicros : 0), 0);
}

/** One in a thousand: 30 ms in half a minute. A program that does a job of a few milliseconds each second does more. */
const LEAST_CODE_SHARE = 0.001;

/** A thread that is hardly busy may go unprofiled: then the process has to use less than this in all, culprit's own work included. */
const LEAST_CORES = 0.02;

/** No request, and hardly any code. False where either is unknown. */
export function isIdle({ requestsPerSecond, codeMillis, cpuCores }: Work, seconds: number): boolean {
  if (requestsPerSecond !== 0) return false;
  if (codeMillis !== undefined) return codeMillis < seconds * 1_000 * LEAST_CODE_SHARE;
  return cpuCores !== undefined && cpuCores < LEAST_CORES;
}

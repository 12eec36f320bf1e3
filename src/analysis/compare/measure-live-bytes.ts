// From heap profiles to one run of a comparison: the bytes that each function keeps alive.
import type { CallCost, FunctionCost, Run } from '../../model/comparison/run.ts';
import type { HeapSamplingRead } from '../../model/memory/heap-sampling.ts';
import { placeKey, ROOT } from './call-costs.ts';

/** V8's sampling interval unless somebody asks for another. */
const BYTES_A_SAMPLE = 512 * 1024;

/** Bytes stand in place of microseconds. */
export function measureLiveBytes(
  reads: readonly HeapSamplingRead[],
  name: Pick<Run, 'label' | 'pair' | 'nodeVersion'>,
): Run {
  const stacks = reads.flatMap((read) => read.stacks);
  const live = stacks.reduce((sum, { liveBytes }) => sum + liveBytes, 0);
  return {
    ...name,
    per: 'run',
    requests: null,
    failed: 0,
    seconds: 0,
    samples: Math.max(1, Math.round(live / BYTES_A_SAMPLE)),
    wholeMicros: live > 0 ? live : null,
    costs: 'live-bytes',
    metrics: { 'heap.live': live },
    functions: functionsOf(stacks),
    calls: callsOf(stacks),
    warnings: [],
  };
}

type Stacks = HeapSamplingRead['stacks'];

function functionsOf(stacks: Stacks): FunctionCost[] {
  const functions = new Map<string, FunctionCost>();
  for (const { frames, liveBytes } of stacks) {
    const seen = new Set<string>();
    for (const [depth, frame] of frames.entries()) {
      const key = placeKey(frame);
      const cost = functions.get(key) ?? { key, frame, selfMicros: 0, totalMicros: 0 };
      functions.set(key, cost);
      if (depth === 0) cost.selfMicros += liveBytes;
      if (!seen.has(key)) cost.totalMicros += liveBytes;
      seen.add(key);
    }
  }
  return [...functions.values()];
}

function callsOf(stacks: Stacks): CallCost[] {
  const calls: CallCost[] = [{ parent: -1, key: '(root)', frame: ROOT, selfMicros: 0, totalMicros: 0 }];
  const known = new Map<string, number>();
  for (const { frames, liveBytes } of stacks) {
    let at = 0;
    calls[0]!.totalMicros += liveBytes;
    for (const frame of frames.toReversed()) {
      const key = placeKey(frame);
      const path = `${at}|${key}`;
      const next =
        known.get(path) ?? calls.push({ parent: at, key, frame, selfMicros: 0, totalMicros: 0 }) - 1;
      known.set(path, next);
      at = next;
      calls[at]!.totalMicros += liveBytes;
    }
    calls[at]!.selfMicros += liveBytes;
  }
  return calls;
}

// What the kernel's scheduler reports about the threads of the process: how long they ran, and how long they were ready to
// run and had no CPU. Counted since each thread began.
import * as v from 'valibot';
import { amount, atMillis, count, listOf } from '../../wire/parts.ts';

const cpuTurns = v.object({
  /** Time on a CPU. */
  runMicros: count,
  /** Time ready to run, without a CPU: taken by others, or stopped by a quota. */
  waitedMicros: count,
  /** How often it was given a CPU. */
  slices: count,
});
export type CpuTurns = v.InferOutput<typeof cpuTurns>;

export const schedulingLine = v.object({
  type: v.literal('scheduling'),
  atMillis,
  /** The main thread. */
  main: v.optional(cpuTurns),
  /** All other threads that are there now, summed: one that ends takes its time away with it. */
  others: v.optional(cpuTurns),
  /** Each of them: `tid`, as the kernel calls the thread, and the microseconds in which it was not asleep: it ran, or was ready to. */
  awake: v.optional(listOf(v.tuple([count, count]), 256)),
  /** Of the main thread: R running or ready, S asleep, D waiting for a disk or for memory of its cgroup, ... */
  mainState: v.optional(v.pipe(v.string(), v.maxLength(1))),
  /** Pressure stall information: time in which some task of the whole machine was ready and had no CPU. */
  machineStallMicros: amount,
});
export type SchedulingSample = Omit<v.InferOutput<typeof schedulingLine>, 'type'>;

// What the parts of the probe share inside the target: built-in modules, the clock, and what has to be undone at the end.
import { type CreateHook, createHooks } from './hooks/async-hook.ts';
import { type ChangeHooks, createHookChanges } from './hooks/hook-changes.ts';
import type { Load } from './load.ts';
import { createDataReads, type DataReads } from './objects/data-reads.ts';
import type { ProbeConfig } from './probe-protocol.ts';

export interface ProbeCore {
  config: ProbeConfig;
  load: Load;
  /** Milliseconds, monotonic. */
  now(): number;
  /** Called in reverse order when the probe stops. */
  cleanups: (() => void)[];
  isStopped(): boolean;
  /** Reads the program's objects without calling any of its code. */
  reads: DataReads;
  /** The only way to turn async hooks on and off. */
  changeHooks: ChangeHooks;
  createHook: CreateHook;
}

/** A core, and the function that ends it: calls all cleanups once. Throws where a built-in module is missing. */
export function createCore(load: Load, config: ProbeConfig): { core: ProbeCore; stop(): void } {
  const perf: typeof import('node:perf_hooks') = load('perf_hooks');
  let isStopped = false;
  const reads = loadReads(load);
  const core: ProbeCore = {
    config,
    load,
    now: () => perf.performance.now(),
    cleanups: [],
    isStopped: () => isStopped,
    reads,
    changeHooks: createHookChanges(),
    createHook: createHooks(load, reads),
  };
  const stop = () => {
    if (isStopped) return;
    isStopped = true;
    for (const cleanup of core.cleanups.splice(0).reverse()) {
      try {
        cleanup();
      } catch {}
    }
  };
  return { core, stop };
}

export function loadReads(load: Load): DataReads {
  const { types }: typeof import('node:util') = load('util');
  const { performance }: typeof import('node:perf_hooks') = load('perf_hooks');
  return createDataReads(types, () => performance.now());
}

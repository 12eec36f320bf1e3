// The code that lists, inside the target, what keeps a thread's event loop alive, for one evaluation: it installs nothing,
// and holds nothing once its result is released.

import { loadReads } from '../../../probe/core.ts';
import { findLoad, type Load } from '../../../probe/load.ts';
import type { DataReads } from '../../../probe/objects/data-reads.ts';
import { createThreadInspector, type Inspect } from '../../../probe/objects/thread-inspector.ts';
import { createAliveGroups } from './alive-groups.ts';
import { type AliveThings, collectThings, objectsOf } from './alive-things.ts';
import type { AliveCounts, AliveList, KeepAliveHandle, WalkedClass } from './keep-alive-protocol.ts';
import { asyncWrapPrototype, isWorkerHandle } from './pending-work.ts';

/** Returns the handle, or a string that says why there is none. Never throws. */
export function createKeepAliveList(
  requireOrNothing: Load | undefined,
  config: { url: string },
): KeepAliveHandle | string {
  try {
    const load = findLoad(requireOrNothing);
    if (!load) return 'no access to built-in modules';
    const reads = loadReads(load);
    return {
      counts: countAlive,
      prototypeOf: (type) => prototypeOf(load, reads, type),
      hasWorkers: (natives) => objectsOf(natives).some((native) => isWorkerHandle(reads, native)),
      list(timeouts, workers, natives) {
        const empty: AliveList = { groups: [], unreferenced: [], idleHandles: 0, cut: false };
        try {
          const things = collectThings(load, reads, { timeouts, workers, natives });
          const thread = createThreadInspector({ load, config, cleanups: [], reads, placesAll: true });
          let list = { ...empty, idleHandles: things.idleHandles };
          const fill = (inspect: Inspect) => {
            list = groupThings(reads, things, inspect);
          };
          try {
            thread.during(fill);
          } catch {
            // No inspector of its own: then without the places.
            fill(() => null);
          }
          return list;
        } catch {
          return empty;
        }
      },
    };
  } catch (error) {
    return String((error as Error)?.message ?? error).slice(0, 200);
  }
}

function groupThings(
  reads: DataReads,
  { things, unreferenced, idleHandles }: AliveThings,
  inspect: Inspect,
): AliveList {
  const alive = createAliveGroups(reads, inspect, false);
  const idle = createAliveGroups(reads, inspect, true);
  for (const thing of things) alive.add(thing);
  for (const thing of unreferenced) idle.add(thing);
  return {
    groups: alive.result(),
    unreferenced: idle.result(),
    idleHandles,
    cut: alive.isCut() || idle.isCut(),
  };
}

function countAlive(): AliveCounts {
  try {
    const host = process as { getActiveResourcesInfo?: () => string[] };
    if (typeof host.getActiveResourcesInfo !== 'function') return {};
    return { timeouts: host.getActiveResourcesInfo().filter((name) => name === 'Timeout').length };
  } catch {
    return {};
  }
}

function prototypeOf(load: Load, reads: DataReads, type: WalkedClass): object | null {
  try {
    if (type === 'AsyncWrap') return asyncWrapPrototype(load, reads);
    if (type === 'Worker')
      return (load('worker_threads') as { Worker: { prototype: object } }).Worker.prototype;
    const timers: typeof import('node:timers') = load('timers');
    const sample = timers.setTimeout(() => {}, 60_000);
    timers.clearTimeout(sample);
    return Object.getPrototypeOf(sample);
  } catch {
    return null;
  }
}

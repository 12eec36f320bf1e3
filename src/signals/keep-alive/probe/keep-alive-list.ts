// The code that lists, inside the target, what keeps a thread's event loop alive, for one evaluation: it installs nothing,
// and holds nothing once we let go of it.

import { findLoad, type Load, loadReads } from '../../../probe/core.ts';
import { activeHandles } from '../../../probe/objects/active-handles.ts';
import type { DataReads } from '../../../probe/objects/data-reads.ts';
import { createThreadInspector, type Inspect } from '../../../probe/objects/thread-inspector.ts';
import { createAliveGroups } from './alive-groups.ts';
import { type AliveThings, collectThings, listed } from './alive-things.ts';
import type { AliveCounts, AliveList, KeepAliveHandle } from './keep-alive-protocol.ts';

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
      counts: () => countAlive(reads),
      prototypeOf: (type) => prototypeOf(load, type),
      list(timeouts, workers) {
        const empty: AliveList = { groups: [], unreferenced: [], idleHandles: 0, cut: false };
        try {
          const things = collectThings(load, reads, { timeouts, workers });
          const thread = createThreadInspector({ load, config, cleanups: [], placesAll: true });
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

function countAlive({ classNameOf }: DataReads): AliveCounts {
  const handles = listed(activeHandles);
  const messagePorts = handles.filter((value) => classNameOf(value) === 'MessagePort').length;
  try {
    const host = process as { getActiveResourcesInfo?: () => string[] };
    if (typeof host.getActiveResourcesInfo !== 'function') return { messagePorts };
    const timeouts = host.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    return { timeouts, messagePorts };
  } catch {
    return { messagePorts };
  }
}

function prototypeOf(load: Load, type: 'Timeout' | 'Worker'): object | null {
  try {
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

// All things that keep the thread's event loop alive, each read under its own guard: one that cannot be read does not hide
// the others.

import type { Load } from '../../../probe/load.ts';
import { activeHandles, activeRequests } from '../../../probe/objects/active-handles.ts';
import type { DataReads } from '../../../probe/objects/data-reads.ts';
import type { AliveThing } from './alive-thing.ts';
import { createHandleWords } from './handle-words.ts';
import { isPending } from './pending-work.ts';
import { createTimerNeighbours } from './timer-neighbours.ts';

export interface AliveThings {
  things: AliveThing[];
  /** Timers that do not count. */
  unreferenced: AliveThing[];
  /** Handles that are open, with nothing awaited from them. */
  idleHandles: number;
}

/** Lists of all objects of a class, as a walk over the heap found them; anything else where there was none. */
export interface FromHeap {
  timeouts: unknown;
  workers: unknown;
  /** All with an async native side. */
  natives: unknown;
}

const MOST_THINGS = 100_000;

export function collectThings(
  load: Load,
  reads: DataReads,
  { timeouts, workers, natives }: FromHeap,
): AliveThings {
  const neighbours = createTimerNeighbours(load, reads);
  const words = createHandleWords(load, reads);
  const things: AliveThing[] = [];
  const unreferenced: AliveThing[] = [];
  const ownPorts = new Set<object>();
  let idleHandles = 0;
  each(objectsOf(workers), (value) => {
    const worker = words.ofWorker(value);
    if (!worker) return;
    things.push(worker);
    for (const port of worker.ports) ownPorts.add(port);
  });
  const handles = listed(activeHandles);
  // Child processes first: their pipes are then known as theirs.
  each(handles, (handle) => {
    if (words.isChildProcess(handle)) words.ofHandle(handle);
  });
  each(handles, (handle) => {
    if (ownPorts.has(handle)) return;
    const thing = words.ofHandle(handle);
    if (thing) things.push(thing);
    else idleHandles++;
  });
  const requests = listed(activeRequests);
  const isListed = new Set(requests);
  const pending = objectsOf(natives).filter((native) => !isListed.has(native) && isPending(reads, native));
  each([...requests, ...pending], (request) => things.push(words.ofRequest(request)));
  const found = Array.isArray(timeouts) ? objectsOf(timeouts) : neighbours.timeouts();
  each([...found, ...neighbours.immediates()], (value) => {
    const timer = words.ofTimer(value);
    if (!timer) return;
    const { hasRef, ...thing } = timer;
    (hasRef ? things : unreferenced).push(thing);
  });
  return { things, unreferenced, idleHandles };
}

/** What Node itself lists. */
export function listed(list: () => object[]): object[] {
  try {
    return objectsOf(list());
  } catch {
    return [];
  }
}

export function objectsOf(list: unknown): object[] {
  const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
  return Array.isArray(list) ? list.slice(0, MOST_THINGS).filter(isObject) : [];
}

function each(list: object[], read: (value: object) => void): void {
  for (const value of list) {
    try {
      read(value);
    } catch {}
  }
}

// Work that Node sends to its thread pool and lists nowhere: crypto, compression, and on Node 26 whole files that are read
// and written. It is found through the objects backed by native code that wait for their callback.
import type { Load } from '../../../probe/load.ts';
import type { DataReads } from '../../../probe/objects/data-reads.ts';

/** What all objects with an async native side inherit from; null where it was not found. */
export function asyncWrapPrototype(load: Load, { own, nameOf, prototypeOf }: DataReads): object | null {
  const zlib: typeof import('node:zlib') = load('zlib');
  const sample = zlib.createInflate();
  try {
    let at = prototypeOf(own(sample, '_handle'));
    while (at && nameOf(own(at, 'constructor')) !== 'AsyncWrap') at = prototypeOf(at);
    return at;
  } finally {
    sample.destroy();
  }
}

/** Threads that have begun have one, whether anybody listens to them or not. */
export function isWorkerHandle({ own, classNameOf }: DataReads, native: object): boolean {
  return classNameOf(native) === 'Worker' && own(native, 'constructor') === undefined;
}

/** Whether the object waits for a thread of the pool or is worked on by one. Handles are none: they wait for events. */
export function isPending({ own, inherited, isObject }: DataReads, native: object): boolean {
  if (own(native, 'constructor') !== undefined || typeof inherited(native, 'hasRef') === 'function')
    return false;
  const isJob =
    typeof own(native, 'ondone') === 'function' || typeof own(native, 'oncomplete') === 'function';
  // A compression stream has the chunk that is being worked on.
  const isAtWork = isObject(own(native, 'buffer')) && typeof own(native, 'cb') === 'function';
  return isJob || isAtWork;
}

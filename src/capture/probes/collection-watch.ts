// A part of the probe (see install-probe.ts: sent as text, whole by itself): which collections grow, and who adds to
// them. Collections are held weakly; the adding method of those that grow is shadowed for a few calls.
import type { ProbeCollections, ProbeCore } from './probe-protocol.ts';
import type { StackCapture } from './stack-capture.ts';

export interface CollectionWatch {
  census(
    objects: Iterable<object>,
    deadlineMillis: number,
  ): { scanned: number; tracked: number; cut: boolean };
  readCollections(atMillis: number, trapTop: number): ProbeCollections;
  ownHeapBytes(): number;
}

/** `own` are collections of the probe itself. */
export function createCollectionWatch(
  core: ProbeCore,
  captureStack: StackCapture,
  own: object[],
): CollectionWatch {
  const MAX_TRACKED = 4_000;
  interface Tracked {
    ref: WeakRef<object>;
    type: 'Map' | 'Set' | 'Array' | 'Object';
    sizes: number[];
    trap: (() => void) | null;
    insertions: unknown[][][];
    isOwn: boolean;
  }
  let tracked: Tracked[] = [];
  const ownKeyCount = (value: object, atMost: number): number => {
    let count = 0;
    for (const _key in value) if (++count >= atMost) break;
    return count;
  };
  const typeOf = (value: object): Tracked['type'] | null => {
    if (value instanceof Map) return 'Map';
    if (value instanceof Set) return 'Set';
    if (Array.isArray(value)) return 'Array';
    const prototype = Object.getPrototypeOf(value);
    return prototype === Object.prototype ? 'Object' : null;
  };
  const mapSize = Object.getOwnPropertyDescriptor(Map.prototype, 'size')?.get;
  const setSize = Object.getOwnPropertyDescriptor(Set.prototype, 'size')?.get;
  const sizeOf = (value: object, type: Tracked['type'], atMost: number): number => {
    if (type === 'Map') return mapSize?.call(value) ?? -1;
    if (type === 'Set') return setSize?.call(value) ?? -1;
    if (type === 'Array') return (value as unknown[]).length;
    return ownKeyCount(value, atMost);
  };

  /** First read: picks out of all live objects the collections worth watching, and holds them weakly. */
  const census = (
    objects: Iterable<object>,
    deadlineMillis: number,
  ): { scanned: number; tracked: number; cut: boolean } => {
    const found: { value: object; type: Tracked['type']; size: number }[] = [];
    const from = core.now();
    let scanned = 0;
    let cut = false;
    for (const value of objects) {
      if ((++scanned & 1023) === 0 && core.now() - from > deadlineMillis) {
        cut = true;
        break;
      }
      try {
        const type = typeOf(value);
        if (!type || value === objects || own.includes(value)) continue;
        const size = sizeOf(value, type, 48);
        const least = type === 'Object' ? 48 : type === 'Array' ? 16 : 1;
        if (size >= least) found.push({ value, type, size });
      } catch {}
    }
    // The biggest first: what is small when the list is full is not what fills the heap.
    if (found.length > MAX_TRACKED) found.sort((a, b) => b.size - a.size);
    tracked = found.slice(0, MAX_TRACKED).map(({ value, type }) => {
      return { ref: new WeakRef(value), type, sizes: [], trap: null, insertions: [], isOwn: false };
    });
    return { scanned, tracked: tracked.length, cut };
  };

  const MAX_INSERTIONS = 6;
  const METHODS = { Map: 'set', Set: 'add', Array: 'push' } as const;
  /** Shadows the collection's own adding method until a few callers were seen, then takes the shadow away. */
  const trapInsertions = (entry: Tracked, collection: object) => {
    if (entry.type === 'Object' || entry.trap || core.isStopped() || !Object.isExtensible(collection)) return;
    const name = METHODS[entry.type];
    if (Object.hasOwn(collection, name)) return;
    const original = (collection as Record<string, unknown>)[name];
    if (typeof original !== 'function') return;
    const weak = entry.ref;
    const remove = () => {
      const target = weak.deref() as Record<string, unknown> | undefined;
      if (target && target[name] === shadow) delete target[name];
    };
    const shadow = function (this: unknown, ...args: unknown[]) {
      try {
        if (core.isStopped()) remove();
        else {
          const frames = captureStack(shadow);
          // What our own code adds to is ours, however it came into the list.
          if (frames.some((frame) => frame[1] === core.config.url)) entry.isOwn = true;
          else entry.insertions.push(frames);
          if (entry.isOwn || entry.insertions.length >= MAX_INSERTIONS) remove();
        }
      } catch {}
      return original.apply(this, args);
    };
    Object.defineProperty(collection, name, {
      value: shadow,
      configurable: true,
      enumerable: false,
      writable: true,
    });
    entry.trap = remove;
    core.cleanups.push(remove);
  };

  const shapeOf = (value: unknown): string => {
    if (value === null || typeof value !== 'object') return typeof value;
    if (Array.isArray(value)) return 'Array';
    const name = (Object.getPrototypeOf(value) as { constructor?: { name?: unknown } } | null)?.constructor
      ?.name;
    if (typeof name === 'string' && name !== 'Object' && name !== '') return name.slice(0, 100);
    return `{${Object.keys(value).slice(0, 4).join(', ').slice(0, 100)}}`;
  };
  const newestOf = (collection: object, type: Tracked['type'], size: number): string => {
    if (type === 'Array') return shapeOf((collection as unknown[])[size - 1]);
    // Maps and sets keep insertion order but can only be walked from the front: bounded.
    if (size > 200_000) return '';
    let newest: unknown;
    if (type === 'Map') for (const value of (collection as Map<unknown, unknown>).values()) newest = value;
    if (type === 'Set') for (const value of collection as Set<unknown>) newest = value;
    return shapeOf(newest);
  };

  const readCollections = (atMillis: number, trapTop: number): ProbeCollections => {
    const result: ProbeCollections = { growing: [] };
    try {
      for (const entry of tracked) {
        const collection = entry.ref.deref();
        entry.sizes.push(collection ? sizeOf(collection, entry.type, 200_000) : -1);
      }
      readTimes.push(atMillis);
      tracked = tracked.filter((entry) => !entry.isOwn && entry.sizes[entry.sizes.length - 1]! >= 0);
      const growth = (entry: Tracked) => entry.sizes[entry.sizes.length - 1]! - entry.sizes[0]!;
      const growing = tracked
        .filter((entry) => growth(entry) >= 2)
        .sort((a, b) => growth(b) - growth(a))
        .slice(0, 40);
      for (const [rank, entry] of growing.entries()) {
        const collection = entry.ref.deref();
        if (!collection) continue;
        if (rank < trapTop) trapInsertions(entry, collection);
        const size = entry.sizes[entry.sizes.length - 1]!;
        let newest = '';
        let className: string = entry.type;
        try {
          newest = newestOf(collection, entry.type, size);
          className = shapeOf(collection);
        } catch {}
        result.growing.push({
          type: entry.type,
          className: className.startsWith('{') ? 'Object' : className,
          sizes: entry.sizes.map((entries, i) => ({ atMillis: readTimes[i] ?? atMillis, entries })),
          newestEntry: newest,
          insertions: entry.insertions,
        });
      }
    } catch {}
    return result;
  };
  const readTimes: number[] = [];
  core.cleanups.push(() => {
    tracked = [];
  });

  return { census, readCollections, ownHeapBytes: () => tracked.length * 220 };
}

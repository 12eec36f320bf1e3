// A part of the probe (see install-probe.ts: sent as text, whole by itself): what the program can reach, followed from
// open handles, module exports and globals through properties and closures. Unlike a walk over the whole heap it takes
// next to no memory, and it tells by which name a thing is held. Calls no code of the program.
import type { ProbeCore, ProbeHolder, ProbeWalk } from './probe-protocol.ts';
import type { Inspected, ThreadInspector } from './thread-inspector.ts';

export interface ReferenceWalk {
  /**
   * Goes on until everything was seen or the time is up. Functions that hold each other are followed for `longestChain`
   * of them. `visit` hears of each object once, and by which name it is held.
   */
  walk(limits: WalkLimits, visit: Visitor): ProbeWalk;
  /** The same in slices: each call goes on for `millis`; true when all was seen. Holds what is still to be seen. */
  inSlices(limits: SliceLimits, visit: Visitor): (millis: number) => boolean;
}

interface WalkLimits {
  deadlineMillis: number;
  longestChain: number;
}

interface SliceLimits {
  longestChain: number;
  /** Only what plain data leads to, not what functions close over: a tenth of the time. */
  isDataOnly: boolean;
}

type Visitor = (value: object, holder: ProbeHolder) => void;

export function createReferenceWalk(core: ProbeCore, thread: ThreadInspector): ReferenceWalk {
  interface Visit {
    value: object;
    holder: ProbeHolder;
    depth: number;
  }
  type Inspect = (value: object) => Inspected | null;
  const MAX_OBJECTS = 40_000;
  const MAX_DEPTH = 24;
  const MAX_KEYS = 200;
  const SOME_ENTRIES = 40;
  /** Lists of handlers are walked whole, lists of data from their end. */
  const SHORT_LIST = 64;
  const SOME_ITEMS = 6;
  const SOME_INSTANCES = 12;
  const SOME_KEYS = 8;
  const MAX_PLACES = 2_000;
  const LEAST_FUNCTIONS = 5;
  const types: typeof import('node:util').types = (core.load('util') as typeof import('node:util')).types;
  const hasOwn = Object.prototype.hasOwnProperty;
  const sourceOf = Function.prototype.toString;

  const isNative = (fn: object): boolean => sourceOf.call(fn).endsWith('{ [native code] }');
  const nameOf = (value: unknown): string => {
    const data =
      typeof value === 'function' && hasOwn.call(value, 'name')
        ? Object.getOwnPropertyDescriptor(value, 'name')?.value
        : undefined;
    return typeof data === 'string' ? data.slice(0, 100) : '';
  };
  const classOf = (value: object): string => {
    const prototype = Object.getPrototypeOf(value);
    if (prototype === null || types.isProxy(prototype) || !hasOwn.call(prototype, 'constructor')) return '';
    return nameOf(Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value);
  };

  const roots = (push: (value: unknown, holder: ProbeHolder) => void): void => {
    const host = process as unknown as {
      _getActiveHandles?: () => unknown[];
      _getActiveRequests?: () => unknown[];
    };
    for (const list of [host._getActiveHandles, host._getActiveRequests])
      for (const handle of list?.call(process) ?? []) push(handle, { kind: 'handle', name: '', of: '' });
    push((process as unknown as { _events?: unknown })._events, { kind: 'global', name: 'process', of: '' });
    const modules = (core.load('module') as { _cache?: Record<string, { exports?: unknown }> })._cache ?? {};
    for (const key of Object.keys(modules)) {
      const exported = Object.getOwnPropertyDescriptor(modules[key] ?? {}, 'exports')?.value;
      push(exported, { kind: 'exports', name: key.slice(-200), of: '' });
    }
    // What the language brings is not enumerable, what Node brings is a function or has methods of its own.
    for (const name of Object.keys(globalThis)) {
      const value = Object.getOwnPropertyDescriptor(globalThis, name)?.value;
      if (typeof value === 'object' && value !== globalThis) push(value, { kind: 'global', name, of: '' });
    }
  };

  /** Node keeps the signal of a controller in a private field of its own; its getter is no code of the program. */
  const signalOf = (value: object, inspect: Inspect): unknown => {
    if (typeof AbortController !== 'function' || !(value instanceof AbortController)) return undefined;
    const get = Object.getOwnPropertyDescriptor(AbortController.prototype, 'signal')?.get;
    return get && inspect(get)?.place === null ? get.call(value) : undefined;
  };

  const begin = ({ longestChain }: { longestChain: number }, visit: Visitor) => {
    const seen = new Set<object>([globalThis]);
    const queue: Visit[] = [];
    // A library's closures come after the program's own; Node's are left alone: they lead everywhere.
    const libraryFunctions: { fn: object; depth: number }[] = [];
    // Asking the inspector is by far the dearest step: all that plain data leads to comes first.
    const toInspect: Visit[] = [];
    const places = new Map<string, ProbeWalk['functions'][number]>();
    /** Prototypes of the program's own classes, with the instances of each that were looked into. */
    const ownPrototypes = new Map<object, number>();
    const push = (value: unknown, holder: ProbeHolder, depth: number) => {
      if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return;
      if (seen.has(value) || seen.size >= MAX_OBJECTS || depth > MAX_DEPTH || types.isProxy(value)) return;
      seen.add(value);
      queue.push({ value, holder, depth });
    };

    const pushScopes = (fn: object, scopes: object[], depth: number) => {
      const of = nameOf(fn);
      for (const scope of scopes)
        for (const name of Object.keys(scope))
          push(Object.getOwnPropertyDescriptor(scope, name)?.value, { kind: 'variable', name, of }, depth);
    };
    const visitFunction = ({ value: fn, holder, depth }: Visit, inspect: Inspect) => {
      const inspected = isNative(fn) ? null : inspect(fn);
      if (!inspected?.place) return;
      const { scriptId, ...at } = inspected.place;
      const key = `${scriptId}:${at.line}:${at.column}`;
      const place = places.get(key);
      const isChained = place !== undefined && holder.kind === 'variable' && holder.of === place.name;
      if (place) {
        place.count++;
        if (isChained && ++place.chained >= longestChain) return;
      } else if (places.size < MAX_PLACES) places.set(key, { name: nameOf(fn), ...at, count: 1, chained: 0 });
      // Functions that hold each other are a chain of any length, and no deeper for that.
      const next = place ? depth : depth + 1;
      if (at.url.includes('/node_modules/')) libraryFunctions.push({ fn, depth: next });
      else pushScopes(fn, inspected.scopes(), next);
    };

    const visitItems = (list: unknown[], holder: ProbeHolder, depth: number) => {
      const from = list.length <= SHORT_LIST ? 0 : list.length - SOME_ITEMS;
      for (let i = from; i < list.length; i++)
        push(Object.getOwnPropertyDescriptor(list, i)?.value, holder, depth);
    };
    const visitEntries = (entries: Iterator<unknown[]>, holder: ProbeHolder, depth: number) => {
      for (let i = 0; i < SOME_ENTRIES; i++) {
        const { done, value: entry } = entries.next();
        if (done) return;
        push(entry[0], holder, depth);
        push(entry[1], holder, depth);
      }
    };

    const visitProperties = (value: object, depth: number) => {
      const names = Reflect.ownKeys(value);
      const of = typeof value === 'function' ? nameOf(value) : classOf(value);
      for (const key of names.length > MAX_KEYS ? names.slice(-SOME_KEYS) : names) {
        const property = Object.getOwnPropertyDescriptor(value, key);
        const holder: ProbeHolder = { kind: 'property', name: String(key).slice(0, 100), of };
        // An accessor is not called, but what it closes over is looked at.
        push(property?.value ?? property?.get, holder, depth);
      }
    };
    /** The methods of its class and its `#fields`, where the class is the program's: each class is asked about once. */
    const visitClass = (value: object, depth: number, inspect: Inspect) => {
      const prototype = Object.getPrototypeOf(value);
      if (prototype === null || types.isProxy(prototype)) return;
      const of = classOf(value);
      if (!seen.has(prototype)) {
        const maker = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
        const isOwn = typeof maker === 'function' && !isNative(maker) && inspect(maker)?.place;
        if (isOwn) {
          ownPrototypes.set(prototype, 0);
          push(prototype, { kind: 'property', name: 'prototype', of }, depth);
        } else seen.add(prototype);
      }
      const instances = ownPrototypes.get(prototype);
      if (instances === undefined || instances >= SOME_INSTANCES) return;
      ownPrototypes.set(prototype, instances + 1);
      for (const { name, value: field } of inspect(value)?.privateFields() ?? [])
        push(field, { kind: 'property', name: name.slice(0, 100), of }, depth);
    };

    const visitOne = ({ value, holder, depth }: Visit) => {
      visit(value, holder);
      if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) return;
      const entry: ProbeHolder = { ...holder, kind: 'entry' };
      if (Array.isArray(value)) return visitItems(value, entry, depth + 1);
      toInspect.push({ value, holder, depth });
      if (types.isMap(value)) visitEntries(Map.prototype.entries.call(value), entry, depth + 1);
      else if (types.isSet(value)) visitEntries(Set.prototype.entries.call(value), entry, depth + 1);
      visitProperties(value, depth + 1);
    };
    const inspectOne = (visited: Visit, inspect: Inspect) => {
      const { value, holder, depth } = visited;
      if (typeof value === 'function') return visitFunction(visited, inspect);
      visitClass(value, depth + 1, inspect);
      push(signalOf(value, inspect), holder, depth + 1);
    };

    roots((value, holder) => push(value, holder, 0));
    let at = 0;
    let asking = 0;
    const goOn = (inspect: Inspect | null, millis: number): boolean => {
      const from = core.now();
      while (core.now() - from < millis) {
        const next = queue[at];
        const asked = next || !inspect ? undefined : toInspect[asking];
        const library = next || asked || !inspect ? undefined : libraryFunctions.shift();
        if (!next && !asked && !library) return true;
        try {
          if (next) visitOne(next);
          else if (asked && inspect) inspectOne(asked, inspect);
          else if (library && inspect)
            pushScopes(library.fn, inspect(library.fn)?.scopes() ?? [], library.depth);
        } catch {}
        if (next && ++at > 1_000) at -= queue.splice(0, at).length;
        if (asked && ++asking > 1_000) asking -= toInspect.splice(0, asking).length;
      }
      return false;
    };

    return { seen, places, goOn };
  };

  const walk: ReferenceWalk['walk'] = ({ deadlineMillis, longestChain }, visit) => {
    const { seen, places, goOn } = begin({ longestChain }, visit);
    let isWhole = false;
    try {
      thread.during((inspect) => {
        isWhole = goOn(inspect, deadlineMillis);
      });
    } catch {
      // Built without an inspector: there is nothing to follow closures with.
    }
    const functions = [...places.values()]
      .filter(({ count }) => count >= LEAST_FUNCTIONS)
      .sort((a, b) => b.count - a.count)
      .slice(0, 100);
    return { scanned: seen.size, cut: !isWhole, functions };
  };
  const inSlices: ReferenceWalk['inSlices'] = (limits, visit) => {
    const { goOn } = begin(limits, visit);
    if (limits.isDataOnly) return (millis) => goOn(null, millis);
    let how: 'with all scripts' | 'with known scripts' = 'with all scripts';
    return (millis) => {
      let isWhole = false;
      try {
        thread.during((inspect) => {
          isWhole = goOn(inspect, millis);
        }, how);
      } catch {
        return true;
      }
      how = 'with known scripts';
      return isWhole;
    };
  };
  return { walk, inSlices };
}

// A part of the probe (see install-probe.ts: sent as text, whole by itself): what the program can reach, followed from
// open handles, module exports and globals through properties and closures. Unlike a walk over the whole heap it takes
// next to no memory, and it tells by which name a thing is held. Calls no code of the program.
import type { CollectionType, ProbeCore, ProbeHolder, ProbeWalk } from './probe-protocol.ts';

export interface ReferenceWalk {
  /** Goes on until everything was seen or the time is up. `visit` hears of each object once, and by which name it is held. */
  walk(deadlineMillis: number, visit: (value: object, holder: ProbeHolder) => void): ProbeWalk;
}

export function createReferenceWalk(core: ProbeCore): ReferenceWalk {
  interface Visit {
    value: object;
    holder: ProbeHolder;
    depth: number;
  }
  interface Location {
    scriptId: string;
    lineNumber: number;
    columnNumber: number;
  }
  const MAX_OBJECTS = 40_000;
  const MAX_DEPTH = 24;
  const MAX_KEYS = 200;
  const SOME_ENTRIES = 40;
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

  /** The inspector of this very thread, for what only it can see: where functions begin, and their scopes. */
  const openInspector = () => {
    const inspector: typeof import('node:inspector') = core.load('inspector');
    const session = new inspector.Session();
    session.connect();
    const scripts = new Map<string, string>();
    const post = (method: string, params: object): Record<string, never> | undefined => {
      let answer: Record<string, never> | undefined;
      // Answers come before post returns.
      session.post(method, params, (error: unknown, result: unknown) => {
        if (!error) answer = result as Record<string, never>;
      });
      return answer;
    };
    session.on('Debugger.scriptParsed', ({ params }: { params: { scriptId: string; url: string } }) => {
      scripts.set(params.scriptId, params.url);
    });
    // Never pauses, and is off again at once: it only lists the scripts there are.
    post('Debugger.setSkipAllPauses', { skip: true });
    post('Debugger.enable', {});
    post('Debugger.disable', {});
    return { post, scripts, close: () => session.disconnect() };
  };
  type Inspector = ReturnType<typeof openInspector>;

  // The inspector names objects by what an expression gives: for the moment of the question there is a global for it.
  const EXCHANGE = `__culprit_${Math.random().toString(36).slice(2)}`;
  const GROUP = 'culprit-walk';
  let exchanged: unknown;
  const exchange = (...given: unknown[]): unknown => {
    if (given.length > 0) exchanged = given[0];
    return exchanged;
  };

  const RELEASE_EVERY = 16;
  let inspections = 0;
  interface Scope {
    object?: object;
  }
  const inspect = (
    inspector: Inspector,
    fn: object,
  ): {
    location: Location | null;
    scopes: () => Scope[];
    privateFields: { name: string; value?: { objectId?: string } }[];
  } | null => {
    // Scopes are copies: let go of soon enough, they never outlive a minor collection.
    if (++inspections % RELEASE_EVERY === 0)
      inspector.post('Runtime.releaseObjectGroup', { objectGroup: GROUP });
    exchanged = fn;
    const remote = inspector.post('Runtime.evaluate', {
      expression: `${EXCHANGE}()`,
      objectGroup: GROUP,
      silent: true,
    })?.result as { objectId?: string } | undefined;
    const answer = inspector.post('Runtime.getProperties', {
      objectId: remote?.objectId,
      ownProperties: true,
    });
    const properties = answer?.internalProperties as
      | { name: string; value?: { objectId?: string; value?: unknown } }[]
      | undefined;
    const internal = (name: string) => properties?.find((property) => property.name === name)?.value;
    return {
      privateFields: (answer?.privateProperties as never) ?? [],
      location: (internal('[[FunctionLocation]]')?.value as Location | undefined) ?? null,
      scopes() {
        exchanged = undefined;
        inspector.post('Runtime.callFunctionOn', {
          objectId: internal('[[Scopes]]')?.objectId,
          functionDeclaration: `function () { ${EXCHANGE}(this); }`,
          silent: true,
        });
        // An array without a prototype.
        const list = exchanged as ArrayLike<Scope> | undefined;
        return Array.from({ length: list?.length ?? 0 }, (_, i) => list![i]!);
      },
    };
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

  const walk: ReferenceWalk['walk'] = (deadlineMillis, visit) => {
    const from = core.now();
    const seen = new Set<object>([globalThis]);
    const queue: Visit[] = [];
    // A library's closures come after the program's own; Node's are left alone: they lead everywhere.
    const libraryFunctions: { fn: object; depth: number }[] = [];
    const places = new Map<
      string,
      { name: string; url: string; line: number; column: number; count: number }
    >();
    const push = (value: unknown, holder: ProbeHolder, depth: number) => {
      if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return;
      if (seen.has(value) || seen.size >= MAX_OBJECTS || depth > MAX_DEPTH || types.isProxy(value)) return;
      seen.add(value);
      queue.push({ value, holder, depth });
    };

    /** Prototypes of the program's own classes, with the instances of each that were looked into. */
    const ownPrototypes = new Map<object, number>();
    const pushScopes = (fn: object, scopes: () => Scope[], depth: number) => {
      const of = nameOf(fn);
      for (const { object } of scopes()) {
        // The last scope is the global object.
        if (!object || object === globalThis || hasOwn.call(object, 'globalThis')) continue;
        for (const name of Object.keys(object))
          push(Object.getOwnPropertyDescriptor(object, name)?.value, { kind: 'variable', name, of }, depth);
      }
    };
    /** Null for what is not the program's or a library's. */
    const ownUrl = (location: Location | null, inspector: Inspector): string | null => {
      const url = location ? inspector.scripts.get(location.scriptId) : undefined;
      return !url || url.startsWith('node:') || url === core.config.url ? null : url;
    };
    const urlOf = (fn: object, inspector: Inspector): string | null =>
      isNative(fn) ? null : ownUrl(inspect(inspector, fn)?.location ?? null, inspector);
    const visitFunction = (fn: object, depth: number, inspector: Inspector) => {
      if (isNative(fn)) return;
      const seenBy = inspect(inspector, fn);
      const url = ownUrl(seenBy?.location ?? null, inspector);
      if (!seenBy || url === null) return;
      const { scriptId, lineNumber, columnNumber } = seenBy.location!;
      const key = `${scriptId}:${lineNumber}:${columnNumber}`;
      const place = places.get(key);
      if (place) place.count++;
      else if (places.size < MAX_PLACES)
        places.set(key, { name: nameOf(fn), url, line: lineNumber, column: columnNumber, count: 1 });
      // Functions that hold each other are a chain of any length, and no deeper for that.
      const next = place ? depth : depth + 1;
      if (url.includes('/node_modules/')) libraryFunctions.push({ fn, depth: next });
      else pushScopes(fn, seenBy.scopes, next);
    };

    const visitEntries = (value: object, type: CollectionType, outer: ProbeHolder, depth: number) => {
      const holder: ProbeHolder = { ...outer, kind: 'entry' };
      if (type === 'Array') {
        const list = value as unknown[];
        for (let i = Math.max(0, list.length - SOME_ITEMS); i < list.length; i++)
          push(Object.getOwnPropertyDescriptor(list, i)?.value, holder, depth);
        return;
      }
      const entries = (type === 'Map' ? Map : Set).prototype.entries.call(value as never) as Iterator<
        [unknown, unknown]
      >;
      for (let i = 0; i < SOME_ENTRIES; i++) {
        const { done, value: entry } = entries.next();
        if (done) return;
        push(entry[0], holder, depth);
        push(entry[1], holder, depth);
      }
    };

    /** `#fields` of the program's own classes: only the inspector reads them. */
    const visitPrivate = (value: object, of: string, depth: number, inspector: Inspector) => {
      for (const { name, value: remote } of inspect(inspector, value)?.privateFields ?? []) {
        if (!remote?.objectId) continue;
        exchanged = undefined;
        inspector.post('Runtime.callFunctionOn', {
          objectId: remote.objectId,
          functionDeclaration: `function () { ${EXCHANGE}(this); }`,
          silent: true,
        });
        push(exchanged, { kind: 'property', name: String(name).slice(0, 100), of }, depth);
      }
    };

    const visitProperties = (value: object, depth: number, inspector: Inspector) => {
      const names = Reflect.ownKeys(value);
      const of = typeof value === 'function' ? nameOf(value) : classOf(value);
      for (const key of names.length > MAX_KEYS ? names.slice(-SOME_KEYS) : names) {
        const property = Object.getOwnPropertyDescriptor(value, key);
        const holder: ProbeHolder = { kind: 'property', name: String(key).slice(0, 100), of };
        // An accessor is not called, but what it closes over is looked at.
        push(property?.value ?? property?.get, holder, depth);
      }
      if (typeof value === 'function') return;
      const prototype = Object.getPrototypeOf(value);
      pushMethods(prototype, of, depth, inspector);
      const instances = ownPrototypes.get(prototype);
      if (instances === undefined || instances >= SOME_INSTANCES) return;
      ownPrototypes.set(prototype, instances + 1);
      visitPrivate(value, of, depth, inspector);
    };
    /** Of a class of the program. Most objects are of the language's or Node's own classes: each is asked about once. */
    const pushMethods = (prototype: unknown, of: string, depth: number, inspector: Inspector) => {
      if (typeof prototype !== 'object' || prototype === null || seen.has(prototype)) return;
      seen.add(prototype);
      if (types.isProxy(prototype)) return;
      const maker = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
      if (typeof maker !== 'function' || urlOf(maker, inspector) === null) return;
      ownPrototypes.set(prototype, 0);
      seen.delete(prototype);
      push(prototype, { kind: 'property', name: 'prototype', of }, depth);
    };

    /** Node keeps the signal of a controller in a private field of its own; its getter is no code of the program. */
    const signalOf = (() => {
      const get =
        typeof AbortController === 'function'
          ? Object.getOwnPropertyDescriptor(AbortController.prototype, 'signal')?.get
          : undefined;
      return (value: object, inspector: Inspector): unknown =>
        get && value instanceof AbortController && urlOf(get, inspector) === null
          ? get.call(value)
          : undefined;
    })();

    const visitOne = ({ value, holder, depth }: Visit, inspector: Inspector) => {
      visit(value, holder);
      if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) return;
      if (types.isMap(value)) visitEntries(value, 'Map', holder, depth + 1);
      else if (types.isSet(value)) visitEntries(value, 'Set', holder, depth + 1);
      else if (Array.isArray(value)) return visitEntries(value, 'Array', holder, depth + 1);
      else if (typeof value === 'function') visitFunction(value, depth, inspector);
      visitProperties(value, depth + 1, inspector);
      push(signalOf(value, inspector), holder, depth + 1);
    };

    const result: ProbeWalk = { scanned: 0, cut: true, functions: [] };
    let inspector: Inspector | null = null;
    try {
      inspector = openInspector();
      Object.defineProperty(globalThis, EXCHANGE, { value: exchange, configurable: true, enumerable: false });
      roots((value, holder) => push(value, holder, 0));
      let at = 0;
      const isTimeLeft = () => core.now() - from < deadlineMillis;
      while (isTimeLeft()) {
        const next = queue[at++];
        if (next) {
          try {
            visitOne(next, inspector);
          } catch {}
          if (at > 1_000) at -= queue.splice(0, at).length;
          continue;
        }
        const library = libraryFunctions.shift();
        if (!library) {
          result.cut = false;
          break;
        }
        at--;
        pushScopes(library.fn, inspect(inspector, library.fn)?.scopes ?? (() => []), library.depth);
      }
    } catch {
      // Built without an inspector: there is nothing to follow closures with.
    } finally {
      exchanged = undefined;
      delete (globalThis as Record<string, unknown>)[EXCHANGE];
      try {
        inspector?.post('Runtime.releaseObjectGroup', { objectGroup: GROUP });
        inspector?.close();
      } catch {}
    }
    result.scanned = seen.size;
    result.functions = [...places.values()]
      .filter(({ count }) => count >= LEAST_FUNCTIONS)
      .sort((a, b) => b.count - a.count)
      .slice(0, 100);
    return result;
  };
  return { walk };
}

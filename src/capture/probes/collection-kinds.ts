// A part of the probe (see install-probe.ts: sent as text, whole by itself): what kind of collection an object is, how
// much it holds, and what its newest entry looks like. Reads data properties only; runs no code of the program but
// what instanceof may call.
import type { CollectionType } from './probe-protocol.ts';

export interface CollectionKinds {
  /** Null: nothing that holds entries. */
  typeOf(value: object): CollectionType | null;
  /** Entries, or listeners; counting stops at `atMost` where it has to walk. -1: cannot be told. */
  sizeOf(value: object, type: CollectionType, atMost: number): number;
  /** Smaller ones are not worth watching. */
  leastSize(type: CollectionType): number;
  /** A class name, "string", or "{id, name}": never content. */
  shapeOf(value: unknown): string;
  /** Like shapeOf, but functions of one name are told apart by the length of their source. */
  classOf(value: object): string;
  newestOf(value: object, type: CollectionType, size: number): string;
  /** The event with the most listeners, and the array that holds them where there is one. */
  busiestEvent(value: object, type: CollectionType): { name: string; list: unknown[] | null } | null;
}

export function createCollectionKinds(): CollectionKinds {
  const hasOwn = Object.prototype.hasOwnProperty;
  const dataOf = (value: object, key: PropertyKey): unknown =>
    hasOwn.call(value, key) ? Object.getOwnPropertyDescriptor(value, key)?.value : undefined;
  const getterOf = (prototype: object) => Object.getOwnPropertyDescriptor(prototype, 'size')?.get;
  const mapSize = getterOf(Map.prototype);
  const setSize = getterOf(Set.prototype);
  // Node keeps an EventTarget's listeners in a Map under a symbol of its own, one list for each event.
  const listenersKey = (() => {
    try {
      const symbols = Object.getOwnPropertySymbols(new EventTarget());
      return symbols.find((symbol) => symbol.description === 'kEvents');
    } catch {
      return undefined;
    }
  })();
  const MAX_EVENTS = 1_000;

  const eventsOf = (value: object): Record<PropertyKey, unknown> | null => {
    const events = dataOf(value, '_events');
    return typeof events === 'object' ? (events as Record<PropertyKey, unknown> | null) : null;
  };
  const targetListeners = (value: object): Map<string, { size?: unknown }> | null => {
    const lists = listenersKey && dataOf(value, listenersKey);
    return typeof lists === 'object' ? (lists as Map<string, { size?: unknown }> | null) : null;
  };

  const typeOf = (value: object): CollectionType | null => {
    if (value instanceof Map) return 'Map';
    if (value instanceof Set) return 'Set';
    if (Array.isArray(value)) return 'Array';
    const prototype = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) return 'Object';
    if (hasOwn.call(value, '_events') && eventsOf(value)) return 'EventEmitter';
    return listenersKey && hasOwn.call(value, listenersKey) && targetListeners(value) ? 'EventTarget' : null;
  };

  const ownKeyCount = (value: object, atMost: number): number => {
    let count = 0;
    for (const _key in value) if (++count >= atMost) break;
    return count;
  };

  /** Calls `visit` for each event with its number of listeners. */
  const eachEvent = (
    value: object,
    type: CollectionType,
    visit: (name: string, count: number, list: unknown[] | null) => void,
  ): void => {
    if (type === 'EventEmitter') {
      const events = eventsOf(value) ?? {};
      for (const key of Reflect.ownKeys(events).slice(0, MAX_EVENTS)) {
        const listeners = events[key];
        if (!listeners) continue;
        const list = Array.isArray(listeners) ? listeners : null;
        visit(String(key), list ? list.length : 1, list);
      }
    } else {
      const lists = targetListeners(value);
      if (lists)
        Map.prototype.forEach.call(lists, (list: { size?: unknown }, name: unknown) =>
          visit(String(name), typeof list?.size === 'number' ? list.size : 0, null),
        );
    }
  };
  const listenerCount = (value: object, type: CollectionType): number => {
    let count = 0;
    eachEvent(value, type, (_name, listeners) => {
      count += listeners;
    });
    return count;
  };

  const sizeOf: CollectionKinds['sizeOf'] = (value, type, atMost) => {
    if (type === 'Map') return mapSize?.call(value) ?? -1;
    if (type === 'Set') return setSize?.call(value) ?? -1;
    if (type === 'Array') return (value as unknown[]).length;
    return type === 'Object' ? ownKeyCount(value, atMost) : listenerCount(value, type);
  };

  const busiestEvent: CollectionKinds['busiestEvent'] = (value, type) => {
    if (type !== 'EventEmitter' && type !== 'EventTarget') return null;
    let most = 0;
    let busiest: { name: string; list: unknown[] | null } | null = null;
    eachEvent(value, type, (name, listeners, list) => {
      if (listeners <= most) return;
      most = listeners;
      busiest = { name: name.slice(0, 100), list };
    });
    return busiest;
  };

  const shapeOf = (value: unknown): string => {
    if (typeof value === 'function') {
      const name = dataOf(value, 'name');
      return typeof name === 'string' && name !== '' ? `function ${name.slice(0, 90)}` : 'function';
    }
    if (value === null || typeof value !== 'object') return typeof value;
    if (Array.isArray(value)) return 'Array';
    const prototype = Object.getPrototypeOf(value);
    const maker = prototype && dataOf(prototype, 'constructor');
    const name = typeof maker === 'function' ? dataOf(maker, 'name') : undefined;
    if (typeof name === 'string' && name !== 'Object' && name !== '') return name.slice(0, 100);
    const keys: string[] = [];
    for (const key in value) if (keys.push(key.slice(0, 30)) === 4) break;
    return `{${keys.join(', ')}}`;
  };

  const sourceOf = Function.prototype.toString;
  const classOf = (value: object): string =>
    typeof value === 'function' ? `${shapeOf(value)}#${sourceOf.call(value).length}` : shapeOf(value);

  const MAX_WALK = 200_000;
  const newestOf: CollectionKinds['newestOf'] = (value, type, size) => {
    if (type === 'Array') return shapeOf((value as unknown[])[size - 1]);
    if (type === 'EventEmitter') {
      const list = busiestEvent(value, type)?.list;
      return list ? shapeOf(list[list.length - 1]) : '';
    }
    if (type === 'EventTarget' || type === 'Object') return '';
    // Maps and sets keep insertion order but can only be walked from the front: bounded.
    if (size > MAX_WALK) return '';
    let newest: unknown;
    const walk = (entry: unknown) => {
      newest = entry;
    };
    if (type === 'Map') Map.prototype.forEach.call(value, walk);
    else Set.prototype.forEach.call(value, walk);
    return shapeOf(newest);
  };

  const LEAST = { Map: 1, Set: 1, Array: 16, Object: 48, EventEmitter: 4, EventTarget: 4 };
  return { typeOf, sizeOf, leastSize: (type) => LEAST[type], shapeOf, classOf, newestOf, busiestEvent };
}

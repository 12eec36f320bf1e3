// Reads objects of the program without running any of its code: no getter, no `instanceof` that the program defines, no trap
// of a proxy.

type Types = typeof import('node:util').types;

export interface DataReads {
  /** `isProxy`, `isMap` and their like: they look at the inside of an object. */
  types: Types;
  /** Of type "object", and no proxy. */
  isObject(value: unknown): value is object;
  /** An object or a function, and no proxy. */
  hasProperties(value: unknown): value is object;
  /** A data property of the value itself; undefined for accessors, for proxies and for all that has no properties. */
  own(value: unknown, key: PropertyKey): unknown;
  /** Own keys. None of an object that is vast: V8 sorts the keys, half a second a million. */
  keysOf(value: object): PropertyKey[];
  /** Whether to list the keys would hold the program for milliseconds, or run code of it (a proxy); `times` as many keys are as large. */
  isVast(value: object, times?: number): boolean;
  /** A data property of the value or of a prototype; undefined behind an accessor or a proxy. */
  inherited(value: unknown, key: PropertyKey): unknown;
  /** `own` and `inherited`, by the description of a symbol of the value itself. */
  bySymbol(value: unknown, description: string): unknown;
  /** Null also for a proxy, and where the prototype is one. */
  prototypeOf(value: unknown): object | null;
  /** Whether the value has the prototype of this class. */
  isA(value: unknown, maker: unknown): value is object;
  /** The name of a function; "" for anything else, and where the name is no text. */
  nameOf(value: unknown): string;
  /** The name of the constructor that the value's own prototype knows; "Proxy" for proxies, "" for none. */
  classNameOf(value: unknown): string;
  /** Listeners of an EventEmitter, at most so many; one that was added with once() is unwrapped. */
  listenersOf(emitter: unknown, event: PropertyKey, most: number): Listener[];
}

type Listener = (...args: never[]) => unknown;

const MAX_PROTOTYPES = 12;
const LONGEST_NAME = 200;
/** Longer arrays are not listed by keys. */
const LONGEST_LIST = 5_000;
/** V8 finds that a dictionary has no symbols without sorting it: 20 ns a key, where to list them takes 25 times as long. */
const VAST_MILLIS = 0.1;
/** A collection of garbage may fall into one try. */
const VAST_TRIES = 3;

/** `now`: milliseconds, monotonic. */
export function createDataReads(types: Types, now: () => number): DataReads {
  const { isProxy } = types;
  const isObject: DataReads['isObject'] = (value): value is object =>
    typeof value === 'object' && value !== null && !isProxy(value);
  const hasProperties: DataReads['hasProperties'] = (value): value is object =>
    (typeof value === 'object' || typeof value === 'function') && value !== null && !isProxy(value);
  const prototypeOf: DataReads['prototypeOf'] = (value) => {
    const prototype: unknown = hasProperties(value) ? Object.getPrototypeOf(value) : null;
    return hasProperties(prototype) ? prototype : null;
  };
  const own: DataReads['own'] = (value, key) =>
    hasProperties(value) ? Object.getOwnPropertyDescriptor(value, key)?.value : undefined;
  const isVast: DataReads['isVast'] = (value, times = 1) => {
    if (isProxy(value)) return true;
    if (Array.isArray(value)) return value.length > LONGEST_LIST * times;
    if (ArrayBuffer.isView(value)) return value.byteLength > LONGEST_LIST * times;
    for (let i = 0; i < VAST_TRIES; i++) {
      const from = now();
      Object.getOwnPropertySymbols(value);
      if (now() - from < VAST_MILLIS * times) return false;
    }
    return true;
  };
  const inherited: DataReads['inherited'] = (value, key) => {
    let at = value;
    for (let depth = 0; depth < MAX_PROTOTYPES && hasProperties(at); depth++) {
      const property = Object.getOwnPropertyDescriptor(at, key);
      if (property) return property.value;
      at = Object.getPrototypeOf(at);
    }
    return undefined;
  };
  const nameOf: DataReads['nameOf'] = (value) => {
    const name = typeof value === 'function' ? own(value, 'name') : undefined;
    return typeof name === 'string' ? name.slice(0, LONGEST_NAME) : '';
  };
  return {
    types,
    isObject,
    hasProperties,
    own,
    keysOf: (value) => (isVast(value) ? [] : Reflect.ownKeys(value)),
    isVast,
    inherited,
    bySymbol(value, description) {
      if (!hasProperties(value)) return undefined;
      const symbol = Object.getOwnPropertySymbols(value).find((each) => each.description === description);
      return symbol && own(value, symbol);
    },
    prototypeOf,
    isA(value, maker): value is object {
      const wanted = own(maker, 'prototype');
      let at = prototypeOf(value);
      for (let depth = 0; depth < MAX_PROTOTYPES && at && wanted; depth++) {
        if (at === wanted) return true;
        at = prototypeOf(at);
      }
      return false;
    },
    nameOf,
    classNameOf: (value) => (isProxy(value) ? 'Proxy' : nameOf(own(prototypeOf(value), 'constructor'))),
    listenersOf(emitter, event, most) {
      const held = own(inherited(emitter, '_events'), event);
      const list = isObject(held) && Array.isArray(held) ? held : [held];
      return Array.from({ length: Math.min(most, list.length) }, (_, i) => own(list, i)).flatMap((value) => {
        const inner = own(value, 'listener');
        const listener = typeof inner === 'function' ? inner : value;
        return typeof listener === 'function' ? [listener as Listener] : [];
      });
    },
  };
}

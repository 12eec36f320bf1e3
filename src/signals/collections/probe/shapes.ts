// What an object looks like, in a few characters and without its content: a class, or the keys of a plain object.
import type { DataReads } from '../../../probe/objects/data-reads.ts';

export interface Shapes {
  /** A class name, "string", or "{id, name}": never content. */
  shapeOf(value: unknown): string;
  /** Like shapeOf, but functions of one name are told apart by the length of their source. */
  classOf(value: object): string;
}

const LONGEST_CLASS = 100;
const LONGEST_FUNCTION = 90;
const LONGEST_KEY = 30;
const SOME_KEYS = 4;

export function createShapes(reads: DataReads): Shapes {
  const { own, nameOf, types } = reads;
  /** By prototype: a walk over the heap asks for each object. */
  const classNames = new WeakMap<object, string>();
  const classNameOf = (prototype: object): string => {
    let name = classNames.get(prototype);
    if (name === undefined) {
      name = nameOf(own(prototype, 'constructor')).slice(0, LONGEST_CLASS);
      classNames.set(prototype, name);
    }
    return name;
  };
  const shapeOf = (value: unknown): string => {
    if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return typeof value;
    if (types.isProxy(value)) return 'Proxy';
    if (typeof value === 'function') {
      const name = nameOf(value);
      return name ? `function ${name.slice(0, LONGEST_FUNCTION)}` : 'function';
    }
    if (Array.isArray(value)) return 'Array';
    const prototype: object | null = Object.getPrototypeOf(value);
    const name = prototype ? classNameOf(prototype) : '';
    return name && name !== 'Object' ? name : `{${someKeys(value, prototype).join(', ')}}`;
  };
  const someKeys = (value: object, prototype: object | null): string[] => {
    const keys: string[] = [];
    // A loop asks the prototypes, too, one of which may be a proxy.
    if (prototype === null || prototype === Object.prototype) {
      if (reads.isVast(value)) return ['...'];
      for (const key in value) if (keys.push(key.slice(0, LONGEST_KEY)) === SOME_KEYS) break;
      return keys;
    }
    return reads
      .keysOf(value)
      .slice(0, SOME_KEYS)
      .map((key) => String(key).slice(0, LONGEST_KEY));
  };
  return {
    shapeOf,
    classOf(value) {
      const isFunction = typeof value === 'function' && !types.isProxy(value);
      return isFunction
        ? `${shapeOf(value)}#${Function.prototype.toString.call(value).length}`
        : shapeOf(value);
    },
  };
}

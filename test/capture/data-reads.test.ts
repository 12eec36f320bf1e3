// Objects of a program are looked at without running any of its code.
import { EventEmitter } from 'node:events';
import { types } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createDataReads } from '../../src/probe/objects/data-reads.ts';
import { trapped } from '../support/trapped.ts';

const reads = createDataReads(types, () => performance.now());

class Pool {
  size = 4;
  get busy(): number {
    throw new Error('no getter may run');
  }
}
class Child extends Pool {}

describe('a proxy', () => {
  const { proxy, calls } = trapped(new Child());

  test('has no data, no class and no prototype, and hears of nothing', () => {
    expect(reads.isObject(proxy)).toBe(false);
    expect(reads.hasProperties(proxy)).toBe(false);
    expect(reads.own(proxy, 'size')).toBeUndefined();
    expect(reads.inherited(proxy, 'size')).toBeUndefined();
    expect(reads.bySymbol(proxy, 'kHandle')).toBeUndefined();
    expect(reads.prototypeOf(proxy)).toBeNull();
    expect(reads.isA(proxy, Pool)).toBe(false);
    expect(reads.classNameOf(proxy)).toBe('Proxy');
    expect(reads.listenersOf(proxy, 'data', 5)).toEqual([]);
    expect(calls).toEqual([]);
  });

  test('among the prototypes ends the search, and hears of nothing', () => {
    const value = Object.create(proxy, { own: { value: 1 } });
    expect(reads.own(value, 'own')).toBe(1);
    expect(reads.inherited(value, 'size')).toBeUndefined();
    expect(reads.prototypeOf(value)).toBeNull();
    expect(reads.isA(value, Pool)).toBe(false);
    expect(reads.classNameOf(value)).toBe('');
    expect(calls).toEqual([]);
  });

  test('in the place of a class, of listeners or of a function hears of nothing', () => {
    const maker = trapped(Pool);
    expect(reads.isA(new Pool(), maker.proxy)).toBe(false);
    expect(reads.nameOf(maker.proxy)).toBe('');
    expect(reads.listenersOf({ _events: proxy }, 'data', 5)).toEqual([]);
    expect(reads.listenersOf({ _events: { data: trapped([() => {}]).proxy } }, 'data', 5)).toEqual([]);
    expect(maker.calls).toEqual([]);
    expect(calls).toEqual([]);
  });
});

test('data is read, accessors are not run', () => {
  const pool = new Child();
  expect(reads.own(pool, 'size')).toBe(4);
  expect(reads.inherited(pool, 'busy')).toBeUndefined();
  expect(reads.own('text', 'length')).toBeUndefined();
  expect(reads.own(null, 'size')).toBeUndefined();
  expect(reads.bySymbol({ [Symbol('kHandle')]: 7 }, 'kHandle')).toBe(7);
});

test('a class is told by the prototypes, whatever the class says of its instances', () => {
  class Liar {
    kept = true;
    static [Symbol.hasInstance]() {
      throw new Error('no code of the program may run');
    }
  }
  expect(reads.isA(new Child(), Pool)).toBe(true);
  expect(reads.isA(new Liar(), Liar)).toBe(true);
  expect(reads.isA({}, Liar)).toBe(false);
  expect(reads.isA(Pool.prototype, Pool)).toBe(false);
  expect(reads.classNameOf(new Child())).toBe('Child');
  expect(reads.classNameOf(Object.create(null))).toBe('');
  expect(reads.nameOf(class {})).toBe('');
});

test('listeners are unwrapped, up to so many', () => {
  const first = () => {};
  const second = () => {};
  const emitter = new EventEmitter().once('data', first).on('data', second).on('end', second);
  expect(reads.listenersOf(emitter, 'data', 5)).toEqual([first, second]);
  expect(reads.listenersOf(emitter, 'data', 1)).toEqual([first]);
  expect(reads.listenersOf(emitter, 'end', 5)).toEqual([second]);
  expect(reads.listenersOf(emitter, 'close', 5)).toEqual([]);
});

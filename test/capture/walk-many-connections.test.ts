// A walk along references in a process with very many connections: they are all alike, and must not take the place of what
// the program holds.
import { types } from 'node:util';
import { expect, test, vi } from 'vitest';
import { createDataReads } from '../../src/probe/objects/data-reads.ts';
import type { Inspected } from '../../src/probe/objects/thread-inspector.ts';
import { eachRoot } from '../../src/probe/walk/roots.ts';
import { createFunctionVisits } from '../../src/probe/walk/visit-functions.ts';
import { createVisitQueue } from '../../src/probe/walk/visit-queue.ts';

const reads = createDataReads(types, () => 0);
const holder = { kind: 'handle', name: '', of: '' } as const;

test('of each sort of handle some begin it, the oldest and the latest', () => {
  class Handle {
    constructor(
      readonly number: number,
      readonly server?: object,
    ) {}
  }
  const many = (count: number, server?: object) =>
    Array.from({ length: count }, (_, i) => new Handle(i, server));
  const [shop, admin] = [{ name: 'shop' }, { name: 'admin' }];
  const ofShop = many(1_000, shop);
  const [ofAdmin, outbound] = [many(3, admin), many(100)];
  const list = vi
    .spyOn(process as unknown as { _getActiveHandles(): object[] }, '_getActiveHandles')
    .mockReturnValue([...ofShop, ...ofAdmin, ...outbound]);
  const begun: unknown[] = [];
  eachRoot(
    () => ({}) as never,
    { reads, isFar: () => false, thread: { during: () => {} } },
    (value, { kind }) => {
      if (kind === 'handle' && value instanceof Handle) begun.push(value);
    },
  );
  list.mockRestore();
  expect(begun).toEqual([...ofShop.slice(0, 50), ...ofShop.slice(-50), ...ofAdmin, ...outbound]);
});

test('functions that Node makes for each connection are looked into once, bound ones a few times, those of the program always', () => {
  const asked: object[] = [];
  const ofProgram = new Set<object>();
  const inspect = (fn: object): Inspected => {
    asked.push(fn);
    const place = ofProgram.has(fn)
      ? { scriptId: '1', url: 'file:///app/shop.js', line: 7, column: 3 }
      : null;
    return {
      place,
      isOfNode: false,
      scopes: () => [],
      bound: () => [],
      privateFields: () => [],
      target: () => undefined,
    };
  };
  const visits = createFunctionVisits({
    reads,
    queue: createVisitQueue(reads, []),
    nameOf: (value) => reads.nameOf(value),
    longestChain: 32,
    isFar: () => false,
    isPrograms: () => true,
    visitFields: () => {},
    visitPlace: () => {},
    ofNodes: new WeakSet(),
  });
  const visitAll = (fns: readonly object[]) => {
    asked.length = 0;
    for (const value of fns) visits.visit({ value, holder, depth: 0, distance: 0 }, inspect);
    return asked.length;
  };
  const onTimeout = () => () => 'timeout';
  const handle = () => () => 'handle';
  function onData() {}
  const hundred = <T extends object>(make: () => T) => Array.from({ length: 100 }, make);
  const handlers = hundred(handle);
  for (const fn of handlers) ofProgram.add(fn);
  expect(visitAll(hundred(onTimeout))).toBe(1);
  expect(visitAll(hundred(() => onData.bind({})))).toBe(12);
  expect(visitAll(handlers)).toBe(100);
  expect([...visits.places.values()]).toMatchObject([{ url: 'file:///app/shop.js', count: 100 }]);
});

// A walk along references meets very many functions, and to ask the inspector about one is by far its dearest step: which it
// asks about first, and which twice in no case.
import { types } from 'node:util';
import { expect, test } from 'vitest';
import { createDataReads } from '../../src/probe/objects/data-reads.ts';
import type { Inspected } from '../../src/probe/objects/thread-inspector.ts';
import { createFunctionVisits } from '../../src/probe/walk/visit-functions.ts';
import { createVisitQueue, type Visit } from '../../src/probe/walk/visit-queue.ts';

const reads = createDataReads(types, () => 0);

interface Known {
  url: string;
  line?: number;
  closesOver?: object;
}

/** A walk in which the inspector knows these functions; those without are Node's. */
function walk(known: Map<object, Known>, { names = [] as string[], ofNodes = new WeakSet<object>() } = {}) {
  const queue = createVisitQueue(reads, names);
  const asked: object[] = [];
  const met: object[] = [];
  const inspect = (fn: object): Inspected => {
    asked.push(fn);
    const at = known.get(fn);
    return {
      place: at ? { scriptId: '1', url: at.url, line: at.line ?? 7, column: 3 } : null,
      isOfNode: !at,
      scopes: () => (at?.closesOver ? [at.closesOver] : []),
      bound: () => [],
      privateFields: () => [],
      target: () => undefined,
    };
  };
  const isLibrary = ({ url }: { url: string }) => url.includes('node_modules');
  const functions = createFunctionVisits({
    reads,
    queue,
    nameOf: (value) => reads.nameOf(value),
    longestChain: 32,
    isFar: isLibrary,
    isPrograms: (place) => !isLibrary(place),
    visitFields: () => {},
    visitPlace: () => {},
    ofNodes,
  });
  const push = (value: object, name: string, owner?: object) =>
    queue.push(value, { kind: 'property', name, of: '' }, { depth: 0, distance: 0, ...(owner && { owner }) });
  const run = () => {
    for (let step = queue.next(true); step; step = queue.next(true)) {
      const { value } = step.visit as Visit;
      if (step.kind === 'inspect') functions.visit(step.visit, inspect);
      else {
        met.push(value);
        if (typeof value === 'function') queue.pushToInspect(step.visit);
      }
    }
  };
  return { push, run, asked, met };
}

test('what many functions of one place close over comes after what all others do, and is not left out', () => {
  const known = new Map<object, Known>();
  const { push, run, met } = walk(known);
  const kept = Array.from({ length: 40 }, (_, i) => ({ module: i }));
  for (const object of kept) {
    const accept = () => object;
    known.set(accept, { url: 'file:///app/hot.js', closesOver: { object } });
    push(accept, 'accept');
  }
  const sessions = { sessions: true };
  const remember = () => sessions;
  known.set(remember, { url: 'file:///app/sessions.js', line: 9, closesOver: { sessions } });
  push(remember, 'remember');
  run();
  const objects = met.filter((value) => typeof value !== 'function');
  expect(objects.indexOf(sessions)).toBe(12);
  expect(new Set(objects)).toEqual(new Set([...kept, sessions]));
});

test('functions in one object with four of Node’s come after all others; those of Node’s are not asked about in the next walk', () => {
  const fs = Object.fromEntries(
    Array.from({ length: 30 }, (_, i) => [`fn${i}`, Function(`return ${i}`) as () => void]),
  );
  const own = () => 'own';
  const patched = () => 'patched';
  const all: Record<string, () => void> = { ...fs, patched };
  const known = new Map<object, Known>([
    [own, { url: 'file:///app/own.js' }],
    [patched, { url: 'file:///app/node_modules/graceful/index.js' }],
  ]);
  const ofNodes = new WeakSet<object>();
  const ask = () => {
    const { push, run, asked } = walk(known, { ofNodes });
    for (const [name, fn] of Object.entries(all)) push(fn, name, all);
    push(own, 'own');
    run();
    return asked;
  };
  const first = ask();
  expect(first.slice(0, 5)).toEqual([...Object.values(fs).slice(0, 4), own]);
  expect(first).toContain(patched);
  expect(new Set(ask())).toEqual(new Set([own, patched]));
});

test('a getter without a name that exports a function that comes first comes first, and what is two functions from there', () => {
  const known = new Map<object, Known>();
  const { push, run, met } = walk(known, { names: ['remember'] });
  const [sessions, orders, far, plain] = ['sessions', 'orders', 'far', 'plain'].map((name) => ({ name }));
  const anonymous = (closesOver: object, url: string, line: number) => {
    const fn = [() => closesOver][0]!;
    Object.defineProperty(fn, 'name', { value: '' });
    known.set(fn, { url, line, closesOver });
    return fn;
  };
  const farther = anonymous({ far }, 'file:///app/far.js', 5);
  const beyond = anonymous({ farther }, 'file:///app/beyond.js', 4);
  const ship = anonymous({ orders, beyond }, 'file:///app/orders.js', 3);
  const getter = anonymous({ sessions, ship }, 'file:///app/sessions.js', 2);
  const other = anonymous({ plain }, 'file:///app/other.js', 1);
  push(other, 'other');
  push(getter, 'remember');
  run();
  expect(met.filter((value) => typeof value !== 'function')).toEqual([sessions, orders, plain, far]);
});

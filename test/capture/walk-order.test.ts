// Where a walk along references begins: with what allocates the objects that stay, functions by their names and modules by their files.
import { types } from 'node:util';
import { expect, test } from 'vitest';
import { type AllocationNode, allocatingPlaces } from '../../src/capture/thread/allocating-places.ts';
import { createDataReads } from '../../src/probe/objects/data-reads.ts';
import { eachRoot } from '../../src/probe/walk/roots.ts';
import { createVisitQueue } from '../../src/probe/walk/visit-queue.ts';

const node = (at: string, selfSize: number, ...children: AllocationNode[]): AllocationNode => {
  const [functionName = '', url = '', line = '0'] = at.split('@');
  const callFrame = { functionName, url, lineNumber: Number(line), columnNumber: 4 };
  return { callFrame, selfSize, children };
};
const chain = (first: AllocationNode, ...above: string[]) =>
  above.reduce((child, at) => node(at, 0, child), first);

test('those on the stacks that hold most, innermost first, up to the program; neither Node’s nor ours nor nameless ones', () => {
  const leak = chain(
    node('@file:///app/node_modules/cache/index.js', 900),
    'add@/app/node_modules/cache/index.js',
    'remember@/app/src/sessions.js',
    'Shop.answer@/app/src/shop.js',
    '@file:///app/node_modules/router/index.js@7',
    'emit@node:events',
    'start@/app/src/main.js',
    'run@/app/node_modules/runner/index.js@9',
  );
  const others = Array.from({ length: 20 }, (_, i) => node(`other${i}@/app/src/others.js`, 100 - i));
  const root = node('(root)@', 0, leak, node('sample@culprit:probe', 800), ...others);
  expect(allocatingPlaces(root)).toEqual({
    names: ['add', 'remember', 'answer', ...[0, 1, 2, 3, 4, 5].map((i) => `other${i}`)],
    files: [
      '/app/node_modules/cache/index.js',
      '/app/src/sessions.js',
      '/app/src/shop.js',
      '/app/src/others.js',
    ],
    callers: ['/app/node_modules/router/index.js:7:4', '/app/node_modules/runner/index.js:9:4'],
  });
});

test('a stack of any depth', () => {
  let deep = node('leaf@/app/a.js', 5);
  for (let i = 0; i < 50_000; i++) deep = node(`step${i}@/app/a.js`, 0, deep);
  const { names, files } = allocatingPlaces(node('(root)@', 0, deep));
  expect([names[0], names.length, files]).toEqual(['leaf', 64, ['/app/a.js']]);
});

test('functions with these names come before all else, and are near; of one name not without end', () => {
  const queue = createVisitQueue(
    createDataReads(types, () => 0),
    ['remember'],
  );
  const far = { depth: 0, distance: 3 };
  const holder = { kind: 'property', name: 'x', of: '' } as const;
  const plain = { plain: true };
  queue.push(plain, holder, { depth: 0, distance: 0 });
  const named = Array.from({ length: 60 }, () => function remember() {});
  for (const fn of named) queue.push(fn, holder, far);
  const order: unknown[] = [];
  for (let step = queue.next(true); step; step = queue.next(true)) {
    order.push(step.visit.value);
    if (step.visit.value === named[0]) expect(step.visit).toMatchObject({ distance: 0, isFirst: true });
  }
  expect(order).toEqual([...named.slice(0, 50), plain, ...named.slice(50)]);
});

test('modules of libraries come late, but for those that allocate what stays', () => {
  const reads = createDataReads(types, () => 0);
  const cacheOf = (...files: string[]) =>
    Object.fromEntries(files.map((file) => [file, { exports: { file } }]));
  const _cache = cacheOf(
    '/app/server.js',
    '/app/node_modules/cache/index.js',
    '/app/node_modules/router/index.js',
  );
  const distances: [name: string, distance: number][] = [];
  eachRoot(
    (name) => (name === 'module' ? { _cache } : {}) as never,
    {
      reads,
      isFar: (file) => file === '/app/node_modules/router/index.js',
      thread: { during: () => {} },
    },
    (_value, { kind, name }, distance) => {
      if (kind === 'exports') distances.push([name, distance]);
    },
  );
  expect(distances).toEqual([
    ['/app/server.js', 0],
    ['/app/node_modules/cache/index.js', 0],
    ['/app/node_modules/router/index.js', 2],
  ]);
});

test('ES modules are roots by their namespaces, but for those of Node and those that were never linked', () => {
  const reads = createDataReads(types, () => 0);
  const register = () => {};
  const loaded = (getNamespace: () => object) => ({ javascript: { module: { getNamespace } } });
  const unlinked = () => {
    throw new Error('ERR_VM_MODULE_STATUS');
  };
  const app = { dispatch() {} };
  const router = { route() {} };
  const loadCache = new Map<string, object>([
    ['file:///app/src/dispatch%20all.mjs', loaded(() => app)],
    ['file:///app/node_modules/router/index.js', loaded(() => router)],
    ['file:///app/broken.mjs', loaded(unlinked)],
    ['file:///app/data.json', { json: {} }],
    ['node:fs', loaded(() => ({}))],
  ]);
  const told: [name: string, value: unknown, distance: number][] = [];
  eachRoot(
    (name) => (name === 'module' ? { register } : {}) as never,
    {
      reads,
      isFar: (file) => file === '/app/node_modules/router/index.js',
      thread: {
        during: (work) =>
          work((value) =>
            value === register ? ({ scopes: () => [{ cascadedLoader: { loadCache } }] } as never) : null,
          ),
      },
    },
    (value, { kind, name }, distance) => {
      if (kind === 'exports' && value) told.push([name, value, distance]);
    },
  );
  expect(told).toEqual([
    ['/app/src/dispatch all.mjs', app, 0],
    ['/app/node_modules/router/index.js', router, 2],
  ]);
});

test('what timers call is a root, of some of each duration, and what they call it with', () => {
  const reads = createDataReads(types, () => 0);
  const clearTimeout = () => {};
  const sweep = () => {};
  const sessions = new Map();
  const closing = Array.from({ length: 20 }, () => () => {});
  const listOf = (timers: object[]) => {
    const list = {};
    const linked = [list, ...timers, list] as { _idleNext?: object }[];
    for (const [i, timer] of linked.slice(0, -1).entries()) timer._idleNext = linked[i + 1]!;
    return list;
  };
  const timerListMap = {
    5000: listOf(closing.map((_onTimeout) => ({ _onTimeout }))),
    60000: listOf([{ _onTimeout: sweep, _timerArgs: [sessions] }]),
    90000: listOf([{ _onTimeout: null }]),
  };
  const begun: unknown[] = [];
  eachRoot(
    (name) => (name === 'timers' ? { clearTimeout } : {}) as never,
    {
      reads,
      isFar: () => false,
      thread: {
        during: (work) =>
          work((value) => (value === clearTimeout ? ({ scopes: () => [{ timerListMap }] } as never) : null)),
      },
    },
    (value, { kind }) => {
      if (kind === 'handle') begun.push(value);
    },
  );
  expect(begun.filter((value) => closing.includes(value as () => void))).toEqual(closing.slice(0, 5));
  expect(begun).toContain(sweep);
  expect(begun).toContainEqual([sessions]);
  expect(begun).not.toContain(null);
});

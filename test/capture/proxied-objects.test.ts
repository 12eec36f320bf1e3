// Programs put proxies around servers, messages, timers and pools. No probe calls a trap of one.
import { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import http from 'node:http';
import { createRequire } from 'node:module';
import net from 'node:net';
import { types } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { readServers, readWaitingRequests } from '../../src/capture/settings/probe/open-handles.ts';
import { createTimeoutReads } from '../../src/capture/settings/probe/timeout-reads.ts';
import type { Load } from '../../src/probe/load.ts';
import { createDataReads } from '../../src/probe/objects/data-reads.ts';
import { createCollectionKinds } from '../../src/signals/collections/probe/collection-kinds.ts';
import { createHandleWords } from '../../src/signals/keep-alive/probe/handle-words.ts';
import { createPoolShapes } from '../../src/signals/pools/probe/pool-shapes.ts';
import { useProbes, walkWith } from '../support/probe-here.ts';
import { trapped } from '../support/trapped.ts';

const load: Load = createRequire(import.meta.url) as NodeJS.Require & Load;
const reads = createDataReads(types, () => performance.now());
const words = createHandleWords(load, reads);
const undo: (() => unknown)[] = [];
afterEach(() => {
  for (const step of undo.splice(0)) step();
});

describe('what keeps a process alive', () => {
  const timer = setTimeout(() => {}, 1_000);
  clearTimeout(timer);

  test.each<[string, object]>([
    ['server', net.createServer()],
    ['HTTP server', http.createServer()],
    ['socket', new net.Socket()],
    ['child process', new ChildProcess()],
    ['timer', timer],
    ['emitter', new EventEmitter().on('data', () => {})],
    ['object', { spawnargs: ['sh'], _events: {} }],
  ])('names a proxied %s without calling a trap', (_, target) => {
    const { proxy, calls } = trapped(target);
    expect(words.isChildProcess(proxy)).toBe(false);
    expect(words.ofHandle(proxy)).toMatchObject({ kind: 'other', className: 'Proxy', functions: [] });
    expect(words.ofRequest(proxy)).toMatchObject({ kind: 'request', className: 'Proxy', functions: [] });
    expect(words.ofTimer(proxy)).toBeNull();
    expect(words.ofWorker(proxy)).toBeNull();
    expect(calls).toEqual([]);
  });

  test('reads a socket whose parts are proxies without calling a trap', () => {
    const parts = [
      '_handle',
      '_httpMessage',
      'server',
      '_events',
      'parser',
      '_readableState',
      '_writableState',
    ];
    const all = parts.map((name) => ({ name, ...trapped({ reading: true, _events: { data() {} } }) }));
    const socket = Object.create(net.Socket.prototype, {
      connecting: { value: true },
      ...Object.fromEntries(all.map(({ name, proxy }) => [name, { value: proxy }])),
    });
    expect(words.ofHandle(socket)).toEqual({
      kind: 'socket',
      className: 'Socket',
      what: '',
      example: '',
      state: 'connecting',
      delay: -1,
      functions: [],
    });
    expect(all.flatMap(({ calls }) => calls)).toEqual([]);
  });

  test('does not ask a handle that has methods of the program', () => {
    const called: string[] = [];
    const server = Object.create(net.Server.prototype, {
      _handle: { value: { getsockname: () => called.push('getsockname') } },
    });
    expect(words.ofHandle(server)).toMatchObject({ kind: 'server', what: '' });
    expect(called).toEqual([]);
  });
});

describe('settings', () => {
  test('are read past proxied handles, servers and requests', () => {
    const server = trapped(http.createServer());
    const handle = trapped({ server: server.proxy, _httpMessage: server.proxy });
    const plain = { server: server.proxy, _httpMessage: server.proxy };
    const host = process as unknown as Record<string, () => unknown[]>;
    const original = host._getActiveHandles!;
    undo.push(() => {
      host._getActiveHandles = original;
    });
    host._getActiveHandles = () => [server.proxy, handle.proxy, plain];
    expect(readServers(load, reads)).toEqual({ servers: [], moreServers: 0 });
    const { requests } = readWaitingRequests(load, reads, createTimeoutReads(reads));
    expect(requests.size).toBe(0);
    expect([...server.calls, ...handle.calls]).toEqual([]);
  });
});

describe('collections and pools', () => {
  const kinds = createCollectionKinds(reads);
  const shapes = createPoolShapes(reads);

  test.each<[string, object]>([
    ['Map', new Map([[1, 2]])],
    ['array', [1, 2, 3]],
    ['object', { a: 1 }],
    ['function', () => {}],
  ])('a proxied %s is none, and hears of nothing', (_, target) => {
    const { proxy, calls } = trapped(target);
    expect(kinds.typeOf(proxy)).toBeNull();
    expect(kinds.classOf(proxy)).toBe('Proxy');
    expect(shapes.countOf(proxy)).toBeUndefined();
    expect(shapes.itemsOf(proxy, 10)).toEqual([]);
    expect(shapes.listsByName(proxy)).toBeNull();
    expect(calls).toEqual([]);
  });

  test('an object with a proxied prototype has its own keys for a shape', () => {
    const { proxy, calls } = trapped({ inherited: 1 });
    expect(kinds.classOf(Object.create(proxy, { own: { value: 1, enumerable: true } }))).toBe('{own}');
    expect(calls).toEqual([]);
  });
});

describe('a whole probe', () => {
  const install = useProbes();

  test('walks and counts a heap with proxies in it without calling a trap', () => {
    const held = [
      trapped(new Map()),
      trapped({ waiting: [], used: [], max: 2 }),
      trapped([]),
      trapped(() => {}),
    ];
    const proxies = held.map(({ proxy }) => proxy);
    const kept = { proxies, below: Object.create(held[1]!.proxy), [Symbol('kEvents')]: proxies[0] };
    (globalThis as Record<string, unknown>).keptForTest = kept;
    undo.push(() => delete (globalThis as Record<string, unknown>).keptForTest);
    const probe = install();
    walkWith(probe, 10_000, 3);
    probe.census([kept, kept.below, proxies, ...proxies], 1_000);
    probe.findPools(1_000, false);
    probe.readPools();
    probe.readCollections(0, 10);
    expect(held.flatMap(({ calls }) => calls)).toEqual([]);
  });
});

// The probe by itself, evaluated here as it is in a target: it must never throw, must hold little, and must leave
// nothing behind when it stops.
import { EventEmitter, once, setMaxListeners } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import v8 from 'node:v8';
import vm from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import { probeSource } from '../../src/probe/expressions.ts';
import type { ProbeHandle } from '../../src/probe/probe-protocol.ts';
import { check } from '../support/known-defects.ts';
import { CONFIG, useProbes, walkWith } from '../support/probe-here.ts';

const install = useProbes();

v8.setFlagsFromString('--expose-gc');
const collectGarbage = vm.runInNewContext('gc') as () => void;

/** Node hands over what it has observed in an immediate. */
async function nextEntries(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await setImmediate();
}

/** Reads collections as the decoder takes them: each read adds what is new. */
function createReader(probe: ProbeHandle) {
  const told = new Map<number, ReturnType<ProbeHandle['readCollections']>['growing'][number]>();
  return (atMillis: number, trapTop: number) =>
    probe.readCollections(atMillis, trapTop).growing.map((growing) => {
      const { sizes = [], insertions = [] } = told.get(growing.id) ?? {};
      const merged = {
        ...growing,
        sizes: [...sizes, ...growing.sizes],
        insertions: [...insertions, ...growing.insertions],
      };
      told.set(growing.id, merged);
      return merged;
    });
}

describe('the probe', () => {
  it('reports memory, heap limit and event loop of the thread it is in', () => {
    const sample = install().sample();
    expect(sample.memory?.heapUsedBytes).toBeGreaterThan(1e6);
    expect(sample.memory?.heapLimitBytes).toBeGreaterThan(sample.memory!.heapUsedBytes);
    expect(sample.stopped).toBe(false);
  });

  it('answers nothing but "stopped" after stop, and may be stopped twice', () => {
    const probe = install();
    probe.stop();
    probe.stop();
    expect(probe.sample()).toEqual({ stopped: true });
  });

  it('counts what held the loop until the inspector was done, also where the loop turned before', async () => {
    const probe = install();
    probe.ownPauseBegins('read heap profile');
    await sleep(20);
    const until = performance.now() + 60;
    while (performance.now() < until);
    probe.ownPauseEnds();
    const step = probe.ownSteps().find(({ step: name }) => name === 'read heap profile');
    expect(step?.longestMillis).toBeGreaterThan(50);
  });

  it('counts collections again after pauses of culprit that overlapped', async () => {
    const probe = install();
    probe.ownPauseBegins('census');
    walkWith(probe);
    collectGarbage();
    probe.ownPauseEnds();
    await nextEntries();
    expect(probe.sample().gc).toMatchObject({ majorCount: 0 });
    collectGarbage();
    await nextEntries();
    expect(probe.sample().gc).toMatchObject({ majorCount: 1 });
  });

  it('reads once what several collections of one turn left, and never after a long turn', async () => {
    const probe = install();
    const leftAfter = async (turn: () => void) => {
      turn();
      await nextEntries();
      return probe.sample().collected?.length;
    };
    const twice = () => [collectGarbage(), collectGarbage()];
    const withLongTurn = () => {
      collectGarbage();
      const until = performance.now() + 150;
      while (performance.now() < until);
    };
    expect(await leftAfter(twice)).toBe(1);
    expect(await leftAfter(withLongTurn)).toBe(0);
  });

  it('adds no global and leaves Error as it was', () => {
    const names = Object.getOwnPropertyNames(globalThis);
    const prepare = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
    const limit = Error.stackTraceLimit;
    const probe = install();
    const timer = setInterval(() => {}, 1_000);
    clearInterval(timer);
    probe.readAsync();
    probe.stop();
    expect(Object.getOwnPropertyNames(globalThis)).toEqual(names);
    expect(Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace')).toEqual(prepare);
    expect(Error.stackTraceLimit).toBe(limit);
  });

  it('names the code that makes a timer, and counts it as alive until it is cleared', () => {
    const probe = install();
    const timer = setInterval(function tickForTest() {}, 1_000);
    const site = probe
      .readAsync()
      .sites.find(({ frames }) => frames.some((frame) => String(frame[1]).includes('probe.test')))!;
    expect(site).toMatchObject({ type: 'Timeout', repeats: true, delay: 1_000, made: 1, alive: 1 });
    clearInterval(timer);
    const later = probe.readAsync().sites.find(({ id }) => id === site.id);
    // The stack was told once.
    expect(later).toMatchObject({ made: 1, alive: 0, frames: [] });
  });

  it('asks nothing of a native handle while it is being made, however many there are', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const probe = install({ asyncStacksPerSecond: 10_000 });
    const sockets = Array.from({ length: 400 }, () => connect(port, '127.0.0.1').on('error', () => {}));
    await once(sockets.at(-1)!, 'connect');
    const made = probe.readAsync().sites.filter(({ type }) => type === 'TCPWRAP');
    expect(Math.max(...made.map((site) => site.made))).toBeGreaterThan(120);
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  it('says why when built-in modules are out of reach, and leaves nothing behind', () => {
    const evaluate = new Function('require', `return ${probeSource(CONFIG)}`);
    const refuse = () => {
      throw new Error('not here');
    };
    expect(evaluate(refuse)).toMatch(/could not be installed: not here/);
  });
});

describe('watching collections', () => {
  it('catches who adds to a growing map, then gives the map its own method back', () => {
    const probe = install();
    const sessions = new Map([['a', 1]]);
    probe.census([sessions], 1_000);
    const read = createReader(probe);
    read(0, 4);
    for (let i = 0; i < 3; i++) sessions.set(`b${i}`, i);
    read(1_000, 4);
    expect(Object.hasOwn(sessions, 'set')).toBe(true);
    for (let i = 0; i < 10; i++) sessions.set(`c${i}`, i);
    const [growing] = read(2_000, 4);
    expect(growing).toMatchObject({ type: 'Map', newestEntry: 'number' });
    expect(growing!.sizes.map(({ entries }) => entries)).toEqual([1, 4, 14]);
    expect(growing!.insertions.length).toBe(6);
    expect(Object.hasOwn(sessions, 'set')).toBe(false);
    expect(sessions.size).toBe(14);
  });

  it('takes its trap away when it stops, and the collection works on', () => {
    const probe = install();
    const queue: number[] = Array.from({ length: 20 }, (_, i) => i);
    probe.census([queue], 1_000);
    probe.readCollections(0, 4);
    queue.push(1, 2);
    probe.readCollections(1_000, 4);
    expect(Object.hasOwn(queue, 'push')).toBe(true);
    probe.stop();
    expect(Object.hasOwn(queue, 'push')).toBe(false);
    expect(queue.push(3)).toBe(23);
  });

  it('does not touch frozen collections, nor ones whose method is the program’s own', () => {
    const probe = install();
    const frozen = Object.freeze(new Map([['a', 1]]));
    const own = new Set([1]);
    const add = () => own;
    Object.defineProperty(own, 'add', { value: add, configurable: true });
    probe.census([frozen, own], 1_000);
    probe.readCollections(0, 4);
    Map.prototype.set.call(frozen, 'b', 2);
    Map.prototype.set.call(frozen, 'c', 3);
    Set.prototype.add.call(own, 2);
    Set.prototype.add.call(own, 3);
    probe.readCollections(1_000, 4);
    expect(Object.hasOwn(frozen, 'set')).toBe(false);
    expect(own.add).toBe(add);
  });

  check('among more classes than can be counted, what accumulates is still counted and watched', () => {
    const probe = install();
    const named = Array.from({ length: 8_000 }, (_, i) => ({ [`fn${i}`]: () => i })[`fn${i}`]!);
    const piledUp = Array.from(
      { length: 500 },
      (_, i) =>
        function pileUp() {
          return i;
        },
    );
    const byId: Record<string, number> = {};
    for (let i = 0; i < 500; i++) byId[`order${i}`] = i;
    // As V8 lists them: the old first, and modules are older than what leaks.
    const { classes } = probe.census([...named, ...piledUp, byId], 10_000);
    expect(classes.find(([name]) => name.startsWith('function pileUp#'))?.[1]).toBeGreaterThan(400);
    probe.readCollections(0, 0);
    for (let i = 500; i < 900; i++) byId[`order${i}`] = i;
    expect(probe.readCollections(1, 0).growing.map(({ type }) => type)).toEqual(['Object']);
  });

  it('keeps names short, whatever the program calls its things', () => {
    const probe = install();
    for (const name of ['x'.repeat(2 ** 20), '\x1b[31m</script>\ud800'.repeat(5_000), '__proto__']) {
      const Hostile = { [name]: class {} }[name] as new () => object;
      const emitter = Object.defineProperty(new EventEmitter().setMaxListeners(0), 'constructor', {
        value: Hostile,
      });
      const byId: Record<string, unknown> = {};
      const held = new Map<string, unknown>();
      const grow = (from: number, to: number) => {
        for (let i = from; i < to; i++) {
          emitter.on(name, { [name]: () => i }[name] as () => void);
          byId[`${i}${name}`] = new Hostile();
          held.set(`${i}${name}`, { [name]: i, [`${name}2`]: i });
        }
      };
      grow(0, 60);
      const census = probe.census(
        [emitter, byId, held, ...held.values(), ...Object.values(byId)] as object[],
        5_000,
      );
      probe.readCollections(0, 4);
      grow(60, 70);
      const read = probe.readCollections(1, 4);
      grow(70, 75);
      for (const said of [census, read, probe.readCollections(2, 4)])
        expect(JSON.stringify(said).length).toBeLessThan(30_000);
      expect(read.growing.length).toBeGreaterThan(0);
    }
    expect(JSON.stringify(walkWith(probe)).length).toBeLessThan(1_000_000);
  });

  /** Lets `grow` be called often enough for a collection to be watched, and returns what was seen of it. */
  const watch = (value: object, grow: (i: number) => void) => {
    const probe = install();
    for (let i = 0; i < 60; i++) grow(i);
    probe.census([value], 1_000);
    const read = createReader(probe);
    read(0, 4);
    for (let i = 60; i < 70; i++) grow(i);
    read(1_000, 4);
    return { probe, read: () => read(2_000, 4)[0]! };
  };

  it('catches who adds new keys to a plain object, and gives it its prototype back', () => {
    const byId: Record<string, unknown> = {};
    const { read } = watch(byId, (i) => {
      byId[`before${i}`] = i;
    });
    expect(Object.getPrototypeOf(byId)).not.toBe(Object.prototype);
    byId.before0 = 'an old key is no insertion';
    expect('toString' in byId && byId.constructor === Object).toBe(true);
    function remember(i: number) {
      byId[`new${i}`] = i;
    }
    remember(0);
    expect(Object.getPrototypeOf(byId)).toBe(Object.prototype);
    // One call each time it is looked at, a few in all.
    for (let i = 1; i < 10; i++) {
      read();
      remember(i);
    }
    const { type, insertions } = read();
    expect([type, insertions.length]).toEqual(['Object', 6]);
    for (const frames of insertions) expect(frames[0]![0]).toBe('remember');
    expect(Object.getPrototypeOf(byId)).toBe(Object.prototype);
    expect(Object.keys(byId)).toHaveLength(80);
  });

  it('leaves a plain object that was frozen meanwhile as usable as any', () => {
    const byId: Record<string, unknown> = {};
    const { probe, read } = watch(byId, (i) => {
      byId[`k${i}`] = i;
    });
    Object.freeze(byId);
    probe.stop();
    expect(byId.k5).toBe(5);
    expect(`${byId}`).toBe('[object Object]');
    expect(() => {
      byId.more = 1;
    }).toThrow(TypeError);
    expect(read()).toBeUndefined();
  });

  it('names the event with the most listeners on an emitter, and who adds them', () => {
    const emitter = new EventEmitter().setMaxListeners(0);
    emitter.on('rare', () => {});
    const { read } = watch(emitter, () => emitter.on('order', () => {}));
    function follow() {
      emitter.on('order', function onOrder() {});
    }
    for (let i = 0; i < 10; i++) follow();
    const growing = read();
    expect(growing).toMatchObject({ type: 'EventEmitter', className: 'EventEmitter', event: 'order' });
    expect(growing.newestEntry).toBe('function onOrder');
    expect(growing.insertions[0]!.map(([name]) => name)).toContain('follow');
    expect(growing.sizes.map(({ entries }) => entries)).toEqual([61, 71, 81]);
    expect(emitter.emit('order')).toBe(true);
  });

  it('counts the listeners of an abort signal, and catches who adds them', () => {
    const { signal } = new AbortController();
    setMaxListeners(0, signal);
    const { read } = watch(signal, () => signal.addEventListener('abort', () => {}));
    expect(Object.hasOwn(signal, 'addEventListener')).toBe(true);
    for (let i = 0; i < 10; i++) signal.addEventListener('abort', () => {});
    expect(read()).toMatchObject({ type: 'EventTarget', className: 'AbortSignal', event: 'abort' });
    expect(read().insertions).toHaveLength(6);
    expect(Object.hasOwn(signal, 'addEventListener')).toBe(false);
  });

  it('counts the signals of AbortSignal.any() that follow a signal, and catches who makes them', () => {
    if (typeof AbortSignal.any !== 'function') return;
    const { signal } = new AbortController();
    const kept: AbortSignal[] = [];
    function combine() {
      const combined = AbortSignal.any([signal, new AbortController().signal]);
      combined.addEventListener('abort', () => {});
      kept.push(combined);
    }
    const { read } = watch(signal, combine);
    for (let i = 0; i < 10; i++) combine();
    const growing = read();
    expect(growing).toMatchObject({ type: 'EventTarget', event: 'abort', isFollowed: true });
    expect(growing.eventListeners).toBe(kept.length);
    expect(growing.insertions[0]!.map(([name]) => name)).toContain('combine');
  });

  it('counts of an array what it holds, not what was taken from its front', () => {
    const queue: unknown[] = [];
    let taken = 0;
    const { read } = watch(queue, () => {
      queue.push({});
      if (queue.length > 50) queue[taken++] = null;
    });
    for (let i = 0; i < 40; i++) {
      queue.push({});
      queue[taken++] = null;
    }
    expect(read()).toBeUndefined();
    queue.push({}, {}, {}, {});
    expect(read()).toMatchObject({ type: 'Array', newestEntry: '{}' });
  });

  it('counts all objects by class each time, and functions of one name by their source', () => {
    const probe = install();
    class Session {}
    const make = (i: number) =>
      i % 2 === 0
        ? function handle() {}
        : function handle() {
            return i;
          };
    const all = [
      new Session(),
      new Session(),
      { id: 1, name: 'a' },
      ...Array.from({ length: 50 }, (_, i) => make(i)),
    ];
    const { classes } = probe.census(all, 1_000);
    expect(new Map(classes)).toEqual(
      new Map([
        [`function handle#${make(0).toString().length}`, 25],
        [`function handle#${make(1).toString().length}`, 25],
        ['Session', 2],
        ['{id, name}', 1],
      ]),
    );
    const [located] = probe.functionsOf([`function handle#${make(0).toString().length}`, 'unknown']);
    expect(String(located)).toBe(String(make(0)));
  });

  it('is not stopped by hostile objects: throwing getters, proxies, odd prototypes', () => {
    const probe = install();
    const throwing = Object.defineProperty({}, 'constructor', {
      get() {
        throw new Error('no');
      },
    });
    const proxy = new Proxy([], {
      get() {
        throw new Error('no');
      },
    });
    const map = new Map<string, unknown>([['a', throwing]]);
    const result = probe.census([throwing, proxy, Object.create(null), map], 1_000);
    expect(result.scanned).toBe(4);
    probe.readCollections(0, 4);
    map.set('b', proxy).set('c', throwing);
    expect(probe.readCollections(1_000, 4).growing).toHaveLength(1);
  });

  it('keeps no collection alive and holds no more than its bound', () => {
    const probe = install();
    const many = Array.from({ length: 6_000 }, (_, i) => new Map([[i, i]]));
    expect(probe.census(many, 5_000).tracked).toBe(4_000);
  });
});

describe('following references', () => {
  /** What the probe watches after a walk, having grown since. */
  const growingAfter = (probe: ProbeHandle, grow: () => void) => {
    probe.readCollections(0, 0);
    grow();
    return probe.readCollections(1_000, 0).growing;
  };
  const held = new Set<(...args: unknown[]) => unknown>();
  /** Node keeps listeners of the process: what they close over is held by the program. */
  const hold = (listener: (...args: unknown[]) => unknown) => {
    process.on('SIGUSR2', listener);
    held.add(listener);
  };
  afterEach(() => {
    for (const listener of held) process.off('SIGUSR2', listener);
    held.clear();
  });

  it('comes to a variable that a listener closes over, and tells its name', () => {
    const probe = install();
    const sessionsForTest = new Map<string, number>([['first', 1]]);
    hold(function onSignal() {
      return sessionsForTest;
    });
    const { scanned, cut } = walkWith(probe);
    expect([scanned > 10, cut]).toEqual([true, false]);
    const found = growingAfter(probe, () => {
      for (let i = 0; i < 500; i++) sessionsForTest.set(`k${i}`, i);
    });
    expect(found.find(({ holder }) => holder?.name === 'sessionsForTest')).toMatchObject({
      type: 'Map',
      holder: { kind: 'variable', of: 'onSignal' },
    });
  });

  it('comes to what an instance of a class holds, through the class of its holder', () => {
    const probe = install();
    class AuditTrailForTest {
      readonly changes = Array.from({ length: 20 }, () => 'x');
    }
    const trail = new AuditTrailForTest();
    hold(() => trail);
    walkWith(probe);
    const found = growingAfter(probe, () => {
      for (let i = 0; i < 500; i++) trail.changes.push('y');
    });
    expect(found.map(({ holder }) => holder)).toContainEqual({
      kind: 'property',
      name: 'changes',
      of: 'AuditTrailForTest',
    });
  });

  it('follows a property whose collection is replaced by a longer copy each time', () => {
    const probe = install();
    class LedgerForTest {
      rows = Array.from({ length: 20 }, (_, i) => `row ${i}`);
    }
    const ledger = new LedgerForTest();
    hold(() => ledger);
    walkWith(probe);
    const read = createReader(probe);
    read(0, 0);
    for (let second = 1; second < 6; second++) {
      for (let i = 0; i < 30; i++) ledger.rows = [...ledger.rows, 'more'];
      read(second * 1_000, 0);
    }
    const found = read(6_000, 0).find(({ holder }) => holder?.of === 'LedgerForTest');
    expect(found).toMatchObject({ type: 'Array', replaced: 5, holder: { kind: 'property', name: 'rows' } });
    expect(found!.sizes.map(({ entries }) => entries)).toEqual([20, 50, 80, 110, 140, 170, 170]);
  });

  it('follows a variable whose collection is replaced, once the one before is gone', async () => {
    const probe = install();
    let scrapesForTest = new Map(Array.from({ length: 20 }, (_, i) => [`k${i}`, i]));
    hold(function onScrape() {
      return scrapesForTest;
    });
    walkWith(probe);
    const read = createReader(probe);
    read(0, 0);
    for (let second = 1; second < 4; second++) {
      scrapesForTest = new Map([
        ...scrapesForTest,
        ...Array.from({ length: 30 }, (_, i) => [`${second} ${i}`, i] as const),
      ]);
      // What a turn has looked at lives to its end.
      for (let i = 0; i < 3; i++) {
        await new Promise((done) => setTimeout(done, 5));
        collectGarbage();
      }
      read(second * 1_000, 0);
    }
    const found = read(4_000, 0).find(({ holder }) => holder?.name === 'scrapesForTest');
    expect(found).toMatchObject({ type: 'Map', replaced: 3, holder: { kind: 'variable', of: 'onScrape' } });
    expect(found!.sizes.map(({ entries }) => entries)).toEqual([20, 50, 80, 110, 110]);
  });

  it('follows a list in a state that is replaced as a whole', () => {
    const probe = install();
    class StoreForTest {
      state = { rows: Array.from({ length: 20 }, (_, i) => `row ${i}`) };
    }
    const store = new StoreForTest();
    hold(() => store);
    walkWith(probe);
    const read = createReader(probe);
    read(0, 0);
    for (let second = 1; second < 4; second++) {
      for (let i = 0; i < 30; i++) store.state = { rows: [...store.state.rows, 'more'] };
      read(second * 1_000, 0);
    }
    const found = read(4_000, 0).find(({ holder }) => holder?.name === 'rows' && holder.of === 'Object');
    expect(found!.sizes.map(({ entries }) => entries)).toEqual([20, 50, 80, 110, 110]);
  });

  it('does not take something else in the same place for it', () => {
    const probe = install();
    class HolderForTest {
      things: unknown = Array.from({ length: 20 }, (_, i) => i);
    }
    const holding = new HolderForTest();
    const first = holding.things;
    hold(() => [holding, first]);
    walkWith(probe);
    const found = growingAfter(probe, () => {
      holding.things = new Map(Array.from({ length: 90 }, (_, i) => [i, i]));
    });
    expect(found.filter(({ holder }) => holder?.of === 'HolderForTest')).toEqual([]);
  });

  it('comes to what a private field holds', () => {
    const probe = install();
    class MailerForTest {
      readonly #stopping = new AbortController();
      get signal() {
        return this.#stopping.signal;
      }
    }
    const mailer = new MailerForTest();
    hold(() => mailer);
    setMaxListeners(0, mailer.signal);
    for (let i = 0; i < 8; i++) mailer.signal.addEventListener('abort', () => {});
    walkWith(probe);
    const found = growingAfter(probe, () => {
      for (let i = 0; i < 500; i++) mailer.signal.addEventListener('abort', () => {});
    });
    expect(found.map(({ type, event }) => [type, event])).toContainEqual(['EventTarget', 'abort']);
  });

  it('comes to what a function was bound to, and to what the function behind it closes over', () => {
    const probe = install();
    class GatewayForTest {
      readonly roomsForTest = new Map<string, number>([['first', 1]]);
    }
    const gateway = new GatewayForTest();
    const argument = { listForTest: Array.from({ length: 20 }, (_, i) => i) };
    const behindForTest = new Set(['first']);
    hold(
      function onMessage(this: unknown, ..._bound: unknown[]) {
        return behindForTest;
      }.bind(gateway, argument),
    );
    walkWith(probe);
    const found = growingAfter(probe, () => {
      for (let i = 0; i < 500; i++) {
        gateway.roomsForTest.set(`k${i}`, i);
        argument.listForTest.push(i);
        behindForTest.add(`k${i}`);
      }
    });
    const names = ['roomsForTest', 'listForTest', 'behindForTest'];
    const held = found.flatMap(({ type, holder }) =>
      holder && names.includes(holder.name) ? [[type, holder.kind, holder.name, holder.of]] : [],
    );
    expect(held.sort()).toEqual([
      ['Array', 'property', 'listForTest', 'Object'],
      ['Map', 'property', 'roomsForTest', 'GatewayForTest'],
      ['Set', 'variable', 'behindForTest', 'onMessage'],
    ]);
  });

  it('comes to what a WeakMap has for an object that it has met, before or after the map', () => {
    const probe = install();
    const early = { name: 'early' };
    const late = { name: 'late' };
    const memoForTest = new WeakMap<object, Map<string, number>>([
      [early, new Map([['a', 1]])],
      [late, new Map([['a', 1]])],
      [{}, new Map([['gone', 1]])],
    ]);
    hold(function onSignal() {
      return [early, memoForTest, { deeper: { yet: late } }, late];
    });
    walkWith(probe);
    const found = growingAfter(probe, () => {
      for (const key of [early, late]) for (let i = 0; i < 50; i++) memoForTest.get(key)!.set(`k${i}`, i);
    });
    const held = found.filter(({ holder }) => holder?.name === 'memoForTest');
    expect(held.map(({ type, holder }) => [type, holder?.kind])).toEqual([
      ['Map', 'entry'],
      ['Map', 'entry'],
    ]);
  });

  it('leaves what is large to itself: the inspector would list all entries', () => {
    class SessionsForTest extends Map<number, object> {
      readonly #expired = new Map([[0, {}]]);
      expire = (key: number) => this.#expired.set(key, {});
    }
    const watched = (entries: number) => {
      const probe = install();
      const sessions = new SessionsForTest();
      for (let i = 0; i < entries; i++) sessions.set(i, {});
      hold(() => sessions);
      walkWith(probe);
      const found = growingAfter(probe, () => {
        for (let i = 0; i < 500; i++) sessions.expire(i);
      });
      return found.filter(({ holder }) => holder?.of === 'SessionsForTest').map(({ holder }) => holder?.name);
    };
    expect([watched(100), watched(1_000)]).toEqual([['#expired'], []]);
  });

  it('finds what is kept as properties of a function', () => {
    const probe = install();
    const stylesForTest = (name: string): unknown => Reflect.get(stylesForTest, name);
    for (let i = 0; i < 60; i++) Reflect.set(stylesForTest, `style ${i}`, `width: ${i}px`);
    hold(() => stylesForTest('style 1'));
    walkWith(probe);
    const found = growingAfter(probe, () => {
      for (let i = 60; i < 90; i++) Reflect.set(stylesForTest, `style ${i}`, `width: ${i}px`);
    });
    expect(found.find(({ holder }) => holder?.name === 'stylesForTest')).toMatchObject({ type: 'Object' });
  });

  it('counts functions that hold each other, however long the chain, and says where they begin', () => {
    const probe = install();
    let quoteForTest = (cents: number) => cents;
    for (let i = 0; i < 300; i++) {
      const before = quoteForTest;
      quoteForTest = function correctedForTest(cents) {
        return before(cents) + 1;
      };
    }
    hold(() => quoteForTest(1));
    const { functions } = walkWith(probe);
    const chain = functions.find(({ name }) => name === 'correctedForTest');
    expect(chain?.count).toBeGreaterThanOrEqual(299);
    expect(chain?.url).toContain('probe.test');
  });

  it('takes the modules of a bundle for no chain: their functions have no name, but places of their own', () => {
    const probe = install();
    const modules = Array.from(
      { length: 80 },
      (_, i) => `const m${i} = lazily(() => ${i === 0 ? '0' : `m${i - 1}()`});`,
    );
    const bundle = `(() => { const lazily = (load) => () => load(); ${modules.join('\n')} return () => m79(); })()`;
    hold(vm.runInThisContext(bundle, { filename: '/app/bundle-for-test.js' }));
    const found = walkWith(probe).functions.filter(({ url }) => url === 'file:///app/bundle-for-test.js');
    expect(Math.max(...found.map(({ count }) => count))).toBe(80);
    expect(Math.max(...found.map(({ chained }) => chained))).toBe(0);
  });

  it('calls no getter and no proxy trap, and leaves no global and no property behind', () => {
    const probe = install();
    let calls = 0;
    const count = () => {
      calls++;
      return undefined;
    };
    const hostile = Object.defineProperty({ inner: new Map([[1, 1]]) }, 'trap', {
      get: count,
      enumerable: true,
    });
    const proxy = new Proxy(hostile, {
      get: count,
      ownKeys: () => [String(count())],
      getPrototypeOf: () => count() ?? null,
    });
    hold(() => [hostile, proxy]);
    const before = Object.getOwnPropertyNames(globalThis);
    walkWith(probe);
    expect(calls).toBe(0);
    expect(Object.getOwnPropertyNames(globalThis)).toEqual(before);
    expect(Object.getOwnPropertyNames(hostile)).toEqual(['inner', 'trap']);
  });

  it('tells of a FinalizationRegistry, what is in which nobody can see, by the name that it is held by', () => {
    const probe = install();
    const registryForTest = new FinalizationRegistry(() => {});
    hold(function onSignal() {
      return registryForTest;
    });
    expect(walkWith(probe).registries).toContainEqual(
      expect.objectContaining({ kind: 'variable', name: 'registryForTest', of: 'onSignal' }),
    );
  });

  it('says that it was cut short when its time is up, and goes on being of use', () => {
    const probe = install();
    hold(() => probe);
    expect(walkWith(probe, 0, 20_000).cut).toBe(true);
    expect(walkWith(probe).cut).toBe(false);
  });

  it('goes on in slices, and tells what it met when it is through', () => {
    const probe = install();
    hold(() => probe);
    probe.listScripts();
    probe.beginWalk({ longestChain: 20, isDataOnly: false, first: { names: [], files: [], callers: [] } });
    expect(probe.walkOn(0, false)).toBeNull();
    let walk = null;
    for (let slices = 0; !walk && slices < 10_000; slices++) walk = probe.walkOn(1, false);
    expect(walk).toMatchObject({ cut: false });
    expect(probe.walkOn(1, false)).toBeNull();
  });
});

// Pools and agents, known by their shape: how much is lent out, who waits, and that nothing of the program's is called
// or left changed.
import { EventEmitter } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { afterEach, describe, expect, it, test } from 'vitest';
import type { ProbeHolder, ProbePool } from '../../src/probe/probe-protocol.ts';
import type { ReferenceWalk } from '../../src/probe/walk/reference-walk.ts';
import { createInsertionTraps } from '../../src/signals/collections/probe/insertion-traps.ts';
import { createPoolWatch } from '../../src/signals/pools/probe/pool-watch.ts';
import { IMITATIONS, type Imitation } from '../support/pool-imitations.ts';
import { namesIn, until, useCores, useProbes } from '../support/probe-here.ts';

const install = useProbes();
const makeCore = useCores();

const HELD: ProbeHolder = { kind: 'variable', name: 'db', of: 'boot' };

/** A watch that comes to these objects and no others. */
function watchOn(...objects: object[]) {
  const core = makeCore();
  const references: ReferenceWalk = {
    begin: (_limits, { visit }) => ({
      goOn() {
        for (const object of objects) visit(object, HELD);
        return true;
      },
      result: () => ({ scanned: 0, cut: false, functions: [] }),
    }),
  };
  const watch = createPoolWatch(core, {
    traps: createInsertionTraps(core),
    thread: { during: () => {} },
    references,
    asOwnPause: (work) => work(),
    asOwnWork: (work) => work(),
  });
  watch.find(100, true);
  const read = (): ProbePool[] => watch.read().pools.filter(({ holder }) => holder === HELD);
  return { core, watch, read };
}

const SHORT = { limit: 4, busy: 4, idle: 0, waiting: 3 };

describe.each(IMITATIONS)('a pool such as $library', (imitation: Imitation) => {
  const { className, make, hidesIdle } = imitation;
  const wait = imitation.wait as (pool: object) => void;
  const queueOf = imitation.queueOf as (pool: object) => { queue: object; method: string };

  it('is read whole: limit, lent out, free, waiting', () => {
    const [told, ...rest] = watchOn(make(SHORT)).read();
    expect(rest).toEqual([]);
    expect(told).toEqual({
      id: expect.any(Number),
      className,
      holder: HELD,
      endpoint: undefined,
      limit: 4,
      busy: 4,
      idle: hidesIdle ? undefined : 0,
      waiting: 3,
      insertions: [],
      lent: { looked: 0, silent: 0, longestSilentMillis: 0, labels: [] },
    });
  });

  it('is told without a look at what is lent out while it has enough', () => {
    const [told] = watchOn(make({ limit: 6, busy: 2, idle: 3, waiting: 0 })).read();
    expect(told).toMatchObject({ limit: 6, waiting: 0 });
    if (!hidesIdle) expect(told).toMatchObject({ busy: 2, idle: 3 });
    expect(told!.lent).toBeUndefined();
  });

  it('is looked into when some of it was lent out at five looks in a row', () => {
    const { read } = watchOn(make({ limit: 6, busy: 2, idle: hidesIdle ? 0 : 3, waiting: 0 }));
    const looks = Array.from({ length: 5 }, () => read()[0]!.lent !== undefined);
    expect(looks).toEqual([false, false, false, false, true]);
  });

  it('is left out while nobody uses it', () => {
    expect(watchOn(make({ limit: 6, busy: 0, idle: 0, waiting: 0 })).read()).toEqual([]);
  });

  it('tells who comes to wait, forty of them, and gets its own method back', () => {
    const pool = make({ ...SHORT, waiting: 1 });
    const { read } = watchOn(pool);
    const { queue, method } = queueOf(pool);
    read();
    expect(Object.hasOwn(queue, method)).toBe(true);
    function comesToWait() {
      wait(pool);
    }
    comesToWait();
    comesToWait();
    const [told] = read();
    expect(told).toMatchObject({ waiting: 3 });
    expect(told!.insertions.map((frames) => namesIn(frames).includes('comesToWait'))).toEqual([true, true]);
    // Told once.
    expect(read()[0]!.insertions).toEqual([]);
    for (let i = 0; i < 38; i++) wait(pool);
    expect(Object.hasOwn(queue, method)).toBe(false);
    expect(read()[0]!.insertions).toHaveLength(38);
    // Enough was caught: it is never set again.
    read();
    expect(Object.hasOwn(queue, method)).toBe(false);
  });

  it('gets its own method back when the probe stops, and nothing is caught any more', () => {
    const pool = make({ ...SHORT, waiting: 1 });
    const { core, read } = watchOn(pool);
    const { queue, method } = queueOf(pool);
    const before = Reflect.ownKeys(queue);
    read();
    core.stop();
    expect(Reflect.ownKeys(queue)).toEqual(before);
    wait(pool);
    expect(Object.hasOwn(queue, method)).toBe(false);
  });

  it('keeps its own method when nobody waits', () => {
    const pool = make({ ...SHORT, waiting: 0 });
    const { read } = watchOn(pool);
    const { queue, method } = queueOf(pool);
    read();
    expect(Object.hasOwn(queue, method)).toBe(false);
  });
});

/** Sockets that are connected to each other, and all ended after the test. */
const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0).reverse()) end();
});

const listen = async (server: net.Server): Promise<number> => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  ends.push(() => server.close());
  return (server.address() as AddressInfo).port;
};

const connect = (port: number) =>
  new Promise<net.Socket>((done, failed) => {
    const socket = net.connect(port, '127.0.0.1', () => done(socket));
    socket.once('error', failed);
    ends.push(() => socket.destroy());
  });

describe('connections that are lent out', () => {
  class ClientPool {
    readonly options = { max: 2 };
    readonly waiting = [{}];
    readonly used: object[];
    constructor(clients: object[]) {
      this.used = clients;
    }
  }

  it('are silent when nothing went over them for some seconds, and are not when something did', async () => {
    const server = net.createServer((socket) => {
      ends.push(() => socket.destroy());
      socket.resume();
    });
    const port = await listen(server);
    const [quiet, busy] = [await connect(port), await connect(port)];
    // As clients hold them: one or two levels down.
    const { core, read } = watchOn(new ClientPool([{ stream: quiet }, { connection: { stream: busy } }]));
    expect(read()[0]!.lent).toEqual({ looked: 2, silent: 0, longestSilentMillis: 0, labels: [] });
    core.atMillis = 3_900;
    busy.write('x');
    expect(read()[0]!.lent).toMatchObject({ silent: 0, longestSilentMillis: 3_900 });
    core.atMillis = 5_000;
    expect(read()[0]!.lent).toEqual({ looked: 2, silent: 1, longestSilentMillis: 5_000, labels: [] });
  });

  it('are asked about by who takes, once some are silent that nobody waits for', async () => {
    class Lender {
      readonly options = { max: 9 };
      readonly waiting: object[] = [];
      readonly used: object[];
      constructor(clients: object[]) {
        this.used = clients;
      }
    }
    const server = net.createServer((socket) => {
      ends.push(() => socket.destroy());
      socket.resume();
    });
    const port = await listen(server);
    const lender = new Lender([{ stream: await connect(port) }, { stream: await connect(port) }]);
    const { core, read } = watchOn(lender);
    for (let second = 0; second < 9; second++) {
      core.atMillis = second * 1_000;
      read();
    }
    function takes() {
      lender.waiting.push({});
      lender.waiting.pop();
    }
    takes();
    core.atMillis = 9_000;
    const [told] = read();
    expect(told).toMatchObject({ waiting: 0, lent: { looked: 2, silent: 2 } });
    expect(told!.insertions.map((frames) => namesIn(frames).includes('takes'))).toEqual([true]);
  });

  it('are asked about by who takes, once more are out at all times than at first', () => {
    class Desk {
      readonly options = { max: 9 };
      readonly waiting: object[] = [];
      readonly used: object[] = [{ name: 'a thing' }];
    }
    const desk = new Desk();
    const { core, read } = watchOn(desk);
    const look = (from: number, to: number) => {
      for (let second = from; second < to; second++) {
        core.atMillis = second * 1_000;
        read();
      }
    };
    look(0, 6);
    expect(Object.hasOwn(desk.waiting, 'push')).toBe(false);
    desk.used.push({ name: 'another' }, { name: 'a third' });
    look(6, 12);
    expect(Object.hasOwn(desk.waiting, 'push')).toBe(true);
    core.stop();
    expect(Object.hasOwn(desk.waiting, 'push')).toBe(false);
  });

  it('are not looked at where there is no connection', () => {
    const cyclic: Record<string, unknown> = { name: 'a thing' };
    cyclic.self = cyclic;
    const { read } = watchOn(new ClientPool([cyclic, Object.freeze({}), new Proxy({}, {})]));
    expect(read()[0]).toMatchObject({ busy: 3, lent: { looked: 0, silent: 0 } });
  });
});

describe('an http.Agent', () => {
  const LONG = 'x'.repeat(2 ** 20);
  /** Never answers, answers and stops in the middle, answers shortly. */
  const serve = () => {
    const server = http.createServer((request, response) => {
      if (request.url!.startsWith('/never')) return;
      if (request.url!.startsWith('/long')) response.write(LONG);
      else response.end('short');
    });
    ends.push(() => server.closeAllConnections());
    return listen(server);
  };
  const agentWith = (maxSockets: number) => {
    const agent = new http.Agent({ maxSockets, keepAlive: true });
    ends.push(() => agent.destroy());
    return agent;
  };
  const ask = (
    agent: http.Agent,
    port: number,
    path: string,
    onResponse: (r: http.IncomingMessage) => void,
  ) => {
    const request = http.get({ agent, port, host: '127.0.0.1', path }, onResponse);
    request.on('error', () => {});
    return request;
  };

  it('is read by its busiest destination, with what its sockets wait for', async () => {
    const port = await serve();
    const agent = agentWith(2);
    const { read } = watchOn(agent);
    for (let i = 0; i < 5; i++) ask(agent, port, `/never/${i}?token=secret${i}`, () => {});
    const [told, ...rest] = await until(read, ([first]) => (first?.lent?.labels.length ?? 0) > 0);
    expect(rest).toEqual([]);
    expect(told).toMatchObject({
      className: 'Agent',
      endpoint: `127.0.0.1:${port}`,
      limit: 2,
      busy: 2,
      idle: 0,
      waiting: 3,
      lent: { looked: 2, labels: [['GET /never/#: no response yet', 2]] },
    });
    expect(JSON.stringify(told)).not.toContain('secret');
  });

  it.each([
    ['long', 'is still on its way'],
    ['short', 'has come whole'],
  ])('says that a %s response is not read, which %s', async (kind) => {
    const port = await serve();
    const agent = agentWith(2);
    const { read } = watchOn(agent);
    let answered = 0;
    for (let i = 0; i < 4; i++) ask(agent, port, `/${kind}/${i}`, () => answered++);
    await until(
      () => answered,
      (count) => count === 2,
    );
    // Let the end of the short ones come in, too.
    await new Promise((done) => setTimeout(done, 100));
    expect(read()[0]).toMatchObject({
      busy: 2,
      waiting: 2,
      lent: { labels: [[`GET /${kind}/#: response not read`, 2]] },
    });
  });

  it.each<[string, (response: http.IncomingMessage) => void]>([
    ['flows', (response) => void response.on('data', () => {})],
    ['is paused for a while', (response) => void response.on('data', () => {}).pause()],
    ['is piped to somebody slow', (response) => void response.pipe(new Writable({ write: () => {} }))],
    [
      'is iterated',
      (response) =>
        void response[Symbol.asyncIterator]()
          .next()
          .catch(() => {}),
    ],
  ])('does not call unread what %s: it is long in coming', async (_, consume) => {
    const port = await serve();
    const agent = agentWith(1);
    const { read } = watchOn(agent);
    let answered = 0;
    for (let i = 0; i < 2; i++)
      ask(agent, port, '/long/7', (response) => {
        answered++;
        consume(response.on('error', () => {}));
      });
    await until(
      () => answered,
      (count) => count === 1,
    );
    await new Promise((done) => setTimeout(done, 50));
    expect(read()[0]!.lent!.labels).toEqual([['GET /long/#: reading the response', 1]]);
  });

  it('tells who comes to wait, and gives the queue its own push back', async () => {
    const port = await serve();
    const agent = agentWith(1);
    const { core, read } = watchOn(agent);
    const queue = () => agent.requests[`127.0.0.1:${port}:`]!;
    ask(agent, port, '/never', () => {});
    ask(agent, port, '/never', () => {});
    await until(read, ([first]) => first?.waiting === 1);
    expect(Object.hasOwn(queue(), 'push')).toBe(true);
    function asksForMore() {
      ask(agent, port, '/never', () => {});
    }
    asksForMore();
    const [told] = await until(read, ([first]) => (first?.insertions.length ?? 0) > 0);
    expect(told!.insertions.map(namesIn)).toEqual([expect.arrayContaining(['asksForMore'])]);
    core.stop();
    expect(Object.hasOwn(queue(), 'push')).toBe(false);
  });

  it('that has nothing to do is not told', async () => {
    const port = await serve();
    const agent = agentWith(2);
    const { read } = watchOn(agent);
    ask(agent, port, '/short', (response) => response.resume());
    await until(
      () => Object.keys(agent.freeSockets).length,
      (count) => count === 1,
    );
    expect(read()).toEqual([]);
  });
});

describe('what is no pool stays unnamed:', () => {
  class LruCache {
    max = 100;
    maxSize = 0;
    size = 3;
    readonly items = new Map([[1, {}]]);
    readonly free = [4, 5];
    readonly head = 1;
    readonly tail = 3;
  }
  class Registry {
    readonly resources = new Map();
    readonly active = new Map([['a', 1]]);
    readonly max = 10;
  }
  class Server extends EventEmitter {
    readonly connections = new Set([{}]);
    readonly pending = 3;
    readonly max = 4;
  }
  class JobList {
    readonly pending = [{}, {}];
    readonly done = [{}];
    readonly limit = 5;
  }
  class Unlimited {
    readonly used = [{}];
    readonly free = [{}];
    readonly waiting = [{}];
  }
  class Form {
    readonly active = new Date();
    readonly queue = /x/;
    readonly limit = 5;
    readonly used = new (class Thing {})();
  }
  const others: [string, object][] = [
    ['an EventEmitter', new EventEmitter()],
    ['a cache with a maximum', new LruCache()],
    ['a class that holds Maps', new Registry()],
    ['a server that counts', new Server()],
    ['a list of jobs without members', new JobList()],
    ['lists without a limit', new Unlimited()],
    ['the right words with other things', new Form()],
    ['a plain object', { used: [{}], free: [], waiting: [{}], max: 1 }],
    ['an array', Object.assign([1], { used: [{}], waiting: [{}], max: 1 })],
    ['bytes', Object.assign(new Uint8Array(4), { used: [{}], waiting: [{}], max: 1 })],
    ['nothing at all', Object.create(null) as object],
    ['an Agent that has been given nothing to do', new http.Agent({ maxSockets: 2 })],
  ];
  test.each(others)('%s', (_, object) => {
    expect(watchOn(object).read()).toEqual([]);
  });
});

describe('nothing of the program is called:', () => {
  /** Objects that have the words of a pool and write down whoever looks at them. */
  const hostile = () => {
    const calls: string[] = [];
    const note = (what: string) => () => {
      calls.push(what);
      throw new Error(what);
    };
    const traps = Object.fromEntries(
      Reflect.ownKeys(Reflect)
        .filter((name) => typeof name === 'string')
        .map((name) => [name, note(`trap ${String(name)}`)]),
    );
    const trapped = () => new Proxy({ used: [], waiting: [{}], max: 1 }, traps);
    class Getters {
      get used() {
        return note('inherited used')();
      }
    }
    const getters = new Getters();
    for (const name of ['used', 'free', 'waiting', 'max', 'options', 'constructor', 'length', 'size'])
      Object.defineProperty(getters, name, { get: note(`get ${name}`), enumerable: true });
    class HalfTrapped {
      readonly used = [{}];
      readonly free = trapped();
      readonly waiting = [{}];
      readonly max = 1;
    }
    class TrappedOptions {
      readonly used = [{}];
      readonly free = [];
      readonly waiting = [{}];
      readonly options = trapped();
    }
    class TrappedMembers {
      readonly used = [trapped(), { socket: trapped() }, getters];
      readonly free = [];
      readonly waiting = [trapped()];
      readonly max = 1;
    }
    class CountsByGetter {
      readonly used = {
        get length() {
          return note('get length')();
        },
      };
      readonly free = Object.defineProperty(new Map(), 'size', { get: note('get own size') });
      readonly waiting = [{}];
      readonly max = 1;
    }
    class OwnIterator {
      readonly used = Object.assign(new Set([{}]), {
        values: note('call values'),
        [Symbol.iterator]: note('call iterator'),
      });
      readonly free = [];
      readonly waiting = [{}];
      readonly max = 1;
    }
    class Queued {
      readonly used = [{}];
      readonly free = [];
      readonly max = 1;
      readonly waiting = Object.freeze(Object.assign([{}], { push: note('call push') }));
    }
    return {
      calls,
      objects: [
        trapped(),
        getters,
        new HalfTrapped(),
        new TrappedOptions(),
        new TrappedMembers(),
        new CountsByGetter(),
        new OwnIterator(),
        new Queued(),
        Object.freeze(new TrappedMembers()),
        Object.setPrototypeOf(
          { used: [{}], free: [], waiting: [{}], max: 1 },
          new Proxy({}, traps),
        ) as object,
      ],
    };
  };

  it('no getter, no trap of a proxy, no method, however often it is read', () => {
    const { calls, objects } = hostile();
    const { watch } = watchOn(...objects);
    for (let i = 0; i < 3; i++) expect(() => watch.read()).not.toThrow();
    expect(calls).toEqual([]);
  });

  it('and those among them that are pools are read all the same', () => {
    const { objects } = hostile();
    expect(
      watchOn(...objects)
        .read()
        .map(({ className }) => className),
    ).toEqual(expect.arrayContaining(['TrappedMembers', 'OwnIterator', 'Queued']));
  });
});

describe('a class whose first pool has no limit', () => {
  class Sometimes {
    readonly used = [{}];
    readonly free = [];
    readonly waiting = [{}];
    constructor(readonly max: number | null) {}
  }

  it('is still known by its second', () => {
    expect(watchOn(new Sometimes(null), new Sometimes(3)).read()).toMatchObject([{ limit: 3 }]);
  });

  it('is not asked about for ever', () => {
    const many = Array.from({ length: 500 }, () => new Sometimes(null));
    expect(watchOn(...many, new Sometimes(3)).read()).toEqual([]);
  });
});

describe('a watch', () => {
  class Small {
    readonly used = [{}];
    readonly free = [];
    readonly waiting = [{}];
    readonly max = 1;
  }

  it('tells no more than twenty pools, the longest queues first, and holds a hundred', () => {
    const pools = Array.from({ length: 150 }, (_, i) => {
      const pool = new Small();
      for (let more = 0; more < i; more++) pool.waiting.push({});
      return pool;
    });
    const { watch } = watchOn(...pools);
    const { found, pools: told } = watch.read();
    expect([found, told.length]).toEqual([100, 20]);
    const queues = told.map(({ waiting }) => waiting);
    expect(queues).toEqual(queues.toSorted((a, b) => b - a));
  });

  it('says the same of a pool under the same number in each read, and names are kept short', () => {
    const Long = { ['y'.repeat(5_000)]: class extends Small {} }['y'.repeat(5_000)]!;
    const { read } = watchOn(new Small(), new Long());
    const [first, second] = [read(), read()];
    expect(second.map(({ id }) => id)).toEqual(first.map(({ id }) => id));
    expect(first.map(({ className }) => className.length)).toEqual([5, 100]);
  });

  it('says what it holds itself: the stacks of those who wait, too', () => {
    const pool = new Small();
    const { watch } = watchOn(pool);
    watch.read();
    const before = watch.ownHeapBytes();
    for (let i = 0; i < 40; i++) pool.waiting.push({});
    expect(watch.ownHeapBytes() - before).toBeGreaterThan(40 * 5 * 96);
  });

  it('forgets all when the probe stops', () => {
    const { core, watch } = watchOn(new Small());
    core.stop();
    expect(watch.read()).toEqual({ found: 0, pools: [] });
    expect(watch.ownHeapBytes()).toBe(0);
  });
});

describe('the probe finds a pool that the program holds', () => {
  class PoolForTest {
    readonly used = [{}, {}];
    readonly free = [];
    readonly waiting = [{}];
    readonly max = 2;
  }
  const listeners: (() => void)[] = [];
  afterEach(() => {
    for (const listener of listeners.splice(0)) process.off('SIGUSR2', listener);
  });
  const hold = (listener: () => void) => {
    process.on('SIGUSR2', listener);
    listeners.push(listener);
  };
  const named = (probe: ReturnType<typeof install>) => () =>
    probe.readPools().pools.filter(({ className }) => className === 'PoolForTest');

  it('by what data leads to, and by what functions close over when it is searched closely', async () => {
    const byData = new PoolForTest();
    const byClosure = new PoolForTest();
    hold(Object.assign(() => {}, { database: byData }));
    hold(function onSignal() {
      byClosure.used.push({});
    });
    const probe = install();
    probe.findPools(60_000, true);
    const [told] = await until(named(probe), (pools) => pools.length > 0);
    expect(told).toMatchObject({ limit: 2, busy: 2, holder: { kind: 'property', name: 'database' } });
    probe.findPools(60_000, false);
    const both = await until(named(probe), (pools) => pools.length === 2);
    // Functions of one scope share it: which of them is met first is a matter of order.
    expect(both.map(({ holder }) => holder)).toContainEqual({
      kind: 'variable',
      name: 'byClosure',
      at: expect.any(Object),
      of: expect.any(String),
    });
  });

  it('and stops looking when it is stopped, with nothing of it left', async () => {
    const pool = new PoolForTest();
    hold(Object.assign(() => {}, { pool }));
    const probe = install();
    probe.findPools(60_000, true);
    await until(named(probe), (pools) => pools.length > 0);
    expect(Object.hasOwn(pool.waiting, 'push')).toBe(true);
    probe.stop();
    expect(Object.hasOwn(pool.waiting, 'push')).toBe(false);
    expect(probe.readPools()).toEqual({ found: 0, pools: [] });
  });
});

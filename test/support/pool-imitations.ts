// Pools as well-known libraries build them: the same names of properties and the same queues, nothing behind them.
import { EventEmitter } from 'node:events';

/** What is asked of each: `busy` lent out, `idle` ones free, `waiting` who wait. */
export interface Filling {
  limit: number;
  busy: number;
  idle: number;
  waiting: number;
}

export interface Imitation {
  library: string;
  className: string;
  make(filling: Filling): object;
  /** One more comes to wait. */
  wait(pool: never): void;
  /** The queue that those who wait stand in, and its adding method. */
  queueOf(pool: never): { queue: object; method: string };
  /** It does not tell how many are free. */
  hidesIdle?: boolean;
}

const many = (count: number, name: string) => Array.from({ length: count }, (_, i) => ({ [name]: i }));

/** As denque and other rings: filled from a head to a tail, which may lie before it. */
class Ring {
  _list: unknown[] = new Array(8);
  _capacityMask = 7;
  _head = 6;
  _tail = 6;
  push(item: unknown) {
    this._list[this._tail] = item;
    this._tail = (this._tail + 1) & this._capacityMask;
    return this;
  }
}

const ringOf = (items: unknown[]) => items.reduce<Ring>((ring, item) => ring.push(item), new Ring());

interface Link {
  data: unknown;
  next: Link | null;
}

/** A linked list that counts itself. */
class LinkedList {
  head: Link | null = null;
  tail: Link | null = null;
  length = 0;
  insertEnd(data: unknown) {
    const link = { data, next: null };
    if (this.tail) this.tail.next = link;
    else this.head = link;
    this.tail = link;
    this.length++;
  }
}

class Deque {
  _list = new LinkedList();
  push(item: unknown) {
    this._list.insertEnd(item);
  }
}

class PriorityQueue {
  _size = 2;
  _slots = [new Deque(), new Deque()];
  enqueue(item: unknown, priority = 0) {
    this._slots[priority]!.push(item);
  }
}

class FixedCircularBuffer {
  bottom = 0;
  top = 0;
  list: unknown[] = new Array(2_048);
  next: FixedCircularBuffer | null = null;
}

class FixedQueue {
  head = new FixedCircularBuffer();
  tail = this.head;
  push(item: unknown) {
    this.head.list[this.head.top++] = item;
  }
}

/** A list of its own head, as mongodb keeps them: there is always one link, without a value. */
class CountedList {
  count = 0;
  head: Record<string, unknown> = { value: null };
  constructor() {
    this.head.next = this.head.prev = this.head;
  }
  push(value: unknown) {
    this.count++;
    const link: Record<string, unknown> = { value, next: this.head, prev: this.head.prev };
    (this.head.prev as Record<string, unknown>).next = link;
    this.head.prev = link;
  }
}

class BoundPool extends EventEmitter {
  options: object;
  _clients: object[];
  _idle: object[];
  _expired = new WeakSet();
  _pendingQueue: unknown[];
  ending = false;
  constructor({ limit, busy, idle, waiting }: Filling) {
    super();
    this.options = { host: '127.0.0.1', max: limit, min: 0, maxUses: Number.POSITIVE_INFINITY };
    this._clients = many(busy + idle, 'client');
    this._idle = this._clients.slice(busy);
    this._pendingQueue = many(waiting, 'callback');
  }
}

class Pool extends EventEmitter {
  config: object;
  _allConnections: Ring;
  _freeConnections: Ring;
  _connectionQueue: Ring;
  _closed = false;
  constructor({ limit, busy, idle, waiting }: Filling) {
    super();
    const all = many(busy + idle, 'connection');
    this.config = { connectionConfig: { host: '127.0.0.1' }, connectionLimit: limit, queueLimit: 0 };
    this._allConnections = ringOf(all);
    this._freeConnections = ringOf(all.slice(busy));
    this._connectionQueue = ringOf(many(waiting, 'callback'));
  }
}

class GenericPool extends EventEmitter {
  _config: object;
  _allObjects: Set<object>;
  _availableObjects = new Deque();
  _waitingClientsQueue = new PriorityQueue();
  _resourceLoans = new Map<object, object>();
  _factoryCreateOperations = new Set();
  constructor({ limit, busy, idle, waiting }: Filling) {
    super();
    const all = many(busy + idle, 'resource');
    this._config = { max: limit, min: 0, maxWaitingClients: Number.POSITIVE_INFINITY };
    this._allObjects = new Set(all);
    for (const each of all.slice(busy)) this._availableObjects.push(each);
    for (const each of all.slice(0, busy)) this._resourceLoans.set(each, {});
    for (const [i, each] of many(waiting, 'request').entries())
      this._waitingClientsQueue.enqueue(each, i % 2);
  }
}

class Tarn {
  creator = null;
  log = null;
  used: object[];
  free: object[];
  pendingCreates: object[] = [];
  pendingAcquires: object[];
  min = 0;
  max: number;
  destroyed = false;
  constructor({ limit, busy, idle, waiting }: Filling) {
    this.max = limit;
    this.used = many(busy, 'resource');
    this.free = many(idle, 'resource');
    this.pendingAcquires = many(waiting, 'deferred');
  }
}

const CHECKED_OUT = Symbol('checkedOut');
const CONNECTIONS = Symbol('connections');
const WAIT_QUEUE = Symbol('waitQueue');

/** mongodb up to 5. */
class OldConnectionPool {
  options: object;
  [CHECKED_OUT]: Set<object>;
  [CONNECTIONS] = new CountedList();
  [WAIT_QUEUE] = new CountedList();
  constructor({ limit, busy, idle, waiting }: Filling) {
    this.options = Object.freeze({ maxPoolSize: limit, minPoolSize: 0, maxConnecting: 2 });
    this[CHECKED_OUT] = new Set(many(busy, 'connection'));
    for (const each of many(idle, 'connection')) this[CONNECTIONS].push(each);
    for (const each of many(waiting, 'member')) this[WAIT_QUEUE].push(each);
  }
}

/** mongodb from 6 on. */
class ConnectionPool extends EventEmitter {
  options: object;
  checkedOut: Set<object>;
  connections = new CountedList();
  waitQueue = new CountedList();
  constructor({ limit, busy, idle, waiting }: Filling) {
    super();
    this.options = Object.freeze({ maxPoolSize: limit, minPoolSize: 0, maxConnecting: 2 });
    this.checkedOut = new Set(many(busy, 'connection'));
    for (const each of many(idle, 'connection')) this.connections.push(each);
    for (const each of many(waiting, 'member')) this.waitQueue.push(each);
  }
}

const CLIENTS = Symbol('clients');
const QUEUE = Symbol('queue');
const LIMIT = Symbol('connections');
const QUEUED = Symbol('queued');
const ON_DRAIN = Symbol('onDrain');

class UndiciPool {
  [CLIENTS]: object[];
  [QUEUE] = new FixedQueue();
  [LIMIT]: number;
  [QUEUED] = 0;
  [ON_DRAIN] = () => {};
  constructor({ limit, busy, idle, waiting }: Filling) {
    this[LIMIT] = limit;
    this[CLIENTS] = many(busy + idle, 'client');
    for (const each of many(waiting, 'request')) this[QUEUE].push(each);
  }
}

/** One of each library. */
export const IMITATIONS: Imitation[] = [
  {
    library: 'pg-pool',
    className: 'BoundPool',
    make: (filling) => new BoundPool(filling),
    wait: (pool: BoundPool) => void pool._pendingQueue.push({}),
    queueOf: (pool: BoundPool) => ({ queue: pool._pendingQueue, method: 'push' }),
  },
  {
    library: 'mysql2',
    className: 'Pool',
    make: (filling) => new Pool(filling),
    wait: (pool: Pool) => void pool._connectionQueue.push({}),
    queueOf: (pool: Pool) => ({ queue: pool._connectionQueue, method: 'push' }),
  },
  {
    library: 'generic-pool',
    className: 'GenericPool',
    make: (filling) => new GenericPool(filling),
    wait: (pool: GenericPool) => pool._waitingClientsQueue.enqueue({}),
    queueOf: (pool: GenericPool) => ({ queue: pool._waitingClientsQueue, method: 'enqueue' }),
  },
  {
    library: 'tarn',
    className: 'Tarn',
    make: (filling) => new Tarn(filling),
    wait: (pool: Tarn) => void pool.pendingAcquires.push({}),
    queueOf: (pool: Tarn) => ({ queue: pool.pendingAcquires, method: 'push' }),
  },
  {
    library: 'mongodb 5',
    className: 'OldConnectionPool',
    make: (filling) => new OldConnectionPool(filling),
    wait: (pool: OldConnectionPool) => pool[WAIT_QUEUE].push({}),
    queueOf: (pool: OldConnectionPool) => ({ queue: pool[WAIT_QUEUE], method: 'push' }),
    hidesIdle: true,
  },
  {
    library: 'mongodb 6',
    className: 'ConnectionPool',
    make: (filling) => new ConnectionPool(filling),
    wait: (pool: ConnectionPool) => pool.waitQueue.push({}),
    queueOf: (pool: ConnectionPool) => ({ queue: pool.waitQueue, method: 'push' }),
    hidesIdle: true,
  },
  {
    library: 'undici',
    className: 'UndiciPool',
    make: (filling) => new UndiciPool({ ...filling, busy: filling.busy + filling.idle, idle: 0 }),
    wait: (pool: UndiciPool) => pool[QUEUE].push({}),
    queueOf: (pool: UndiciPool) => ({ queue: pool[QUEUE], method: 'push' }),
    hidesIdle: true,
  },
];

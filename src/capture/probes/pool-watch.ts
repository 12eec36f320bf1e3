// A part of the probe (see install-probe.ts: sent as text, whole by itself): the pools and agents that the program can be
// seen to hold: how much is lent out, how many wait, who waits, and what is lent out and never used. Everything is held
// weakly.
import type { CaughtInsertions, InsertionTraps } from './insertion-traps.ts';
import type { PoolShape, PoolShapes } from './pool-shapes.ts';
import type { ProbeCore, ProbeHolder, ProbePool, ProbePools } from './probe-protocol.ts';
import type { ReferenceWalk } from './reference-walk.ts';

export interface PoolWatch {
  /**
   * Begins to look for pools by following references, in short slices until all was seen or `budgetMillis` are spent;
   * those known already stay.
   */
  find(budgetMillis: number, isDataOnly: boolean): void;
  read(): ProbePools;
  ownHeapBytes(): number;
}

export interface PoolWatchParts {
  shapes: PoolShapes;
  traps: InsertionTraps;
  references: ReferenceWalk;
  /** The path of a URL with what varies replaced. */
  pathPattern(path: unknown): string;
  /** A slice of the search is a pause of ours. */
  asOwnPause(work: () => void): void;
  asOwnWork<T>(work: () => T): T;
}

export function createPoolWatch(
  core: ProbeCore,
  { shapes, traps, references, pathPattern, asOwnPause, asOwnWork }: PoolWatchParts,
): PoolWatch {
  const { Socket } = core.load('net') as typeof import('node:net');
  const { Readable } = core.load('stream') as typeof import('node:stream');
  const timers: typeof import('node:timers') = core.load('timers');
  const types: typeof import('node:util').types = (core.load('util') as typeof import('node:util')).types;
  const MAX_POOLS = 100;
  const MAX_TOLD = 20;
  const MAX_LENT = 64;
  const MAX_LABELS = 12;
  const MAX_WAITERS = 40;
  const LONGEST_CHAIN = 32;
  const MAX_SOCKET_DEPTH = 2;
  const SILENT_MILLIS = 4_000;
  interface Pool {
    id: number;
    ref: WeakRef<object>;
    className: string;
    holder: ProbeHolder | undefined;
    caught: CaughtInsertions;
    told: number;
  }
  let pools: Pool[] = [];
  const known = new WeakSet<object>();
  /** Of classes that were looked at, how many were none: one without a limit says nothing of the next. */
  const others = new WeakMap<object, number>();
  const MANY_OTHERS = 8;
  let nextId = 0;

  const { ownValue } = core;

  const consider = (value: unknown, holder: ProbeHolder | undefined) => {
    if (typeof value !== 'object' || value === null || types.isProxy(value) || known.has(value)) return;
    if (Array.isArray(value) || ArrayBuffer.isView(value)) return;
    const prototype = Object.getPrototypeOf(value);
    if (!prototype || prototype === Object.prototype || types.isProxy(prototype)) return;
    const before = others.get(prototype) ?? 0;
    if (before >= MANY_OTHERS) return;
    if (!shapes.shapeOf(value)) {
      others.set(prototype, before + 1);
      return;
    }
    known.add(value);
    if (pools.length >= MAX_POOLS) return;
    const maker = ownValue(prototype, 'constructor');
    const name = typeof maker === 'function' && Object.getOwnPropertyDescriptor(maker, 'name')?.value;
    pools.push({
      id: nextId++,
      ref: new WeakRef(value),
      className: typeof name === 'string' ? name.slice(0, 100) : '',
      holder,
      caught: { stacks: [], isSet: false, isOwn: false, most: MAX_WAITERS },
      told: 0,
    });
  };

  const globals = () => {
    for (const id of ['http', 'https'])
      consider((core.load(id) as { globalAgent?: unknown }).globalAgent, {
        kind: 'global',
        name: `${id}.globalAgent`,
        of: '',
      });
  };

  // Through closures it is looked where requests wait anyway.
  const PACES = { data: { slice: 3, rest: 97 }, closures: { slice: 15, rest: 35 } };
  let sliceTimer: NodeJS.Timeout | null = null;
  const rest = () => {
    if (sliceTimer) timers.clearTimeout(sliceTimer);
    sliceTimer = null;
  };
  core.cleanups.push(rest);
  const find: PoolWatch['find'] = (budgetMillis, isDataOnly) => {
    try {
      rest();
      globals();
      const goOn = references.inSlices({ longestChain: LONGEST_CHAIN, isDataOnly }, consider);
      const pace = isDataOnly ? PACES.data : PACES.closures;
      let spent = 0;
      const slice = () => {
        try {
          if (core.isStopped()) return;
          const from = core.now();
          let isDone = false;
          asOwnPause(() => {
            isDone = goOn(pace.slice);
          });
          spent += core.now() - from;
          if (isDone || spent >= budgetMillis) return rest();
          asOwnWork(() => {
            sliceTimer = timers.setTimeout(slice, pace.rest);
            sliceTimer.unref();
          });
        } catch {}
      };
      slice();
    } catch {}
  };

  /** The connection inside of what is lent out. */
  const socketOf = (value: unknown, depth: number): import('node:net').Socket | null => {
    if (typeof value !== 'object' || value === null || types.isProxy(value)) return null;
    if (value instanceof Socket) return value;
    if (depth >= MAX_SOCKET_DEPTH) return null;
    for (const key of Reflect.ownKeys(value).slice(0, 60)) {
      const found = socketOf(ownValue(value, key), depth + 1);
      if (found) return found;
    }
    return null;
  };
  const traffic = new WeakMap<object, { bytes: number; since: number }>();
  const silenceOf = (item: unknown): number | null => {
    const socket = socketOf(item, 0);
    if (!socket) return null;
    const bytes = socket.bytesRead + socket.bytesWritten;
    const last = traffic.get(socket);
    if (last?.bytes === bytes) return core.now() - last.since;
    traffic.set(socket, { bytes, since: core.now() });
    return 0;
  };

  /**
   * Come whole is not read: a short body waits in the stream, and its socket is not free before it was taken out. Null for
   * `readableFlowing` is Node's word for a stream that nobody has begun to read.
   */
  const stateOf = (response: unknown): string => {
    if (!response) return 'no response yet';
    const ask = (name: 'readableEnded' | 'readableFlowing'): unknown =>
      ownValue(response, '_readableState') && Reflect.get(Readable.prototype, name, response);
    if (ask('readableEnded') === true) return 'ending';
    return ask('readableFlowing') === null ? 'response not read' : 'reading the response';
  };
  /** What a socket of an Agent is busy with. */
  const labelOf = (item: unknown): string | null => {
    const request = ownValue(item, '_httpMessage');
    const method = ownValue(request, 'method');
    if (typeof method !== 'string') return null;
    return `${method.slice(0, 20)} ${pathPattern(ownValue(request, 'path'))}: ${stateOf(ownValue(request, 'res'))}`;
  };

  const describeLent = (lent: unknown[]): Pick<ProbePool, 'lent'> => {
    const labels = new Map<string, number>();
    let looked = 0;
    let silent = 0;
    let longestSilentMillis = 0;
    for (const item of lent) {
      const label = labelOf(item);
      if (label && (labels.has(label) || labels.size < MAX_LABELS))
        labels.set(label, (labels.get(label) ?? 0) + 1);
      const silence = silenceOf(item);
      if (silence === null) continue;
      looked++;
      if (silence >= SILENT_MILLIS) silent++;
      longestSilentMillis = Math.max(longestSilentMillis, silence);
    }
    return { lent: { looked, silent, longestSilentMillis, labels: [...labels] } };
  };

  const trapWaiting = (waiting: unknown, caught: CaughtInsertions) => {
    const has = (name: string) => typeof (waiting as Record<string, unknown>)[name] === 'function';
    if (typeof waiting !== 'object' || waiting === null || types.isProxy(waiting)) return;
    if (has('push')) traps.set(waiting, 'Array', caught);
    else if (has('enqueue')) traps.set(waiting, 'Queue', caught);
  };

  /** Of an Agent, the destination with the longest queue is meant: its limit is for each. */
  const busiestOf = (shape: PoolShape): { shape: PoolShape; endpoint: string | undefined } => {
    const busy = shapes.listsByName(shape.busy);
    if (!busy) return { shape, endpoint: undefined };
    const waiting = shapes.listsByName(shape.waiting) ?? {};
    const idle = shapes.listsByName(shape.idle) ?? {};
    const pressure = (name: string) => (waiting[name]?.length ?? 0) * 1e6 + (busy[name]?.length ?? 0);
    const name = [...new Set([...Object.keys(waiting), ...Object.keys(busy)])].sort(
      (a, b) => pressure(b) - pressure(a),
    )[0];
    if (name === undefined)
      return { shape: { ...shape, busy: [], idle: [], waiting: [] }, endpoint: undefined };
    return {
      shape: { ...shape, busy: busy[name] ?? [], idle: idle[name] ?? [], waiting: waiting[name] ?? [] },
      endpoint: name.split(':').slice(0, 2).join(':').slice(0, 200),
    };
  };

  const readPool = (pool: Pool, value: object): ProbePool | null => {
    const whole = shapes.shapeOf(value);
    if (!whole) return null;
    const { shape, endpoint } = busiestOf(whole);
    const count = (part: unknown) => (part === undefined ? undefined : shapes.countOf(part));
    const waiting = count(shape.waiting) ?? 0;
    const idle = count(shape.idle);
    const all = count(shape.all);
    const busy = count(shape.busy) ?? (all !== undefined ? Math.max(0, all - (idle ?? 0)) : undefined);
    if (waiting > 0) trapWaiting(shape.waiting, pool.caught);
    const insertions = pool.caught.stacks.slice(pool.told);
    pool.told = pool.caught.stacks.length;
    const { id, className, holder } = pool;
    const free = new Set(shapes.itemsOf(shape.idle, 1_000));
    const lent =
      shape.busy === undefined
        ? shapes.itemsOf(shape.all, 1_000).filter((item) => !free.has(item))
        : shapes.itemsOf(shape.busy, MAX_LENT);
    const isShort = waiting > 0 || (shape.limit !== undefined && busy !== undefined && busy >= shape.limit);
    return {
      id,
      className,
      holder,
      endpoint,
      limit: shape.limit,
      busy,
      idle,
      waiting,
      insertions,
      ...(isShort ? describeLent(lent.slice(0, MAX_LENT)) : {}),
    };
  };

  const read: PoolWatch['read'] = () => {
    const told: ProbePool[] = [];
    try {
      pools = pools.filter(({ ref }) => ref.deref() !== undefined);
      for (const pool of pools) {
        const value = pool.ref.deref();
        const entry = value && readPool(pool, value);
        if (entry && (entry.waiting > 0 || (entry.busy ?? 0) > 0)) told.push(entry);
      }
    } catch {}
    told.sort((a, b) => b.waiting - a.waiting || (b.busy ?? 0) - (a.busy ?? 0));
    return { found: pools.length, pools: told.slice(0, MAX_TOLD) };
  };

  core.cleanups.push(() => {
    pools = [];
  });
  const ownHeapBytes = () => {
    let bytes = 0;
    for (const { caught } of pools)
      bytes += caught.stacks.reduce((sum, frames) => sum + frames.length * 96, 400);
    return bytes;
  };
  return { find, read, ownHeapBytes };
}

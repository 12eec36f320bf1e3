// The pools and agents that can be found in the program: how much is checked out, how many callers wait and which, and what
// is checked out and never used. Everything is held weakly.

import type { ProbeCore } from '../../../probe/core.ts';
import type { ProbeHolder, ProbePool, ProbePools } from '../../../probe/probe-protocol.ts';
import { BYTES_PER_FRAME } from '../../../probe/stacks/frames.ts';
import type { CaughtInsertions, InsertionTraps } from '../../collections/probe/insertion-traps.ts';
import { createLentItems } from './lent-items.ts';
import { readPool } from './pool-reads.ts';
import { createPoolSearch, type PoolSearchParts } from './pool-search.ts';
import { createPoolShapes } from './pool-shapes.ts';
import { createWaitingLines, type WaitingLinesParts } from './waiting-lines.ts';

export interface PoolWatch {
  /**
   * Begins to look for pools by following references, in short slices until all was seen or `budgetMillis` are spent;
   * those known already stay.
   */
  find(budgetMillis: number, isDataOnly: boolean): void;
  /** An object that another search has met. */
  consider(value: object, holder: ProbeHolder): void;
  read(): ProbePools;
  ownHeapBytes(): number;
}

export interface PoolWatchParts
  extends Omit<PoolSearchParts, 'consider' | 'considerFields'>,
    Pick<WaitingLinesParts, 'thread'> {
  traps: InsertionTraps;
}

interface Pool {
  id: number;
  ref: WeakRef<object>;
  className: string;
  holder: ProbeHolder;
  caught: CaughtInsertions;
  told: number;
  /** How much was checked out at the last readings, the latest at the end. */
  lately: number[];
  /** The least of the first looks; undefined until there were enough. */
  firstLeast?: number;
}

const MAX_POOLS = 100;
const MAX_TOLD = 20;
const MAX_WAITERS = 40;
/** Behind those of pools. */
const LINE_IDS = 1_000_000;
/** What stays checked out from reading to reading may never be returned: so much, at so many readings. */
const LEAST_KEPT = 1;
const LOOKS = 5;
/** So many unused ones, or more than at first, are a reason to record who takes them. */
const LEAST_LOST = 2;
/** Of classes that were looked at, how many were none: one without a limit says nothing of the next. */
const MANY_OTHERS = 8;

export function createPoolWatch(core: ProbeCore, { traps, thread, ...search }: PoolWatchParts): PoolWatch {
  const { reads } = core;
  const shapes = createPoolShapes(reads);
  const lines = createWaitingLines(core, { parts: shapes, traps, thread });
  /** Lines are looked for only where requests are known to wait. */
  let isClose = false;
  const describeLent = createLentItems(core);
  let pools: Pool[] = [];
  const known = new WeakSet<object>();
  const others = new WeakMap<object, number>();
  let nextId = 0;

  const consider = (value: unknown, holder: ProbeHolder) => {
    if (!reads.isObject(value) || known.has(value)) return;
    if (isClose) lines.consider(value, holder);
    if (Array.isArray(value) || ArrayBuffer.isView(value)) return;
    const prototype = reads.prototypeOf(value);
    if (!prototype || prototype === Object.prototype) return;
    const before = others.get(prototype) ?? 0;
    if (before >= MANY_OTHERS) return;
    if (!shapes.shapeOf(value)) {
      others.set(prototype, before + 1);
      return;
    }
    known.add(value);
    if (pools.length >= MAX_POOLS) return;
    pools.push({
      id: nextId++,
      ref: new WeakRef(value),
      className: reads.classNameOf(value).slice(0, 100),
      holder,
      caught: { stacks: [], isSet: false, isOwn: false, most: MAX_WAITERS },
      told: 0,
      lately: [],
    });
  };
  const findPools = createPoolSearch(core, { ...search, consider, considerFields: lines.considerFields });

  const trapWaiting = (queue: unknown, caught: CaughtInsertions) => {
    const has = (name: string) => typeof reads.inherited(queue, name) === 'function';
    if (!reads.isObject(queue)) return;
    if (has('push')) traps.set(queue, 'Array', caught);
    else if (has('enqueue')) traps.set(queue, 'Queue', caught);
  };
  /** The minimum that was checked out at the last readings; 0 before there were enough of them. */
  const leastOf = (pool: Pool, busy = 0): number => {
    pool.lately.push(busy);
    if (pool.lately.length > LOOKS) pool.lately.shift();
    const least = pool.lately.length < LOOKS ? 0 : Math.min(...pool.lately);
    if (pool.lately.length === LOOKS) pool.firstLeast ??= least;
    return least;
  };
  const describe = (pool: Pool, value: object): ProbePool | null => {
    const found = readPool(shapes, value);
    if (!found) return null;
    const { id, className, holder, caught } = pool;
    const { counts, queue, isShort, lent } = found;
    const least = leastOf(pool, counts.busy);
    const items = isShort || least >= LEAST_KEPT ? describeLent(lent()) : undefined;
    // Of a pool that is not short, only who takes what does not come back is asked for.
    const isLosing = (items?.silent ?? 0) >= LEAST_LOST || least - (pool.firstLeast ?? least) >= LEAST_LOST;
    if (counts.waiting > 0 || isLosing) trapWaiting(queue, caught);
    const insertions = caught.stacks.slice(pool.told);
    const read: ProbePool = { id, className, holder, ...counts, insertions };
    return items ? { ...read, lent: items } : read;
  };
  const readAll = (): ProbePool[] => {
    const told: ProbePool[] = [];
    pools = pools.filter(({ ref }) => ref.deref() !== undefined);
    for (const pool of pools) {
      try {
        const value = pool.ref.deref();
        const read = value && describe(pool, value);
        pool.told = pool.caught.stacks.length;
        if (read && (read.waiting > 0 || (read.busy ?? 0) > 0)) told.push(read);
      } catch {}
    }
    return told.sort((a, b) => b.waiting - a.waiting || (b.busy ?? 0) - (a.busy ?? 0));
  };

  core.cleanups.push(() => {
    pools = [];
  });
  return {
    consider,
    find(budgetMillis, isDataOnly) {
      try {
        isClose = !isDataOnly;
        for (const id of ['http', 'https'])
          consider((core.load(id) as { globalAgent?: unknown }).globalAgent, {
            kind: 'global',
            name: `${id}.globalAgent`,
            of: '',
          });
        findPools(budgetMillis, isDataOnly);
      } catch {}
    },
    read() {
      const told = readAll();
      return { found: pools.length, pools: [...told.slice(0, MAX_TOLD), ...lines.read(LINE_IDS)] };
    },
    ownHeapBytes: () =>
      lines.ownHeapBytes() +
      pools.reduce(
        (sum, { caught }) =>
          sum + caught.stacks.reduce((bytes, frames) => bytes + frames.length * BYTES_PER_FRAME, 400),
        0,
      ),
  };
}

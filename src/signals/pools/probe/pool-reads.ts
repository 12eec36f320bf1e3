// The state of one pool at this moment: how many are checked out, how many are free, and how many callers wait.
import type { ProbePool } from '../../../probe/probe-protocol.ts';
import type { PoolShape, PoolShapes } from './pool-shapes.ts';

type Counts = Pick<ProbePool, 'endpoint' | 'limit' | 'busy' | 'idle' | 'waiting'>;

export interface PoolRead {
  counts: Counts;
  /** The queue of those who wait. */
  queue: unknown;
  /** Nothing is free. */
  isShort: boolean;
  /** What is checked out. */
  lent(): unknown[];
}

const MAX_LENT = 64;
const MAX_ITEMS = 1_000;

/** Null for what is no pool any more. */
export function readPool(shapes: PoolShapes, value: object): PoolRead | null {
  const whole = shapes.shapeOf(value);
  if (!whole) return null;
  const { shape, endpoint } = busiestOf(shapes, whole);
  const count = (part: unknown) => (part === undefined ? undefined : shapes.countOf(part));
  const { limit } = shape;
  const waiting = count(shape.waiting) ?? 0;
  const idle = count(shape.idle);
  const all = count(shape.all);
  const busy = count(shape.busy) ?? (all !== undefined ? Math.max(0, all - (idle ?? 0)) : undefined);
  return {
    counts: { endpoint, limit, busy, idle, waiting },
    queue: shape.waiting,
    isShort: waiting > 0 || (limit !== undefined && busy !== undefined && busy >= limit),
    lent: () => lentOf(shapes, shape),
  };
}

function lentOf(shapes: PoolShapes, { all, busy, idle }: PoolShape): unknown[] {
  if (busy !== undefined) return shapes.itemsOf(busy, MAX_LENT);
  const free = new Set(shapes.itemsOf(idle, MAX_ITEMS));
  return shapes
    .itemsOf(all, MAX_ITEMS)
    .filter((item) => !free.has(item))
    .slice(0, MAX_LENT);
}

/** Of an Agent, the destination with the longest queue is meant: its limit is for each. */
function busiestOf(shapes: PoolShapes, shape: PoolShape): { shape: PoolShape; endpoint: string | undefined } {
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
}

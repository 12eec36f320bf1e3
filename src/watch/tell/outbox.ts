// What still has to be sent to one receiver: a queue of bounded size that waits longer after each failure. Nothing is lost
// up to the bound; beyond it the oldest is dropped, and counted.

export interface OutboxState<T> {
  queue: readonly T[];
  lost: number;
  sent: number;
  failures: number;
  /** Not before then. */
  nextMillis: number;
  /** Of the last failure, until something is delivered. */
  problem: string | null;
}

/** What of it is told to others. */
export type OutboxView = Pick<OutboxState<unknown>, 'lost' | 'sent' | 'problem'> & { queued: number };

export type Delivery =
  /** `rejected`: the receiver did not want so much of it, as it counts; `lost`: so many items of ours. */
  | { is: 'delivered'; rejected?: number; lost?: number }
  /** Worth another try; the receiver may have said when. */
  | { is: 'failed'; reason: string; retryAfterMillis?: number }
  /** No try will help: the receiver does not want this. */
  | { is: 'refused'; reason: string };

export interface Bound<T> {
  items: number;
  bytes?: number;
  /** Bytes of memory, about; needed with `bytes`. */
  sizeOf?: (item: T) => number;
}

export const emptyOutbox = <T>(): OutboxState<T> => ({
  queue: [],
  lost: 0,
  sent: 0,
  failures: 0,
  nextMillis: 0,
  problem: null,
});

const FIRST_WAIT_MILLIS = 1_000;
const LONGEST_WAIT_MILLIS = 60_000;
/** What a receiver asks for beyond this is not believed. */
const LONGEST_RETRY_AFTER_MILLIS = 600_000;

/** With `item` as the last. */
export function appended<T>(state: OutboxState<T>, item: T, bound: Bound<T>): OutboxState<T> {
  const queue = [...state.queue, item];
  let over = Math.max(0, queue.length - bound.items);
  const { bytes, sizeOf } = bound;
  if (bytes !== undefined && sizeOf) {
    let used = queue.slice(over).reduce((sum, each) => sum + sizeOf(each), 0);
    for (; used > bytes && over < queue.length; over++) used -= sizeOf(queue[over]!);
  }
  return { ...state, queue: queue.slice(over), lost: state.lost + over };
}

export const isDue = ({ nextMillis }: Pick<OutboxState<unknown>, 'nextMillis'>, atMillis: number) =>
  atMillis >= nextMillis;

/** After `batch` was tried at `atMillis` (monotonic). */
export function tried<T>(
  state: OutboxState<T>,
  batch: readonly T[],
  { delivery, atMillis }: { delivery: Delivery; atMillis: number },
): OutboxState<T> {
  if (delivery.is === 'failed') {
    const own = Math.min(LONGEST_WAIT_MILLIS, FIRST_WAIT_MILLIS * 2 ** Math.min(10, state.failures));
    const wait = Math.max(own, Math.min(LONGEST_RETRY_AFTER_MILLIS, delivery.retryAfterMillis ?? 0));
    return { ...state, failures: state.failures + 1, nextMillis: atMillis + wait, problem: delivery.reason };
  }
  // While it was sent, more may have come and the oldest may have gone.
  const queue = state.queue.filter((item) => !batch.includes(item));
  const base = { ...state, queue, failures: 0, nextMillis: atMillis };
  if (delivery.is === 'refused')
    return { ...base, lost: state.lost + batch.length, problem: delivery.reason };
  const lost = Math.min(batch.length, delivery.lost ?? 0);
  return { ...base, sent: state.sent + batch.length - lost, lost: state.lost + lost, problem: null };
}

export const viewOf = ({ queue, lost, sent, problem }: OutboxState<unknown>): OutboxView => ({
  queued: queue.length,
  lost,
  sent,
  problem,
});

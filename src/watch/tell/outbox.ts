// What one webhook still has to be told: a queue of bounded size that waits longer after each failure. Nothing is lost up to
// the bound; beyond it the oldest goes, and is counted.
import type { PostableAlert } from './alerts.ts';

export interface OutboxState {
  queue: readonly PostableAlert[];
  lost: number;
  sent: number;
  failures: number;
  /** Not before then. */
  nextMillis: number;
  /** Of the last failure, until something is delivered. */
  problem: string | null;
}

export type Delivery =
  | { is: 'delivered' }
  /** Worth another try. */
  | { is: 'failed'; reason: string }
  /** No try will help: the receiver does not want this. */
  | { is: 'refused'; reason: string };

export const EMPTY_OUTBOX: OutboxState = {
  queue: [],
  lost: 0,
  sent: 0,
  failures: 0,
  nextMillis: 0,
  problem: null,
};

export const MOST_QUEUED = 500;
/** One request. */
export const MOST_TOGETHER = 50;
const FIRST_WAIT_MILLIS = 1_000;
const LONGEST_WAIT_MILLIS = 60_000;

const isSameAlert = (a: PostableAlert, b: PostableAlert) =>
  JSON.stringify(a.labels) === JSON.stringify(b.labels);
const isFiring = ({ startsAt, endsAt }: PostableAlert, nowMillis: number) =>
  Date.parse(endsAt) > nowMillis && endsAt !== startsAt;

/** What says that an alert still fires takes the place of what said the same before; an end is never replaced. */
export function queued(state: OutboxState, alert: PostableAlert, nowMillis: number): OutboxState {
  const at = state.queue.findLastIndex((each) => isSameAlert(each, alert));
  const before = state.queue[at];
  if (before && isFiring(before, nowMillis) && isFiring(alert, nowMillis))
    return { ...state, queue: state.queue.with(at, alert) };
  const queue = [...state.queue, alert];
  const over = Math.max(0, queue.length - MOST_QUEUED);
  return { ...state, queue: queue.slice(over), lost: state.lost + over };
}

/** What to send now; empty: nothing, or not yet. One alert is at most once in it, so that order cannot matter. */
export function nextBatch({ queue, nextMillis }: OutboxState, atMillis: number): PostableAlert[] {
  if (atMillis < nextMillis) return [];
  const batch: PostableAlert[] = [];
  for (const alert of queue) {
    if (batch.length >= MOST_TOGETHER || batch.some((each) => isSameAlert(each, alert))) break;
    batch.push(alert);
  }
  return batch;
}

/** After `batch` was tried at `atMillis` (monotonic). */
export function tried(
  state: OutboxState,
  batch: readonly PostableAlert[],
  { delivery, atMillis }: { delivery: Delivery; atMillis: number },
): OutboxState {
  if (delivery.is === 'failed') {
    const wait = Math.min(LONGEST_WAIT_MILLIS, FIRST_WAIT_MILLIS * 2 ** Math.min(10, state.failures));
    return { ...state, failures: state.failures + 1, nextMillis: atMillis + wait, problem: delivery.reason };
  }
  // While it was sent, more may have come and the oldest may have gone.
  const queue = state.queue.filter((alert) => !batch.includes(alert));
  const base = { ...state, queue, failures: 0, nextMillis: atMillis };
  return delivery.is === 'delivered'
    ? { ...base, sent: state.sent + batch.length, problem: null }
    : { ...base, lost: state.lost + batch.length, problem: delivery.reason };
}

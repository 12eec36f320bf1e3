// The queue of a webhook: an alert that is repeated takes one place in it, and an end is never replaced.
import type { PostableAlert } from './alerts.ts';
import { appended, isDue, type OutboxState } from './outbox.ts';

export const MOST_QUEUED = 500;
/** One request. */
export const MOST_TOGETHER = 50;

const isSameAlert = (a: PostableAlert, b: PostableAlert) =>
  JSON.stringify(a.labels) === JSON.stringify(b.labels);
const isFiring = ({ startsAt, endsAt }: PostableAlert, nowMillis: number) =>
  Date.parse(endsAt) > nowMillis && endsAt !== startsAt;

/** What says that an alert still fires takes the place of what said the same before; an end is never replaced. */
export function queued(
  state: OutboxState<PostableAlert>,
  alert: PostableAlert,
  nowMillis: number,
): OutboxState<PostableAlert> {
  const at = state.queue.findLastIndex((each) => isSameAlert(each, alert));
  const before = state.queue[at];
  if (before && isFiring(before, nowMillis) && isFiring(alert, nowMillis))
    return { ...state, queue: state.queue.with(at, alert) };
  return appended(state, alert, { items: MOST_QUEUED });
}

/** What to send now; empty: nothing, or not yet. One alert is at most once in it, so that order cannot matter. */
export function nextBatch(state: OutboxState<PostableAlert>, atMillis: number): PostableAlert[] {
  if (!isDue(state, atMillis)) return [];
  const batch: PostableAlert[] = [];
  for (const alert of state.queue) {
    if (batch.length >= MOST_TOGETHER || batch.some((each) => isSameAlert(each, alert))) break;
    batch.push(alert);
  }
  return batch;
}

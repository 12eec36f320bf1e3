// The connection to one receiver: what is queued for it, sent one request at a time, and a report when it begins to fail or
// works again.
import type { WatchClock } from '../store/clock.ts';
import { type Delivery, emptyOutbox, type OutboxState, tried } from './outbox.ts';

export interface Channel<T> {
  readonly state: OutboxState<T>;
  put(change: (state: OutboxState<T>) => OutboxState<T>): void;
  /** Sends what is due in one request, and resolves when it is answered. Nobody has to wait for it. */
  pump(): Promise<void>;
  /** At the end: sends all that is left, request after request, until one fails or time is up. */
  flush(): Promise<void>;
}

export interface ChannelOptions<T> {
  clock: WatchClock;
  /** What to send at `atMillis` (monotonic) in one request; empty: nothing, or not yet. */
  next: (state: OutboxState<T>, atMillis: number) => readonly T[];
  /** Never rejects. */
  send: (batch: readonly T[]) => Promise<Delivery>;
  /** It began to fail, refused something for a new reason, or works again. */
  onNews: (delivery: Delivery) => void;
}

/** No request begins later. With the time that one waits for its answer it is less than what is usually given to end in. */
const LONGEST_FLUSH_MILLIS = 5_000;

export function createChannel<T>({ clock, next, send, onNews }: ChannelOptions<T>): Channel<T> {
  let state = emptyOutbox<T>();
  let sending: Promise<void> | null = null;

  async function sendOnce(): Promise<void> {
    const batch = next(state, clock.monotonic());
    if (batch.length === 0) return;
    const delivery = await send(batch);
    const { problem } = state;
    state = tried(state, batch, { delivery, atMillis: clock.monotonic() });
    if (isNews(delivery, problem)) onNews(delivery);
  }

  return {
    get state() {
      return state;
    },
    put(change) {
      state = change(state);
    },
    pump() {
      sending ??= sendOnce().finally(() => {
        sending = null;
      });
      return sending;
    },
    async flush() {
      await sending;
      // Whatever wait a failure asked for: there is no later.
      state = { ...state, nextMillis: Number.NEGATIVE_INFINITY };
      const untilMillis = clock.monotonic() + LONGEST_FLUSH_MILLIS;
      while (state.queue.length > 0 && clock.monotonic() < untilMillis) {
        const { length } = state.queue;
        await sendOnce();
        if (state.queue.length >= length) return;
      }
    },
  };
}

/** `problem` of the time before. */
function isNews(delivery: Delivery, problem: string | null): boolean {
  switch (delivery.is) {
    case 'delivered':
      return problem !== null || (delivery.rejected ?? 0) > 0;
    case 'failed':
      return problem === null;
    case 'refused':
      return delivery.reason !== problem;
  }
}

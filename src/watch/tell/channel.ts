// The way to one receiver: what is queued for it, sent one request at a time, and told when it begins to fail or works again.
import type { WatchClock } from '../store/clock.ts';
import { type Delivery, emptyOutbox, type OutboxState, tried } from './outbox.ts';

export interface Channel<T> {
  readonly state: OutboxState<T>;
  put(change: (state: OutboxState<T>) => OutboxState<T>): void;
  /** Sends what is due, without waiting for it. */
  pump(): void;
  /** Tries once more to send what is left. */
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
    },
    async flush() {
      await sending;
      await sendOnce();
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

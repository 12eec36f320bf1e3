// Tells webhooks which alerts fire and which are over, again and again while they fire, and keeps what could not be told.
import type { Webhook } from '../config/watch-config.ts';
import type { WatchClock } from '../store/clock.ts';
import { type AlertFacts, firing, keyOf, type OpenAlert, REPEAT_MILLIS, resolved } from './alerts.ts';
import { type Delivery, EMPTY_OUTBOX, nextBatch, type OutboxState, queued, tried } from './outbox.ts';
import { post } from './post.ts';

export interface Teller {
  fire(facts: AlertFacts): void;
  /** Does nothing where no alert is open. */
  resolve(rule: string, target: string, why: string): void;
  readonly open: readonly OpenAlert[];
  readonly outboxes: readonly { url: string; state: OutboxState }[];
  /** Sends what is due, without waiting for it. */
  pump(): void;
  /** Tries once more to send what is left. */
  flush(): Promise<void>;
}

export interface TellerOptions {
  hooks: readonly Webhook[];
  clock: WatchClock;
  open: readonly OpenAlert[];
  /** A webhook began to fail, refused something, or works again. */
  onDelivery: (url: string, delivery: Delivery) => void;
}

interface Box {
  hook: Webhook;
  state: OutboxState;
  sending: Promise<void> | null;
}

export function createTeller({ hooks, clock, open: saved, onDelivery }: TellerOptions): Teller {
  const open = new Map(saved.map((alert) => [keyOf(alert), alert]));
  const boxes = hooks.map((hook): Box => ({ hook, state: EMPTY_OUTBOX, sending: null }));
  let repeatedMillis = Number.NEGATIVE_INFINITY;

  const put = (alert: ReturnType<typeof firing>) => {
    for (const box of boxes) box.state = queued(box.state, alert, clock.wall());
  };

  function fire(facts: AlertFacts): void {
    const before = open.get(keyOf(facts));
    // Its severity is part of who it is.
    const isSame = before?.level === facts.level;
    if (before && !isSame) put(resolved(before, `it is ${facts.level} now`, clock.wall()));
    const alert = { ...facts, startsAtMillis: before && isSame ? before.startsAtMillis : clock.wall() };
    open.set(keyOf(facts), alert);
    put(firing(alert, clock.wall()));
  }

  function resolve(rule: string, target: string, why: string): void {
    const key = keyOf({ rule, target });
    const alert = open.get(key);
    if (!alert) return;
    open.delete(key);
    put(resolved(alert, why, clock.wall()));
  }

  function repeat(): void {
    if (clock.monotonic() - repeatedMillis < REPEAT_MILLIS) return;
    repeatedMillis = clock.monotonic();
    for (const alert of open.values()) put(firing(alert, clock.wall()));
  }

  async function send(box: Box): Promise<void> {
    const batch = nextBatch(box.state, clock.monotonic());
    if (batch.length === 0) return;
    const delivery = await post(box.hook, batch);
    const wasFailing = box.state.problem !== null;
    box.state = tried(box.state, batch, { delivery, atMillis: clock.monotonic() });
    const isNews = delivery.is === 'failed' ? !wasFailing : delivery.is === 'refused' || wasFailing;
    if (isNews) onDelivery(box.hook.url, delivery);
  }

  function pump(): void {
    repeat();
    for (const box of boxes) {
      box.sending ??= send(box).finally(() => {
        box.sending = null;
      });
    }
  }

  async function flush(): Promise<void> {
    await Promise.all(boxes.map(({ sending }) => sending));
    await Promise.all(boxes.map(send));
  }

  return {
    fire,
    resolve,
    pump,
    flush,
    get open() {
      return [...open.values()];
    },
    get outboxes() {
      return boxes.map(({ hook, state }) => ({ url: hook.url, state }));
    },
  };
}

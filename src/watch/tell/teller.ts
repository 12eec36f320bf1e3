// Sends webhooks the alerts that fire and those that are over, repeatedly while they fire, and keeps what could not be sent.
import type { Webhook } from '../config/watch-config.ts';
import type { WatchClock } from '../store/clock.ts';
import { nextBatch, queued } from './alert-queue.ts';
import {
  type AlertFacts,
  firing,
  keyOf,
  type OpenAlert,
  type PostableAlert,
  REPEAT_MILLIS,
  resolved,
} from './alerts.ts';
import { createChannel } from './channel.ts';
import { type Delivery, type OutboxView, viewOf } from './outbox.ts';
import { post } from './post.ts';

export interface Teller {
  fire(facts: AlertFacts): void;
  /** Does nothing where no alert is open. */
  resolve(rule: string, target: string, why: string): void;
  readonly open: readonly OpenAlert[];
  readonly outboxes: readonly OutboxView[];
  /** Sends what is due, without waiting for it. */
  pump(): void;
  /** At the end: sends what is left, for some seconds. */
  flush(): Promise<void>;
}

export interface TellerOptions {
  hooks: readonly Webhook[];
  clock: WatchClock;
  open: readonly OpenAlert[];
  /** A webhook began to fail, refused something, or works again. */
  onDelivery: (url: string, delivery: Delivery) => void;
}

export function createTeller({ hooks, clock, open: saved, onDelivery }: TellerOptions): Teller {
  const open = new Map(saved.map((alert) => [keyOf(alert), alert]));
  const channels = hooks.map((hook) =>
    createChannel<PostableAlert>({
      clock,
      next: nextBatch,
      send: (batch) => post(hook, JSON.stringify(batch)),
      onNews: (delivery) => onDelivery(hook.url, delivery),
    }),
  );
  let repeatedMillis = Number.NEGATIVE_INFINITY;

  const put = (alert: PostableAlert) => {
    for (const channel of channels) channel.put((state) => queued(state, alert, clock.wall()));
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

  return {
    fire,
    resolve,
    pump() {
      repeat();
      for (const channel of channels) void channel.pump();
    },
    async flush() {
      await Promise.all(channels.map((channel) => channel.flush()));
    },
    get open() {
      return [...open.values()];
    },
    get outboxes() {
      return channels.map(({ state }) => viewOf(state));
    },
  };
}

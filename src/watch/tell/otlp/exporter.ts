// Sends metrics and events to a receiver for OTLP/HTTP, and keeps what it does not accept yet. The protocol says which
// answers are worth another try: https://opentelemetry.io/docs/specs/otlp/#otlphttp-response
import { hostname } from 'node:os';
import { escapeControls } from '../../../report/escape.ts';
import { ageSeconds, readStat } from '../../../target/proc/proc.ts';
import type { OtlpConfig } from '../../config/watch-config.ts';
import type { WatchClock } from '../../store/clock.ts';
import { type Channel, createChannel } from '../channel.ts';
import { appended, type Bound, type Delivery, isDue } from '../outbox.ts';
import { post } from '../post.ts';
import type { WatchFacts } from '../watch-metrics.ts';
import { type Attributes, encodeEvents, encodeMetrics, type ReadyEvent } from './encode.ts';
import { eventRecord, type WatchEvent } from './events.ts';
import { type MetricOwner, metricsOfWatch } from './points.ts';

type Signal = 'otlp-metrics' | 'otlp-events';

export interface OtlpExporter {
  readonly channels: readonly { name: Signal; channel: Channel<Uint8Array> | Channel<ReadyEvent> }[];
  /** Queues the metrics of this moment. */
  measure(facts: WatchFacts): void;
  event(event: WatchEvent): void;
}

export interface OtlpOptions {
  config: OtlpConfig;
  clock: WatchClock;
  version: string;
  onNews: (name: Signal, delivery: Delivery) => void;
}

/** A request each: an hour of twenty targets, or what fits into so much memory. */
export const METRICS_BOUND: Bound<Uint8Array> = {
  items: 1_500,
  bytes: 6 * 2 ** 20,
  sizeOf: (body) => body.byteLength,
};
export const EVENTS_BOUND: Bound<ReadyEvent> = { items: 1_000 };
const EVENTS_TOGETHER = 100;
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const LONGEST_NAME = 120;

export function createOtlpExporter({ config, clock, version, onNews }: OtlpOptions): OtlpExporter {
  const { metricsUrl, eventsUrl, tokenFile } = config;
  const scope = { name: 'culprit', version };
  const starts = createStarts(clock);
  const receiver = (url: string) => ({ url, ...(tokenFile !== undefined && { tokenFile }) });
  const metrics =
    metricsUrl === null
      ? null
      : createChannel<Uint8Array>({
          clock,
          next: (state, atMillis) => (isDue(state, atMillis) ? state.queue.slice(0, 1) : []),
          send: ([body]) =>
            post(receiver(metricsUrl), body!, {
              isTransient,
              judge: (body) => ({ is: 'delivered', rejected: rejectedIn(body, 'rejectedDataPoints') }),
            }),
          onNews: (delivery) => onNews('otlp-metrics', delivery),
        });
  const events =
    eventsUrl === null
      ? null
      : createChannel<ReadyEvent>({
          clock,
          next: (state, atMillis) => (isDue(state, atMillis) ? state.queue.slice(0, EVENTS_TOGETHER) : []),
          send: (batch) =>
            post(receiver(eventsUrl), encodeEvents(batch, scope), {
              isTransient,
              judge(body) {
                const rejected = rejectedIn(body, 'rejectedLogRecords');
                return { is: 'delivered', rejected, lost: rejected };
              },
            }),
          onNews: (delivery) => onNews('otlp-events', delivery),
        });

  return {
    channels: [
      ...(metrics ? [{ name: 'otlp-metrics' as const, channel: metrics }] : []),
      ...(events ? [{ name: 'otlp-events' as const, channel: events }] : []),
    ],
    measure(facts) {
      const nowMillis = clock.wall();
      for (const { owner, metrics: list } of metricsOfWatch(facts)) {
        const moment = { startMillis: starts.of(owner), nowMillis };
        const resource = resourceOf(owner, { version, attributes: config.attributes });
        const body = encodeMetrics(resource, { metrics: list, scope }, moment);
        metrics?.put((state) => appended(state, body, METRICS_BOUND));
      }
      starts.forgetOthers(facts);
    },
    event(event) {
      const { target: name, pid, wallMillis } = event;
      const owner = { is: 'target', name, pid, startTicks: 0 } as const;
      const resource = resourceOf(owner, { version, attributes: config.attributes });
      const ready = { resource, record: eventRecord(event), wallMillis };
      events?.put((state) => appended(state, ready, EVENTS_BOUND));
    },
  };
}

const isTransient = (status: number) => RETRYABLE.has(status);

/** What a receiver did not want of a request that it took: it counts that in `field`. */
function rejectedIn(body: string, field: string): number {
  try {
    const answer: unknown = JSON.parse(body);
    const partial = isRecord(answer) ? answer.partialSuccess : undefined;
    const count = isRecord(partial) ? Number(partial[field]) : 0;
    return Number.isSafeInteger(count) && count > 0 ? count : 0;
  } catch {
    return 0;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** By the semantic conventions; those of the configuration give way. */
function resourceOf(
  owner: MetricOwner,
  { version, attributes }: { version: string; attributes: Attributes },
): Attributes {
  const host = hostname();
  const pid = owner.is === 'watcher' ? process.pid : owner.pid;
  return {
    ...attributes,
    'host.name': host,
    'os.type': 'linux',
    ...(owner.is === 'watcher'
      ? { 'service.name': 'culprit', 'service.version': version }
      : { 'service.name': escapeControls(owner.name, LONGEST_NAME) }),
    ...(pid !== null && {
      'service.instance.id': `${host}:${pid}`,
      'process.pid': pid,
      'process.runtime.name': 'nodejs',
    }),
  };
}

/** Since when the totals of a process count: asked once, because a start that moves would look like a restart. */
function createStarts(clock: WatchClock) {
  const known = new Map<string, number>();
  const keyOf = (owner: MetricOwner) =>
    owner.is === 'watcher' ? '' : `${owner.name}\n${owner.pid}\n${owner.startTicks}`;
  return {
    of(owner: MetricOwner): number {
      const key = keyOf(owner);
      const ticks = owner.is === 'watcher' ? (readStat(process.pid)?.startTicks ?? 0) : owner.startTicks;
      const age = ticks > 0 ? (ageSeconds(ticks) ?? 0) : 0;
      const start = known.get(key) ?? clock.wall() - age * 1_000;
      known.set(key, start);
      return start;
    },
    /** Keeps those that are there. */
    forgetOthers({ targets }: WatchFacts): void {
      const there = new Set([
        '',
        ...targets.map(({ slot }) =>
          keyOf({
            is: 'target',
            name: slot.name,
            pid: slot.process?.pid ?? null,
            startTicks: slot.process?.startTicks ?? 0,
          }),
        ),
      ]);
      for (const key of known.keys()) if (!there.has(key)) known.delete(key);
    },
  };
}

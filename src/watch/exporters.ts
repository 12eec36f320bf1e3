// All receivers besides webhooks: metrics and events by OTLP, profiles for a folder and Pyroscope. What is not configured is not
// loaded.

import { formatCount } from '../units/units.ts';
import type { ExporterName } from '../wire/watch/names.ts';
import type { WatchConfig } from './config/watch-config.ts';
import type { WatchClock } from './store/clock.ts';
import type { Decision } from './store/decision-log.ts';
import type { WatchEvent } from './tell/otlp/events.ts';
import type { OtlpExporter, OtlpOptions } from './tell/otlp/exporter.ts';
import { type Delivery, viewOf } from './tell/outbox.ts';
import { createProfileSpool, type ProfileSpool } from './tell/profiles/spool.ts';
import type { WatchFacts } from './tell/watch-metrics.ts';

export interface Exporters {
  /** Null: profiles are not collected. */
  readonly profiles: ProfileSpool | null;
  readonly views: WatchFacts['exporters'];
  event(event: WatchEvent): void;
  /** In each round: makes and sends what is due, and resolves when it is answered. Nobody has to wait for it. */
  pump(facts: () => WatchFacts): Promise<void>;
  /** At the end: sends what is left, for some seconds, and notes what could not be delivered. */
  flush(): Promise<void>;
}

export interface ExportersPlace {
  clock: WatchClock;
  version: string;
  decide(decision: Omit<Decision, 'at'>): void;
  onTrouble(words: string): void;
}

/** Given where OTLP is configured. */
export type CreateOtlp = (options: OtlpOptions) => OtlpExporter;

export function createExporters(
  { otlp, profiles: wanted }: Pick<WatchConfig, 'otlp' | 'profiles'>,
  place: ExportersPlace,
  createOtlp: CreateOtlp | null,
): Exporters {
  const { clock, version } = place;
  const onNews = (name: ExporterName, url: string) => (delivery: Delivery) =>
    note(place, { name, url, delivery });
  const exporter =
    otlp && createOtlp
      ? createOtlp({
          config: otlp,
          clock,
          version,
          onNews: (name, delivery) =>
            onNews(name, (name === 'otlp-metrics' ? otlp.metricsUrl : otlp.eventsUrl) ?? '')(delivery),
        })
      : null;
  const profiles =
    wanted &&
    createProfileSpool({
      config: wanted,
      clock,
      onNews: onNews('pyroscope', wanted.pyroscope?.url ?? ''),
      onTrouble: place.onTrouble,
    });
  const channels = [
    ...(exporter?.channels ?? []),
    ...(profiles?.channel ? [{ name: 'pyroscope' as const, channel: profiles.channel }] : []),
  ];
  let exportedMillis = Number.NEGATIVE_INFINITY;

  return {
    profiles,
    get views() {
      return channels.map(({ name, channel }) => ({ name, ...viewOf(channel.state) }));
    },
    event: (event) => exporter?.event(event),
    pump(facts) {
      const atMillis = clock.monotonic();
      if (exporter && otlp?.metricsUrl && atMillis - exportedMillis >= otlp.everyMillis) {
        exportedMillis = atMillis;
        exporter.measure(facts());
      }
      return Promise.all(channels.map(({ channel }) => channel.pump())).then(() => {});
    },
    async flush() {
      await Promise.all(channels.map(({ channel }) => channel.flush()));
      for (const { name, channel } of channels) {
        const left = channel.state.queue.length;
        if (left > 0) place.decide({ ...ofNobody(name), outcome: 'failed', detail: sayLeft(left) });
      }
    },
  };
}

const sayLeft = (requests: number) =>
  `${requests} ${requests === 1 ? 'item was' : 'items were'} not delivered before the end`;

const ofNobody = (why: string) =>
  ({ target: '', pid: null, rule: null, what: 'export', why, evidence: null }) as const;

function note(
  { decide }: ExportersPlace,
  { name, url, delivery }: { name: ExporterName; url: string; delivery: Delivery },
): void {
  const isDone = delivery.is === 'delivered' && !delivery.rejected;
  decide({
    ...ofNobody(`${name} to ${new URL(url).host}`),
    outcome: isDone ? 'done' : 'failed',
    detail:
      delivery.is !== 'delivered'
        ? delivery.reason
        : isDone
          ? 'the receiver accepts data again'
          : `the receiver rejected ${formatCount(delivery.rejected ?? 0, 'item')}`,
  });
}

// The configuration of `culprit watch` as people write it: times as "30s", sizes as "500MB", thresholds as "80%".
// watch/config/ reads the words.
import * as v from 'valibot';
import { FINDING_KINDS } from '../report/names.ts';
import { WATCH_ACTION_NAMES, WATCH_METRIC_NAMES } from './names.ts';

const words = (most: number) =>
  v.pipe(v.string('has to be text'), v.minLength(1, 'is empty'), v.maxLength(most, 'is too long'));
const time = v.pipe(
  v.string('has to be a time like "30s"'),
  v.regex(/^\d+(\.\d+)?\s*(ms|s|m|min|h)$/, 'has to be a time like "30s", "10m" or "1h"'),
);
const size = v.pipe(
  v.string('has to be a size like "500MB"'),
  v.regex(/^\d+(\.\d+)?\s*(KB|MB|GB)$/, 'has to be a size like "500MB" or "2GB"'),
);
const switches = v.boolean('has to be true or false');

/** An object without unknown fields: a typing error in a rule must not silence it. */
function fields<E extends v.ObjectEntries>(entries: E) {
  const names = Object.keys(entries).join(', ');
  return v.strictObject(entries, ({ expected }) =>
    expected === 'never'
      ? `is not a field here; the fields are ${names}`
      : expected === 'Object'
        ? 'has to be an object'
        : 'is missing',
  );
}

const list = <T extends v.GenericSchema>(item: T, most: number) =>
  v.pipe(v.array(item, 'has to be a list'), v.maxLength(most, 'is too long'));

const exec = fields({
  /** The program and its arguments: no shell reads them. */
  exec: v.pipe(list(words(1_000), 50), v.minLength(1, 'names no program')),
  timeout: v.optional(time),
});

/** As long as this it may hold the process; without it 100 ms, which fits small heaps only. */
const snapshot = fields({ snapshot: fields({ maxPause: time }) });

const action = v.union(
  [v.picklist(WATCH_ACTION_NAMES), exec, snapshot],
  `has to be one of ${WATCH_ACTION_NAMES.join(', ')}, or { "exec": ["program", "argument"] }`,
);

const threshold = v.union(
  [v.pipe(v.string(), v.minLength(1), v.maxLength(20)), v.pipe(v.number(), v.minValue(0), v.maxValue(1e12))],
  'has to be a number, or text like "80%", "10m" or "warning"',
);

const count = (most: number) =>
  v.pipe(
    v.number('has to be a number'),
    v.integer('has to be a whole number'),
    v.minValue(0, 'has to be 0 or more'),
    v.maxValue(most, `has to be ${most} or less`),
  );

/** How far from what is usual at this hour, in widths of its usual spread. */
const spreads = v.pipe(
  v.number('has to be a number'),
  v.minValue(1, 'has to be 1 or more'),
  v.maxValue(1_000, 'has to be 1000 or less'),
);

const band = fields({
  warn: v.optional(spreads),
  critical: v.optional(spreads),
  /** Without values of this hour from so many different days, nothing is judged. */
  days: v.optional(v.pipe(count(14), v.minValue(2, 'has to be 2 or more'))),
});

const limits = fields({
  /** So many runs of the actions for each target within the window; without a window, in all. */
  count: v.optional(count(1_000)),
  window: v.optional(v.union([time, v.literal('none')], 'has to be a time like "1h", or "none"')),
  /** So long after the watch began the rule is finished. */
  duration: v.optional(time),
});

const rule = fields({
  name: v.pipe(
    v.string('is missing: a rule has a name'),
    v.regex(/^[a-z][a-z0-9-]{0,39}$/, 'has to be a name of small letters, digits and dashes'),
  ),
  metric: v.optional(
    v.picklist(WATCH_METRIC_NAMES, `is not a metric; the metrics are ${WATCH_METRIC_NAMES.join(', ')}`),
  ),
  off: v.optional(switches),
  warn: v.optional(threshold),
  critical: v.optional(threshold),
  /** In place of warn and critical: against its own past. */
  band: v.optional(band),
  /** So long the threshold has to be crossed before the alarm. */
  for: v.optional(time),
  /** So long all has to be well before it ends. */
  clearAfter: v.optional(time),
  /** The actions after `diagnose` are taken only when the diagnosis names a cause. */
  confirm: v.optional(switches),
  actions: v.optional(list(action, 20)),
  limits: v.optional(limits),
});
export type RuleWords = v.InferOutput<typeof rule>;

const webhook = fields({
  url: words(2_000),
  /** A file with the token that is sent as `Authorization: Bearer`. */
  tokenFile: v.optional(words(2_000)),
});

const light = fields({ every: v.optional(time), duration: v.optional(time), off: v.optional(switches) });

const metrics = fields({
  port: v.pipe(
    v.number('has to be a port'),
    v.integer('has to be a port'),
    v.minValue(0),
    v.maxValue(65_535),
  ),
  host: v.optional(words(200)),
  /** A file with the token that a reader has to send; needed for anything but loopback. */
  tokenFile: v.optional(words(2_000)),
});

/** Names of OpenTelemetry's attributes, and of Pyroscope's labels. */
const attributes = v.pipe(
  v.record(
    v.pipe(v.string(), v.regex(/^[A-Za-z_][\w.]{0,99}$/, 'has to be a name like deployment_environment')),
    words(200),
    'has to be an object with string values',
  ),
  v.maxEntries(20, 'has more than 20 entries'),
);

const otlp = fields({
  /** Of a receiver for OTLP/HTTP; v1/metrics and v1/logs are added to it. */
  url: words(2_000),
  tokenFile: v.optional(words(2_000)),
  /** Distance of two exports of metrics. */
  every: v.optional(time),
  metrics: v.optional(switches),
  /** Findings and alarms, as events in logs. */
  events: v.optional(switches),
  /** Added to those of each resource. */
  attributes: v.optional(attributes),
});

const profiles = fields({
  /** Where they lie, the oldest removed when the quota is full. */
  folder: v.optional(words(2_000)),
  quota: v.optional(size),
  pyroscope: v.optional(
    fields({
      url: words(2_000),
      tokenFile: v.optional(words(2_000)),
      /** Sent as X-Scope-OrgID. */
      tenant: v.optional(words(200)),
    }),
  ),
  labels: v.optional(attributes),
});

const flight = fields({
  /** Windows are recorded while the main thread is busier than this. */
  busy: v.optional(v.pipe(v.string(), v.regex(/^\d+(\.\d+)?\s*%$/, 'has to be a share like "70%"'))),
  window: v.optional(time),
  /** So many windows are kept for each target. */
  keep: v.optional(v.pipe(count(50), v.minValue(1, 'has to be 1 or more'))),
  quota: v.optional(size),
});

const runbook = fields({
  name: v.pipe(
    v.string('is missing: a runbook has a name'),
    v.regex(/^[a-z][a-z0-9-]{0,39}$/, 'has to be a name of small letters, digits and dashes'),
  ),
  finding: v.picklist(FINDING_KINDS, 'is not a kind of finding; `culprit explain` lists them'),
  run: exec,
  /** After this long the same look has to find it gone. */
  verify: time,
  undo: v.optional(exec),
  /** Runs of it for each target; once an hour unless this says otherwise. */
  limits: v.optional(fields({ count: v.optional(count(1_000)), window: v.optional(time) })),
});
export type RunbookWords = v.InferOutput<typeof runbook>;

export const watchConfig = fields({
  $schema: v.optional(v.string('has to be text')),
  targets: v.optional(list(words(500), 50)),
  all: v.optional(switches),
  /** Distance of two looks from outside. */
  interval: v.optional(time),
  folder: v.optional(words(2_000)),
  quota: v.optional(size),
  /** Log files that a triage reads after a crash. */
  logs: v.optional(list(words(2_000), 20)),
  light: v.optional(light),
  defaults: v.optional(switches),
  rules: v.optional(list(rule, 100)),
  webhooks: v.optional(list(webhook, 10)),
  metrics: v.optional(metrics),
  otlp: v.optional(otlp),
  profiles: v.optional(profiles),
  flight: v.optional(flight),
  runbooks: v.optional(list(runbook, 20)),
});
export type WatchConfigWords = v.InferOutput<typeof watchConfig>;

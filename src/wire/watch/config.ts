// The configuration of `culprit watch` as people write it: times as "30s", sizes as "500MB", thresholds as "80%".
// watch/config/ reads the words.
import * as v from 'valibot';
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

/** An object without fields that nobody knows: a typing error in a rule must not silence it. */
function fields<E extends v.ObjectEntries>(entries: E) {
  const names = Object.keys(entries).join(', ');
  return v.strictObject(entries, ({ expected }) =>
    expected === 'never'
      ? `is no field here; the fields are ${names}`
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

const limits = fields({
  /** So many runs of the actions for each target within the window; without a window, in all. */
  count: v.optional(
    v.pipe(
      v.number('has to be a number'),
      v.integer('has to be a whole number'),
      v.minValue(0),
      v.maxValue(1_000),
    ),
  ),
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
    v.picklist(WATCH_METRIC_NAMES, `is no metric; the metrics are ${WATCH_METRIC_NAMES.join(', ')}`),
  ),
  off: v.optional(switches),
  warn: v.optional(threshold),
  critical: v.optional(threshold),
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
});
export type WatchConfigWords = v.InferOutput<typeof watchConfig>;

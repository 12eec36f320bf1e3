// From the text of a configuration to what a watch does; what makes no sense is refused in one sentence that names the
// place.
import { isIP } from 'node:net';
import { dirname, resolve } from 'node:path';
import { UsageError } from '../../errors.ts';
import { readCheckedDocument } from '../../recording/files/checked-document.ts';
import { DAY_MILLIS } from '../../units/duration.ts';
import { type WatchConfigWords, watchConfig } from '../../wire/watch/config.ts';
import { DEFAULT_RULES } from './default-rules.ts';
import { readOtlp, readProfiles } from './read-exports.ts';
import { readRules } from './read-rules.ts';
import { readFlight, readRunbooks } from './read-runbooks.ts';
import { quotaOf, urlOf, within } from './values.ts';
import type { LightConfig, MetricsConfig, WatchConfig, Webhook } from './watch-config.ts';

/** Looked for in the folder that culprit is started in. */
export const CONFIG_FILES = ['culprit.watch.json', 'culprit.watch.yaml', 'culprit.watch.yml'] as const;

const DEFAULTS = {
  intervalMillis: 5_000,
  folder: 'culprit-watch',
  quotaBytes: 2 ** 30,
  // Growth is told from noise from 12 s on.
  light: { everyMillis: 600_000, durationMillis: 15_000 },
  metricsHost: '127.0.0.1',
};

/** Rejects with RecordingError for a file that is no configuration, UsageError for one that cannot be meant. */
export async function readWatchConfig(file: string): Promise<WatchConfig> {
  const words = await readCheckedDocument(file, {
    schema: watchConfig,
    what: 'a configuration of culprit watch',
    hint: 'schema/culprit-watch.schema.json describes it; docs/watching.md has examples.',
  });
  return interpretConfig(words, dirname(resolve(file)));
}

/** Paths in it are relative to `folder`. Throws UsageError. */
export function interpretConfig(words: WatchConfigWords, folder: string): WatchConfig {
  const webhooks = (words.webhooks ?? []).map((hook, index) => readWebhook(hook, index, folder));
  const targets = words.targets ?? [];
  const watchFolder = resolve(folder, words.folder ?? DEFAULTS.folder);
  if (words.all && targets.length > 0)
    throw new UsageError('"all" and "targets" cannot be combined.', 'Leave one of them out.');
  return {
    targets,
    all: words.all ?? false,
    intervalMillis: within(words.interval, DEFAULTS.intervalMillis, {
      name: 'interval',
      least: 1_000,
      most: 300_000,
    }),
    folder: watchFolder,
    quotaBytes: quotaOf(words.quota, DEFAULTS.quotaBytes, 'quota'),
    logs: (words.logs ?? []).map((path) => resolve(folder, path)),
    light: readLight(words.light),
    rules: readRules(words.rules ?? [], words.defaults === false ? [] : DEFAULT_RULES, webhooks.length > 0),
    webhooks,
    metrics: words.metrics === undefined ? null : readMetrics(words.metrics, folder),
    otlp: words.otlp === undefined ? null : readOtlp(words.otlp, folder),
    profiles: words.profiles === undefined ? null : readProfiles(words.profiles, { folder, watchFolder }),
    flight: words.flight === undefined ? null : readFlight(words.flight),
    runbooks: readRunbooks(words.runbooks ?? []),
    isDryRun: false,
  };
}

function readLight(words: WatchConfigWords['light']): LightConfig | null {
  if (words?.off) return null;
  const { everyMillis, durationMillis } = DEFAULTS.light;
  const light = {
    everyMillis: within(words?.every, everyMillis, { name: 'light.every', least: 10_000, most: DAY_MILLIS }),
    durationMillis: within(words?.duration, durationMillis, {
      name: 'light.duration',
      least: 3_000,
      most: 60_000,
    }),
  };
  if (light.durationMillis > light.everyMillis / 2)
    throw new UsageError(
      'light.duration is more than half of light.every: the process would be captured more than half of the time.',
      'Shorten light.duration, or raise light.every.',
    );
  return light;
}

function readWebhook(hook: Webhook, index: number, folder: string): Webhook {
  const name = `webhooks[${index}].url`;
  const url = urlOf(hook.url, { name, example: 'http://alertmanager:9093/api/v2/alerts' });
  return {
    url: url.href,
    ...(hook.tokenFile !== undefined && { tokenFile: resolve(folder, hook.tokenFile) }),
  };
}

function readMetrics(words: NonNullable<WatchConfigWords['metrics']>, folder: string): MetricsConfig {
  const host = words.host ?? DEFAULTS.metricsHost;
  if (isIP(host) === 0 && host !== 'localhost')
    throw new UsageError(
      `metrics.host ${host} is not an IP address.`,
      'For example 127.0.0.1, or 0.0.0.0 for all addresses.',
    );
  if (!isLoopback(host) && words.tokenFile === undefined)
    throw new UsageError(
      `metrics.host ${host} can be reached from elsewhere, and no token is set.`,
      'Name a file with a token as metrics.tokenFile, or listen on 127.0.0.1.',
    );
  const tokenFile = words.tokenFile === undefined ? {} : { tokenFile: resolve(folder, words.tokenFile) };
  return { host, port: words.port, ...tokenFile };
}

const isLoopback = (host: string) => host === 'localhost' || host === '::1' || host.startsWith('127.');

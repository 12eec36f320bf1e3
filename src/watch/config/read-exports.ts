// Where a watch sends what it knows besides webhooks: a receiver for OTLP, and profiles for a folder and Pyroscope.
import { resolve } from 'node:path';
import { UsageError } from '../../errors.ts';
import type { WatchConfigWords } from '../../wire/watch/config.ts';
import { quotaOf, urlOf, within } from './values.ts';
import type { OtlpConfig, ProfilesConfig, PyroscopeConfig } from './watch-config.ts';

const DEFAULTS = {
  everyMillis: 60_000,
  profilesFolder: 'profiles',
  profilesBytes: 100 * 2 ** 20,
};

/** Throws UsageError. */
export function readOtlp(words: NonNullable<WatchConfigWords['otlp']>, folder: string): OtlpConfig {
  const base = urlOf(words.url, { name: 'otlp.url', example: 'http://127.0.0.1:4318' });
  if (/\/v1\/(metrics|logs|traces)\/?$/.test(base.pathname))
    throw new UsageError(
      'otlp.url ends with the path of one signal.',
      'Remove that path: culprit adds v1/metrics and v1/logs.',
    );
  const signal = (path: string, isOn = true) => (isOn ? under(base, path) : null);
  const otlp = {
    metricsUrl: signal('v1/metrics', words.metrics),
    eventsUrl: signal('v1/logs', words.events),
    ...(words.tokenFile !== undefined && { tokenFile: resolve(folder, words.tokenFile) }),
    everyMillis: within(words.every, DEFAULTS.everyMillis, {
      name: 'otlp.every',
      least: 5_000,
      most: 3_600_000,
    }),
    attributes: words.attributes ?? {},
  };
  if (otlp.metricsUrl === null && otlp.eventsUrl === null)
    throw new UsageError('otlp sends neither metrics nor events.', 'Leave it out, or turn one of them on.');
  return otlp;
}

/** `watchFolder`: where evidence lies. Throws UsageError. */
export function readProfiles(
  words: NonNullable<WatchConfigWords['profiles']>,
  { folder, watchFolder }: { folder: string; watchFolder: string },
): ProfilesConfig {
  return {
    folder:
      words.folder === undefined
        ? resolve(watchFolder, DEFAULTS.profilesFolder)
        : resolve(folder, words.folder),
    quotaBytes: quotaOf(words.quota, DEFAULTS.profilesBytes, 'profiles.quota'),
    pyroscope: words.pyroscope ? readPyroscope(words.pyroscope, folder) : null,
    labels: readLabels(words.labels ?? {}),
  };
}

type PyroscopeWords = NonNullable<NonNullable<WatchConfigWords['profiles']>['pyroscope']>;

function readPyroscope({ url, tokenFile, tenant }: PyroscopeWords, folder: string): PyroscopeConfig {
  const base = urlOf(url, { name: 'profiles.pyroscope.url', example: 'http://127.0.0.1:4040' });
  return {
    url: under(base, 'push.v1.PusherService/Push'),
    ...(tokenFile !== undefined && { tokenFile: resolve(folder, tokenFile) }),
    ...(tenant !== undefined && { tenant }),
  };
}

/** Those that say who it is are ours. */
const OUR_LABELS: ReadonlySet<string> = new Set(['service_name', 'hostname', 'source']);

function readLabels(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  for (const name of Object.keys(labels))
    if (OUR_LABELS.has(name) || name.startsWith('__') || name.includes('.'))
      throw new UsageError(
        `profiles.labels: ${name} is not a label that can be set.`,
        'Choose a name of letters, digits and single underscores that is not one of service_name, hostname, source.',
      );
  return labels;
}

/** A base may have a path of its own, as gateways do. */
function under(base: URL, path: string): string {
  const url = new URL(base);
  url.pathname = `${base.pathname.replace(/\/+$/, '')}/${path}`;
  return url.href;
}

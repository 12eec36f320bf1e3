// What `culprit watch --check` and `--status` print.
import { formatBytes, formatCount, formatDuration, formatShare } from '../../../units/units.ts';
import type { WatchState } from '../../../wire/watch/state.ts';
import { escapeControls } from '../../escape.ts';

/** What is said of a configuration; the whole of it is in watch/config/. */
export interface CheckedConfig {
  targets: readonly string[];
  all: boolean;
  intervalMillis: number;
  folder: string;
  quotaBytes: number;
  light: { everyMillis: number; durationMillis: number } | null;
  rules: readonly {
    name: string;
    metric: string;
    actions: readonly { do: string }[];
    band?: { days: number };
    limits: { count: number; windowMillis: number | null };
  }[];
  webhooks: readonly { url: string }[];
  metrics: { host: string; port: number } | null;
  otlp: { metricsUrl: string | null; eventsUrl: string | null } | null;
  profiles: { folder: string; quotaBytes: number; pyroscope: { url: string } | null } | null;
  flight: { busyShare: number; windowMillis: number; keep: number } | null;
  runbooks: readonly {
    name: string;
    finding: string;
    run: { command: readonly string[] };
    undo: { command: readonly string[] } | null;
    verifyMillis: number;
    limits: { count: number; windowMillis: number | null };
  }[];
}

export function renderWatchCheck(config: CheckedConfig): string {
  const { targets, all, intervalMillis, folder, quotaBytes, light, rules, webhooks, metrics } = config;
  const who = all
    ? 'all Node.js processes here'
    : targets.length === 0
      ? 'nothing yet: add "targets", or name them on the command line'
      : targets.join(', ');
  const lines = [
    'The configuration is valid.',
    `Watches    ${who}, from outside every ${formatDuration(intervalMillis)}`,
    light
      ? `Captures   for ${formatDuration(light.durationMillis)} every ${formatDuration(light.everyMillis)}, within its budget`
      : 'Captures   only when a rule asks for it',
    `Keeps      up to ${formatBytes(quotaBytes)} of evidence in ${folder}`,
    `Tells      ${webhooks.length === 0 ? 'no webhook' : webhooks.map(({ url }) => new URL(url).host).join(', ')}`,
    `Metrics    ${metrics ? `http://${metrics.host}:${metrics.port}/metrics` : 'off'}`,
    ...exportLines(config),
    ...rules.map(({ name, metric, band, actions, limits }) => {
      const how = band
        ? `, compared with the same hour on ${formatCount(band.days, 'earlier day')} or more`
        : '';
      return `Rule       ${name} (${metric}${how}): ${actions.map((action) => action.do).join(', ')}; at most ${oftenOf(limits)}`;
    }),
    ...config.runbooks.map(({ name, finding, run, undo, verifyMillis, limits }) => {
      const otherwise = undo ? `; if that fails, ${JSON.stringify(undo.command)}` : '';
      return `Runbook    ${name} (${finding}): ${JSON.stringify(run.command)}, verified after ${formatDuration(verifyMillis)}${otherwise}; at most ${oftenOf(limits)}`;
    }),
  ];
  return `${lines.map((line) => escapeControls(line)).join('\n')}\n`;
}

function oftenOf({ count, windowMillis }: { count: number; windowMillis: number | null }): string {
  return `${formatCount(count, 'run')}${windowMillis === null ? '' : ` in ${formatDuration(windowMillis)}`}`;
}

/** Of what is off, nothing is said. */
function exportLines({ otlp, profiles, flight }: CheckedConfig): string[] {
  const lines: string[] = [];
  if (otlp)
    lines.push(`OTLP       ${[otlp.metricsUrl, otlp.eventsUrl].filter((url) => url !== null).join(', ')}`);
  if (profiles) {
    const where = profiles.pyroscope ? `, and to ${new URL(profiles.pyroscope.url).host}` : '';
    lines.push(`Profiles   up to ${formatBytes(profiles.quotaBytes)} in ${profiles.folder}${where}`);
  }
  if (flight)
    lines.push(
      `Flight     the last ${formatCount(flight.keep, 'window')} of ${formatDuration(flight.windowMillis)}, while the main thread is busier than ${formatShare(flight.busyShare)}`,
    );
  return lines;
}

/** `watcher` is the pid of the one that runs. */
export function renderWatchStatus(
  { rules, targets, alerts }: WatchState,
  { folder, watcher }: { folder: string; watcher: number | undefined },
): string {
  const lines = [
    watcher === undefined
      ? `No watcher is running in ${folder}.`
      : `Process ${watcher} is watching, in ${folder}.`,
  ];
  for (const { name, pid, sinceAgeMillis, restarts, findings } of targets) {
    const state = pid === null ? 'gone' : `pid ${pid}`;
    const again = restarts === 0 ? '' : `, ${formatCount(restarts, 'restart')}`;
    lines.push('', `${name}: ${state} for ${formatDuration(sinceAgeMillis)}${again}`);
    for (const { severity, title } of findings) lines.push(`  ${severity}: ${title}`);
    for (const rule of rules.filter((each) => each.target === name && isWorthSaying(each)))
      lines.push(`  rule ${rule.rule}: ${sayRule(rule)}`);
  }
  lines.push(
    '',
    `${formatCount(alerts.length, 'alert')} firing; ${formatCount(rules.filter((rule) => rule.state === 'running').length, 'rule')} running.`,
  );
  return `${lines.map((line) => escapeControls(line)).join('\n')}\n`;
}

const isWorthSaying = ({ level, state, runs }: WatchState['rules'][number]) =>
  level !== 'ok' || state !== 'running' || runs > 0;

function sayRule({ level, state, reason, runs }: WatchState['rules'][number]): string {
  const acted = runs === 0 ? '' : `, acted ${formatCount(runs, 'time')}`;
  return `${level}, ${state}${reason === '' ? '' : ` (${reason})`}${acted}`;
}

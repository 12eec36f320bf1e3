// docs/watching.md says what is so: its table of rules is that of the source, and its configurations are good.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeDuration } from '../../src/units/duration.ts';
import { DEFAULT_RULES } from '../../src/watch/config/default-rules.ts';
import { readWatchConfig } from '../../src/watch/config/read-config.ts';
import { METRIC_KINDS } from '../../src/watch/rules/metric-kinds.ts';
import { EVENTS_BOUND, METRICS_BOUND } from '../../src/watch/tell/otlp/exporter.ts';
import { MOST_PUSHES_QUEUED } from '../../src/watch/tell/profiles/spool.ts';
import { RULE_STATES, WATCH_ACTION_NAMES, WATCH_METRIC_NAMES } from '../../src/wire/watch/names.ts';

const page = readFileSync(new URL('../../docs/watching.md', import.meta.url), 'utf8');

test('its table of rules is that of the source', () => {
  const words = (value: number | undefined, unit: string) =>
    value === undefined
      ? '-'
      : unit === 'share'
        ? `${value * 100}%`
        : unit === 'millis'
          ? writeDuration(value)
          : unit === 'severity'
            ? ['', 'warning', 'critical'][value]
            : String(value);
  const rows = DEFAULT_RULES.map(({ name, metric, warn, critical, holdMillis, actions }) => {
    const { unit } = METRIC_KINDS[metric];
    const hold = holdMillis === 0 ? '0s' : writeDuration(holdMillis);
    const does = actions.map((action) => action.do).join(', ');
    return `| \`${name}\` | \`${metric}\` | ${words(warn, unit)} | ${words(critical, unit)} | ${hold} | ${does} |`;
  });
  const table = /<!-- rules:start.*-->\n.*\n.*\n([\s\S]*?)\n<!-- rules:end -->/.exec(page)?.[1];
  expect(table?.split('\n')).toEqual(rows);
});

test('it names every metric, action and state', () => {
  const missing = [...WATCH_METRIC_NAMES, ...WATCH_ACTION_NAMES, ...RULE_STATES].filter(
    (name) => !page.includes(`\`${name}\``) && !page.includes(`| ${name} |`),
  );
  expect(missing).toEqual([]);
});

const CONFIGURATIONS = [...page.matchAll(/```(json|yaml)\n([\s\S]*?)```/g)].map(([, language, text]) => ({
  language: language!,
  text: text!,
}));

test.each(CONFIGURATIONS)('its configuration is good: $text', async ({ language, text }) => {
  const file = join(mkdtempSync(join(tmpdir(), 'culprit-page-')), `culprit.watch.${language}`);
  writeFileSync(file, text);
  await expect(readWatchConfig(file)).resolves.toBeDefined();
});

test('it shows each part of a configuration', () => {
  const all = CONFIGURATIONS.map(({ text }) => text).join('\n');
  const parts = ['targets', 'rules', 'webhooks', 'metrics', 'otlp', 'profiles', 'flight', 'runbooks', 'band'];
  expect(parts.filter((part) => !all.includes(part))).toEqual([]);
});

test('its bounds are those of the source', () => {
  const number = (value: number) => value.toLocaleString('en-US');
  const words = `${number(METRICS_BOUND.items)} of metrics in at most ${METRICS_BOUND.bytes! / 2 ** 20} MB, ${number(EVENTS_BOUND.items)} events, and ${MOST_PUSHES_QUEUED} profiles`;
  expect(page.replaceAll('\n', ' ')).toContain(words);
});

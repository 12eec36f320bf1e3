// The whole page for Prometheus, as a golden file; `promtool check metrics < test/golden/watch-metrics.txt` has nothing to say
// about it. And the text of --check and --status.
import { expect, test } from 'vitest';
import { renderWatchCheck, renderWatchStatus } from '../../src/report/text/pages/watch-text.ts';
import { interpretConfig } from '../../src/watch/config/read-config.ts';
import { renderMetrics } from '../../src/watch/tell/metrics-text.ts';
import { type WatchFacts, watchFamilies } from '../../src/watch/tell/watch-metrics.ts';
import type { WatchState } from '../../src/wire/watch/state.ts';

const finding = {
  fingerprint: '0a1b2c3d',
  kind: 'heap-leak',
  title: 'Map `sessions` grows',
  severity: 'critical',
  firstSeen: '2027-01-31T12:00:00.000Z',
  missed: 0,
} as const;

const FACTS: WatchFacts = {
  targets: [
    {
      slot: {
        name: 'shop "a\\b"\n',
        process: { pid: 42, startTicks: 1, command: 'node shop.js', folder: '/srv' },
        restartsInAll: 2,
      },
      reading: {
        atMillis: 0,
        cpuMicros: 1_500_000,
        rssBytes: 1e8,
        memoryUsedBytes: 9e7,
        memoryLimitBytes: 2e8,
        fdCount: 20,
        fdLimit: 1024,
      },
      metrics: { 'memory.left': 600_000, 'loop.busy': 0.5, 'cpu.waiting': 0.1, 'cpu.throttled': 0 },
      findings: [finding],
    },
    {
      slot: { name: 'gone', process: null, restartsInAll: 0 },
      reading: undefined,
      metrics: {},
      findings: [],
    },
  ],
  rules: [
    {
      rule: 'memory',
      target: 'gone',
      level: 'warn',
      value: 0.8,
      runs: 3,
      state: 'throttled',
      reason: 'its limit',
    },
  ],
  outboxes: [{ queued: 0, sent: 4, lost: 1, problem: 'secret' }],
  exporters: [{ name: 'otlp-metrics', queued: 2, sent: 5, lost: 3, problem: null }],
  own: {
    version: '0.1.0',
    cpuSeconds: 1.25,
    lookCpuSeconds: 2.5,
    residentBytes: 6e7,
    looks: 3,
    writeFailures: 0,
    evidenceBytes: 1e6,
  },
};

test('the page for Prometheus', async () => {
  const page = renderMetrics(watchFamilies(FACTS));
  await expect(page).toMatchFileSnapshot('../golden/watch-metrics.txt');
  expect(page).not.toContain('secret');
  for (const [, name, type] of page.matchAll(/^# TYPE (\S+) (\S+)$/gm))
    expect(name!.endsWith('_total'), name).toBe(type === 'counter');
});

test('what --check says', () => {
  const config = interpretConfig(
    {
      targets: ['shop'],
      defaults: false,
      webhooks: [{ url: 'http://alerts:9093/api/v2/alerts' }],
      rules: [{ name: 'fds', metric: 'fds.share', warn: '80%', actions: ['diagnose', 'webhook'] }],
      metrics: { port: 9464 },
    },
    '/srv',
  );
  expect(renderWatchCheck(config)).toBe(`The configuration is valid.
Watches    shop, from outside every 5 s
Captures   for 15 s every 10 min, within its budget
Keeps      up to 1 GB of evidence in /srv/culprit-watch
Tells      alerts:9093
Metrics    http://127.0.0.1:9464/metrics
Rule       fds (fds.share): diagnose, webhook; at most 3 runs in 60 min
`);
});

test('what --status says', () => {
  const rule = { target: 'shop', levelAgeMillis: 0, ageMillis: 0, ranAgoMillis: [] };
  const state: WatchState = {
    format: 'culprit-watch',
    version: 1,
    pid: 7,
    startTicks: 1,
    savedAt: { boot: '', uptimeMillis: null, wallMillis: 0 },
    rules: [
      {
        ...rule,
        rule: 'memory',
        level: 'warn',
        runs: 3,
        state: 'throttled',
        reason: 'it may act again in 5 min',
      },
      { ...rule, rule: 'fds', level: 'ok', runs: 0, state: 'running', reason: '' },
    ],
    targets: [
      {
        name: 'shop',
        pid: 42,
        command: 'node shop.js',
        sinceAgeMillis: 60_000,
        restarts: 1,
        findings: [finding],
      },
      { name: 'a\u001b[31m', pid: null, command: '', sinceAgeMillis: 5_000, restarts: 0, findings: [] },
    ],
    alerts: [],
  };
  expect(renderWatchStatus(state, { folder: '/srv/w', watcher: 7 })).toBe(`Process 7 is watching, in /srv/w.

shop: pid 42 for 60 s, 1 restart
  critical: Map \`sessions\` grows
  rule memory: warn, throttled (it may act again in 5 min), acted 3 times

a\\x1b[31m: gone for 5 s

0 alerts firing; 1 rule running.
`);
  expect(renderWatchStatus({ ...state, targets: [] }, { folder: '/srv/w', watcher: undefined })).toMatch(
    /^No watcher is running in \/srv\/w\./,
  );
});

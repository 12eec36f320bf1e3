// The configuration of a watch: what holds without one, what it changes, and that what cannot be meant is refused in one sentence.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { DEFAULT_RULES } from '../../src/watch/config/default-rules.ts';
import { interpretConfig, readWatchConfig } from '../../src/watch/config/read-config.ts';
import { METRIC_KINDS } from '../../src/watch/rules/metric-kinds.ts';
import { watchConfigJsonSchema } from '../support/json-schemas.ts';

const dir = mkdtempSync(join(tmpdir(), 'culprit-config-'));
let files = 0;
function write(content: unknown, ending = 'json'): string {
  const file = join(dir, `${files++}.watch.${ending}`);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}
const refusal = (content: unknown, ending?: string) =>
  readWatchConfig(write(content, ending)).then(
    () => 'accepted',
    (error: Error) => error.message.replace(/^\d+\.watch\.(json|yaml)/, 'FILE'),
  );

test('nothing said is the usual rules, light looks, no webhook and nothing that listens', () => {
  expect(interpretConfig({}, '/srv')).toEqual({
    targets: [],
    all: false,
    intervalMillis: 5_000,
    folder: '/srv/culprit-watch',
    quotaBytes: 2 ** 30,
    logs: [],
    light: { everyMillis: 600_000, durationMillis: 15_000 },
    rules: DEFAULT_RULES,
    webhooks: [],
    metrics: null,
    otlp: null,
    profiles: null,
    flight: null,
    runbooks: [],
    isDryRun: false,
  });
});

test('each default rule can act, and clears on the good side of its threshold', () => {
  expect(new Set(DEFAULT_RULES.map(({ name }) => name)).size).toBe(DEFAULT_RULES.length);
  for (const { metric, warn, critical } of DEFAULT_RULES) {
    expect(warn ?? critical).toBeGreaterThan(0);
    expect(METRIC_KINDS[metric].clearAt >= 1).toBe(
      METRIC_KINDS[metric].worse === 'less' || METRIC_KINDS[metric].clearAt === 1,
    );
  }
});

test('a rule with a known name changes that one, another is added, one is turned off', () => {
  const { rules } = interpretConfig(
    {
      rules: [
        { name: 'memory', warn: '70%', limits: { count: 1 } },
        { name: 'slow-disk', metric: 'memory.stalled', warn: '5%', for: '2m', actions: ['diagnose'] },
        { name: 'loop', off: true },
      ],
    },
    '/srv',
  );
  const memory = DEFAULT_RULES.find(({ name }) => name === 'memory')!;
  expect(rules.find(({ name }) => name === 'memory')).toEqual({
    ...memory,
    warn: 0.7,
    limits: { ...memory.limits, count: 1 },
  });
  expect(rules.find(({ name }) => name === 'slow-disk')).toEqual({
    name: 'slow-disk',
    metric: 'memory.stalled',
    warn: 0.05,
    holdMillis: 120_000,
    clearMillis: 60_000,
    confirm: false,
    actions: [{ do: 'diagnose' }],
    limits: { count: 3, windowMillis: 3_600_000, durationMillis: null },
  });
  expect(rules.some(({ name }) => name === 'loop')).toBe(false);
  expect(rules).toHaveLength(DEFAULT_RULES.length);
});

test('YAML says the same as JSON', async () => {
  const yaml = `targets: [shop]
quota: 200MB
light: { every: 5m }
webhooks: [{ url: "http://127.0.0.1:9093/api/v2/alerts", tokenFile: token }]
rules:
  - name: memory
    warn: 75%
    actions: [diagnose, { snapshot: { maxPause: 2s } }, { exec: [logger, "{pid}"], timeout: 5s }, webhook]
`;
  const json = {
    targets: ['shop'],
    quota: '200MB',
    light: { every: '5m' },
    webhooks: [{ url: 'http://127.0.0.1:9093/api/v2/alerts', tokenFile: 'token' }],
    rules: [
      {
        name: 'memory',
        warn: '75%',
        actions: [
          'diagnose',
          { snapshot: { maxPause: '2s' } },
          { exec: ['logger', '{pid}'], timeout: '5s' },
          'webhook',
        ],
      },
    ],
  };
  const read = await readWatchConfig(write(yaml, 'yaml'));
  expect(read).toEqual(await readWatchConfig(write(json)));
  expect(read.rules[0]!.actions).toEqual([
    { do: 'diagnose' },
    { do: 'snapshot', maxPauseMillis: 2_000 },
    { do: 'exec', command: ['logger', '{pid}'], timeoutMillis: 5_000 },
    { do: 'webhook' },
  ]);
  expect(read.webhooks).toEqual([
    { url: 'http://127.0.0.1:9093/api/v2/alerts', tokenFile: join(dir, 'token') },
  ]);
});

test('receivers, the flight recorder, runbooks and bands, in numbers', () => {
  const config = interpretConfig(
    {
      otlp: { url: 'http://127.0.0.1:4318/gateway/', events: false, attributes: { team: 'shop' } },
      profiles: {
        quota: '50MB',
        pyroscope: { url: 'http://127.0.0.1:4040', tenant: 'a', tokenFile: 'token' },
        labels: { env: 'prod' },
      },
      flight: { busy: '60%', window: '5s' },
      runbooks: [
        {
          name: 'clear-cache',
          finding: 'heap-leak',
          run: { exec: ['clear', '{pid}'] },
          undo: { exec: ['restore'], timeout: '5s' },
          verify: '5m',
        },
      ],
      rules: [{ name: 'odd', metric: 'loop.busy', band: { critical: 10 } }],
    },
    '/srv',
  );
  expect(config.otlp).toEqual({
    metricsUrl: 'http://127.0.0.1:4318/gateway/v1/metrics',
    eventsUrl: null,
    everyMillis: 60_000,
    attributes: { team: 'shop' },
  });
  expect(config.profiles).toEqual({
    folder: '/srv/culprit-watch/profiles',
    quotaBytes: 50 * 2 ** 20,
    pyroscope: {
      url: 'http://127.0.0.1:4040/push.v1.PusherService/Push',
      tokenFile: '/srv/token',
      tenant: 'a',
    },
    labels: { env: 'prod' },
  });
  expect(config.flight).toEqual({
    busyShare: 0.6,
    windowMillis: 5_000,
    keep: 6,
    quotaBytes: 100 * 2 ** 20,
  });
  expect(config.runbooks).toEqual([
    {
      name: 'clear-cache',
      finding: 'heap-leak',
      run: { do: 'exec', command: ['clear', '{pid}'], timeoutMillis: 60_000 },
      undo: { do: 'exec', command: ['restore'], timeoutMillis: 5_000 },
      verifyMillis: 300_000,
      limits: { count: 1, windowMillis: 3_600_000, durationMillis: null },
    },
  ]);
  expect(config.rules.find(({ name }) => name === 'odd')).toMatchObject({
    warn: 6,
    critical: 10,
    band: { days: 3 },
  });
});

/** Refused by the shape alone: the JSON schema turns them down as well. */
const MISSHAPEN: [string, unknown, RegExp][] = [
  ['an unknown key', { intervall: '5s' }, /intervall: is not a field here; the fields are .*interval/],
  [
    'an unknown key in a rule',
    { rules: [{ name: 'a', wran: '5%' }] },
    /rules\[0\]\.wran: is not a field here/,
  ],
  ['a rule without a name', { rules: [{ warn: '5%' }] }, /rules\[0\]\.name: is missing/],
  [
    'an unknown metric',
    { rules: [{ name: 'a', metric: 'heap' }] },
    /rules\[0\]\.metric: is not a metric; the metrics are memory\.share/,
  ],
  [
    'an unknown action',
    { rules: [{ name: 'a', actions: ['reboot'] }] },
    /actions\[0\]: has to be one of diagnose/,
  ],
  ['a command for a shell', { rules: [{ name: 'a', actions: [{ exec: 'rm -rf /' }] }] }, /actions\[0\]/],
  ['a time that is none', { interval: 'often' }, /interval: has to be a time like/],
  ['a size that is none', { quota: 'much' }, /quota: has to be a size like/],
  ['a port that is none', { metrics: { port: 1e6 } }, /metrics\.port/],
  ['a list', [{}], /it has to be an object\.$/],
  ['an empty list', [], /it has to be an object\.$/],
  ['a receiver without an address', { otlp: {} }, /otlp\.url/],
  ['an attribute that is none', { otlp: { url: 'http://a', attributes: { 'a b': 'c' } } }, /attributes/],
  [
    'a runbook for what is no finding',
    { runbooks: [{ name: 'a', finding: 'sorrow', run: { exec: ['a'] }, verify: '5m' }] },
    /finding: is not a kind of finding/,
  ],
  [
    'a runbook that is never verified',
    { runbooks: [{ name: 'a', finding: 'heap-leak', run: { exec: ['a'] } }] },
    /verify/,
  ],
  ['no windows', { flight: { keep: 0 } }, /flight\.keep: has to be 1 or more/],
  ['a past of one day', { rules: [{ name: 'loop', band: { days: 1 } }] }, /days: has to be 2 or more/],
];
const RUNBOOK = { name: 'a', finding: 'heap-leak', run: { exec: ['a'] }, verify: '5m' };
/** Of the right shape, and not to be meant. */
const IMPOSSIBLE: [string, unknown, RegExp][] = [
  [
    'a threshold of another unit',
    { rules: [{ name: 'fds', warn: '80' }] },
    /^fds: warn 80 is not a threshold for fds\.share\.$/,
  ],
  ['a share beyond all', { rules: [{ name: 'fds', warn: '180%' }] }, /is not a threshold/],
  ['nothing as a threshold', { rules: [{ name: 'restarts', warn: 0 }] }, /is not a threshold/],
  [
    'critical before warn',
    { rules: [{ name: 'memory', warn: '95%' }] },
    /"memory" is critical before it warns/,
  ],
  [
    'critical before warn, where less is worse',
    { rules: [{ name: 'memory-left', warn: '5m' }] },
    /is critical before it warns/,
  ],
  ['no threshold', { rules: [{ name: 'a', metric: 'loop.busy' }] }, /neither warn nor critical/],
  ['a rule of nothing', { rules: [{ name: 'a', warn: '5%' }] }, /"a" has no metric/],
  ['two rules of one name', { rules: [{ name: 'fds' }, { name: 'fds' }] }, /Two rules are named "fds"/],
  [
    'a window shorter than a capture',
    { rules: [{ name: 'fds', limits: { window: '5s' } }] },
    /limits\.window is shorter than a capture/,
  ],
  [
    'a duration of nothing',
    { rules: [{ name: 'fds', limits: { duration: '0s' } }] },
    /limits\.duration is 0/,
  ],
  [
    'a flame of nothing',
    { rules: [{ name: 'fds', actions: ['flame'] }] },
    /has the action "flame" before any action that makes a recording/,
  ],
  [
    'a webhook that is not there',
    { rules: [{ name: 'fds', actions: ['webhook'] }] },
    /there are no webhooks/,
  ],
  [
    'a confirmation by nothing',
    { rules: [{ name: 'fds', confirm: true, actions: ['triage'] }] },
    /none of its actions makes a diagnosis/,
  ],
  ['an interval out of range', { interval: '1ms' }, /interval 1ms is out of range/],
  ['a quota for nothing', { quota: '1KB' }, /quota 1KB is too small/],
  ['looks all the time', { light: { every: '20s', duration: '15s' } }, /more than half of the time/],
  [
    'a webhook by file',
    { webhooks: [{ url: 'file:///etc/passwd' }] },
    /webhooks\[0\]\.url is not an http or https URL/,
  ],
  ['a password in a URL', { webhooks: [{ url: 'http://me:secret@host/' }] }, /holds a password/],
  [
    'metrics for everybody',
    { metrics: { port: 9464, host: '0.0.0.0' } },
    /can be reached from elsewhere, and no token is set/,
  ],
  ['one signal as the base', { otlp: { url: 'http://a/v1/metrics' } }, /the path of one signal/],
  ['a receiver of nothing', { otlp: { url: 'http://a', metrics: false, events: false } }, /neither metrics/],
  ['a receiver by file', { otlp: { url: 'file:///a' } }, /otlp\.url is not an http/],
  [
    'a password for profiles',
    { profiles: { pyroscope: { url: 'http://me:secret@host' } } },
    /holds a password/,
  ],
  ['a label that is ours', { profiles: { labels: { service_name: 'x' } } }, /not a label that can be set/],
  ['windows without an end', { flight: { window: '1h' } }, /flight\.window 1h is out of range/],
  ['two runbooks of one name', { runbooks: [RUNBOOK, RUNBOOK] }, /Two runbooks are named "a"/],
  ['a verification at once', { runbooks: [{ ...RUNBOOK, verify: '1s' }] }, /verify 1s is out of range/],
  [
    'thresholds beside a band',
    { rules: [{ name: 'a', metric: 'loop.busy', warn: '5%', band: {} }] },
    /both thresholds and a band/,
  ],
  [
    'a band of what is counted',
    { rules: [{ name: 'a', metric: 'restarts', band: {} }] },
    /cannot learn what is usual for restarts/,
  ],
  ['all and some', { all: true, targets: ['shop'] }, /cannot be combined/],
];

describe('refused in one sentence:', () => {
  test.each([...MISSHAPEN, ...IMPOSSIBLE])('%s', async (_what, content, words) => {
    const said = await refusal(content);
    expect(said).toMatch(words);
    expect(said).not.toContain('secret');
  });

  test('what is no YAML, no JSON, or not there', async () => {
    expect(await refusal('a: [', 'yaml')).toMatch(/^FILE is not YAML: /);
    expect(await refusal('{', 'json')).toMatch(/^FILE is not JSON: /);
    await expect(readWatchConfig(join(dir, 'none.yaml'))).rejects.toThrow(
      /^There is no file .*none\.yaml\.$/,
    );
  });

  test('aliases that stand for gigabytes', async () => {
    const lines = ['a: &a [x,x,x,x,x,x,x,x,x]'];
    for (const [name, before] of ['ba', 'cb', 'dc', 'ed', 'fe', 'gf'].map((pair) => [...pair]))
      lines.push(`${name}: &${name} [${Array(9).fill(`*${before}`).join(',')}]`);
    expect(await refusal(lines.join('\n'), 'yaml')).toMatch(/^FILE is not YAML: Excessive alias count/);
  });
});

test('the JSON schema turns down what the reader does, by shape', () => {
  const accepts = new Ajv2020({ strict: false }).compile(watchConfigJsonSchema());
  expect(MISSHAPEN.filter(([, content]) => accepts(content)).map(([what]) => what)).toEqual([]);
  expect(IMPOSSIBLE.filter(([, content]) => !accepts(content)).map(([what]) => what)).toEqual([]);
});

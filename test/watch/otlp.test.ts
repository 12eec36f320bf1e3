// Metrics and events for OpenTelemetry: what is sent is what its proto files say, by a receiver that checks; and what is kept
// while the receiver is away.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createExporters } from '../../src/watch/exporters.ts';
import type { Decision } from '../../src/watch/store/decision-log.ts';
import type { WatchEvent } from '../../src/watch/tell/otlp/events.ts';
import { createOtlpExporter, EVENTS_BOUND } from '../../src/watch/tell/otlp/exporter.ts';
import { metricsOfWatch } from '../../src/watch/tell/otlp/points.ts';
import type { WatchFacts } from '../../src/watch/tell/watch-metrics.ts';
import { type OtlpReceiver, startOtlpReceiver, wrongWith } from '../support/otlp-receiver.ts';

const FACTS: WatchFacts = {
  targets: [
    {
      slot: {
        name: 'shop\u001b[31m',
        process: { pid: 42, startTicks: 1, command: 'node shop.js', folder: '/srv' },
        restartsInAll: 2,
      },
      reading: { atMillis: 0, cpuMicros: 1_500_000, rssBytes: 1e8, fdCount: 20 },
      metrics: { 'memory.left': 600_000, 'loop.busy': 0.5 },
      findings: [
        {
          fingerprint: '0a1b2c3d',
          kind: 'heap-leak',
          title: 'Map grows',
          severity: 'critical',
          firstSeen: '2027-01-31T12:00:00.000Z',
          missed: 0,
        },
      ],
    },
    {
      slot: { name: 'gone', process: null, restartsInAll: 0 },
      reading: undefined,
      metrics: {},
      findings: [],
    },
  ],
  rules: [
    { rule: 'memory', target: 'gone', level: 'warn', value: 0.8, runs: 3, state: 'running', reason: '' },
  ],
  outboxes: [],
  exporters: [{ name: 'otlp-metrics', queued: 1, sent: 5, lost: 0, problem: null }],
  own: {
    version: '0.1.0',
    cpuSeconds: 1.25,
    lookCpuSeconds: 2.5,
    residentBytes: 6e7,
    looks: 3,
    writeFailures: 0,
    evidenceBytes: 0,
  },
};
const NOON = Date.parse('2027-01-31T12:00:00Z');
const FOUND: WatchEvent = {
  is: 'finding',
  target: 'shop',
  pid: 42,
  wallMillis: NOON,
  kind: 'heap-leak',
  fingerprint: '0a1b2c3d',
  severity: 'warning',
  title: 'Map `sessions` grows\u0007',
};
const ALARM: WatchEvent = {
  is: 'alarm',
  target: 'shop',
  pid: null,
  wallMillis: NOON,
  rule: 'memory',
  metric: 'memory.share',
  from: 'ok',
  to: 'critical',
  why: '95% of the memory limit is used',
};

let receiver: OtlpReceiver;
afterEach(() => {
  receiver.server.closeAllConnections();
  receiver.server.close();
});

async function exporting({ tokenFile }: { tokenFile?: string } = {}) {
  receiver = await startOtlpReceiver();
  let now = 1_000;
  const decided: Omit<Decision, 'at'>[] = [];
  const exporters = createExporters(
    {
      otlp: {
        metricsUrl: `${receiver.url}/v1/metrics`,
        eventsUrl: `${receiver.url}/v1/logs`,
        everyMillis: 60_000,
        attributes: { 'deployment.environment.name': 'test', 'service.name': 'overridden' },
        ...(tokenFile !== undefined && { tokenFile }),
      },
      profiles: null,
    },
    {
      clock: {
        monotonic: () => now,
        wall: () => NOON + now,
        stamp: () => ({ boot: '', uptimeMillis: 0, wallMillis: 0 }),
      },
      version: '0.1.0',
      decide: (decision) => decided.push(decision),
      onTrouble: () => {},
    },
    createOtlpExporter,
  );
  const pass = async (millis: number) => {
    now += millis;
    await exporters.pump(() => FACTS);
  };
  const view = (name: string) => exporters.views.find((each) => each.name === name)!;
  return {
    exporters,
    decided,
    pass,
    view,
    said: () => decided.map(({ why, outcome, detail }) => `${why.split(' ')[0]} ${outcome}: ${detail}`),
  };
}

/** Texts and numbers of attributes. */
const plainOf = (attributes: { key: string; value: Record<string, unknown> }[]) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

interface MetricsBody {
  resourceMetrics: {
    resource: { attributes: Parameters<typeof plainOf>[0] };
    scopeMetrics: {
      scope: object;
      metrics: { name: string; unit: string; sum?: object; gauge?: object }[];
    }[];
  }[];
}
interface LogsBody {
  resourceLogs: {
    resource: { attributes: Parameters<typeof plainOf>[0] };
    scopeLogs: { logRecords: Record<string, unknown>[] }[];
  }[];
}

test('metrics of each target are a resource of its own, by the semantic conventions', async () => {
  const { pass, exporters, view } = await exporting();
  // One request at a time.
  for (let i = 0; i < 3; i++) await pass(1_000);
  expect(receiver.wrong).toEqual([]);
  expect(exporters.views[0]).toMatchObject({ name: 'otlp-metrics', queued: 0, sent: 3, lost: 0 });
  expect(view('otlp-events')).toMatchObject({ sent: 0 });
  const bodies = receiver.received.map(({ body }) => (body as MetricsBody).resourceMetrics[0]!);
  const [shop, gone, watcher] = bodies.map(({ resource }) => plainOf(resource.attributes));
  expect(shop).toEqual({
    'deployment.environment.name': 'test',
    'host.name': expect.any(String),
    'os.type': 'linux',
    'service.name': 'shop\\x1b[31m',
    'service.instance.id': expect.stringMatching(/:42$/),
    'process.pid': 42,
    'process.runtime.name': 'nodejs',
  });
  expect(gone).not.toHaveProperty('process.pid');
  expect(watcher).toMatchObject({ 'service.name': 'culprit', 'service.version': '0.1.0' });
  const metrics = bodies[0]!.scopeMetrics[0]!.metrics;
  expect(metrics.map(({ name, unit }) => `${name} ${unit}`)).toEqual([
    'process.cpu.time s',
    'process.memory.usage By',
    'process.unix.file_descriptor.count {file_descriptor}',
    'culprit.target.up 1',
    'culprit.target.restarts {restart}',
    'culprit.memory.limit_reached s',
    'culprit.main_thread.busy 1',
    'culprit.finding 1',
  ]);
  expect(metrics[0]!.sum).toMatchObject({
    aggregationTemporality: 2,
    isMonotonic: true,
    dataPoints: [{ asDouble: 1.5 }],
  });
  expect(metrics[1]!.sum).toMatchObject({ isMonotonic: false });
  expect(metrics[6]!.gauge).toMatchObject({ dataPoints: [{ asDouble: 0.5 }] });
});

test('findings and alarms are events with a severity', async () => {
  const { pass, exporters } = await exporting();
  exporters.event(FOUND);
  exporters.event({ ...FOUND, wallMillis: NOON + 1 });
  exporters.event(ALARM);
  await pass(1_000);
  expect(receiver.wrong).toEqual([]);
  const request = receiver.received.find(({ path }) => path === '/v1/logs')!;
  const { resourceLogs } = request.body as LogsBody;
  expect(resourceLogs.map(({ scopeLogs }) => scopeLogs[0]!.logRecords.length)).toEqual([2, 1]);
  const [first] = resourceLogs[0]!.scopeLogs[0]!.logRecords;
  expect(first).toMatchObject({
    timeUnixNano: `${NOON}000000`,
    severityNumber: 13,
    severityText: 'WARN',
    body: { stringValue: 'Map `sessions` grows\\x07' },
    eventName: 'culprit.finding',
  });
  const [alarm] = resourceLogs[1]!.scopeLogs[0]!.logRecords;
  expect(alarm).toMatchObject({ severityNumber: 17, eventName: 'culprit.alarm' });
  expect(plainOf(alarm!.attributes as Parameters<typeof plainOf>[0])).toEqual({
    'culprit.rule.name': 'memory',
    'culprit.rule.metric': 'memory.share',
    'culprit.alarm.level': 'critical',
    'culprit.alarm.previous_level': 'ok',
  });
});

test('while the receiver is away nothing is lost, and it is said once; beyond the bound it is counted', async () => {
  const { pass, exporters, said, view } = await exporting();
  receiver.answer = { status: 503 };
  exporters.event(FOUND);
  for (let i = 0; i < 5; i++) await pass(120_000);
  expect(view('otlp-events')).toMatchObject({ queued: 1, sent: 0, lost: 0, problem: 'it answered 503' });
  expect(view('otlp-metrics')).toMatchObject({ queued: 15, sent: 0, lost: 0 });
  expect(said().sort()).toEqual([
    'otlp-events failed: it answered 503',
    'otlp-metrics failed: it answered 503',
  ]);
  for (let i = 0; i < EVENTS_BOUND.items + 4; i++) exporters.event(ALARM);
  expect(view('otlp-events')).toMatchObject({ queued: EVENTS_BOUND.items, lost: 5 });
  receiver.answer = { status: 200 };
  for (let i = 0; i < 40; i++) await pass(1_000);
  expect(view('otlp-events')).toMatchObject({ queued: 0, sent: EVENTS_BOUND.items, lost: 5 });
  expect(view('otlp-metrics')).toMatchObject({ queued: 0, lost: 0 });
  expect(said().slice(2).sort()).toEqual([
    'otlp-events done: the receiver accepts data again',
    'otlp-metrics done: the receiver accepts data again',
  ]);
  expect(receiver.wrong).toEqual([]);
});

test('what the protocol says not to send again is lost, counted and said; a redirect is not followed', async () => {
  const { pass, exporters, said, view } = await exporting();
  receiver.answer = { status: 500 };
  exporters.event(FOUND);
  await pass(1_000);
  expect(view('otlp-events')).toMatchObject({ queued: 0, lost: 1, problem: 'it answered 500' });
  receiver.answer = { status: 307, headers: { location: 'http://127.0.0.1:1/v1/logs' } };
  exporters.event(FOUND);
  await pass(1_000);
  expect(view('otlp-events')).toMatchObject({ queued: 0, lost: 2 });
  expect(said().filter((line) => line.startsWith('otlp-events'))).toEqual([
    'otlp-events failed: it answered 500',
    'otlp-events failed: it answered with a redirect (307), which is not followed',
  ]);
});

test('what is rejected of a request that is taken is counted and said', async () => {
  const { pass, exporters, said, view } = await exporting();
  receiver.answer = { status: 200, body: '{"partialSuccess":{"rejectedLogRecords":"1"}}' };
  exporters.event(FOUND);
  exporters.event(ALARM);
  await pass(1_000);
  expect(view('otlp-events')).toMatchObject({ queued: 0, sent: 1, lost: 1 });
  expect(said()).toContain('otlp-events failed: the receiver rejected 1 item');
});

test('at the end all that waits is sent, whatever wait a failure asked for', async () => {
  const { pass, exporters, decided, view } = await exporting();
  receiver.answer = { status: 503 };
  for (let i = 0; i < 2; i++) await pass(120_000);
  for (let i = 0; i < 250; i++) exporters.event(ALARM);
  receiver.answer = { status: 200 };
  const before = decided.length;
  await exporters.flush();
  expect(view('otlp-metrics')).toMatchObject({ queued: 0, sent: 6, lost: 0 });
  expect(view('otlp-events')).toMatchObject({ queued: 0, sent: 250, lost: 0 });
  expect(decided.slice(before).map(({ why, detail }) => `${why.split(' ')[0]}: ${detail}`)).toEqual([
    'otlp-metrics: the receiver accepts data again',
  ]);
  expect(receiver.wrong).toEqual([]);
});

test('what a receiver that is away at the end does not get is noted', async () => {
  const { pass, exporters, decided } = await exporting();
  receiver.answer = { status: 503 };
  await pass(120_000);
  exporters.event(FOUND);
  const before = decided.length;
  await exporters.flush();
  expect(decided.slice(before).map(({ why, outcome, detail }) => `${why} ${outcome}: ${detail}`)).toEqual([
    expect.stringMatching(/^otlp-events to .+ failed: it answered 503$/),
    'otlp-metrics failed: 3 items were not delivered before the end',
    'otlp-events failed: 1 item was not delivered before the end',
  ]);
});

test('a token goes with each request', async () => {
  const tokenFile = join(mkdtempSync(join(tmpdir(), 'culprit-token-')), 'token');
  writeFileSync(tokenFile, 'abc\n');
  const { pass } = await exporting({ tokenFile });
  await pass(1_000);
  expect(receiver.received[0]!.headers.authorization).toBe('Bearer abc');
});

test('the receiver of these tests turns down what is not by the proto files', async () => {
  receiver = await startOtlpReceiver();
  const record = { timeUnixNano: '1', body: { stringValue: 'a' } };
  const logs = (entry: object) =>
    JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [entry] }] }] });
  expect(wrongWith('/v1/logs', logs(record))).toBeUndefined();
  expect(wrongWith('/v1/logs', logs({ ...record, event: 'x' }))).toMatch(/^read as/);
  expect(wrongWith('/v1/logs', logs({ ...record, severityNumber: 'WARN' }))).toBeDefined();
  expect(wrongWith('/v1/logs', logs({ ...record, time: 5 }))).toBeDefined();
});

test('a target that is gone has no numbers of a process', () => {
  const gone = metricsOfWatch(FACTS).find(({ owner }) => owner.is === 'target' && owner.name === 'gone')!;
  expect(gone.metrics.map(({ name }) => name)).toEqual([
    'culprit.target.up',
    'culprit.target.restarts',
    'culprit.alarm.level',
  ]);
});

import { expect, test } from 'vitest';
import { triage } from '../../src/triage/triage.ts';

const pod = (status: object, spec: object = {}) => ({
  kind: 'Pod',
  metadata: { name: 'shop-1' },
  spec: { containers: [{ name: 'web', ...spec }], terminationGracePeriodSeconds: 20 },
  status: { containerStatuses: [{ name: 'web', restartCount: 4, ...status }] },
});
const ended = (terminated: object) => ({
  state: { waiting: { reason: 'CrashLoopBackOff' } },
  lastState: {
    terminated: { startedAt: '2026-11-27T01:00:00Z', finishedAt: '2026-11-27T01:02:00Z', ...terminated },
  },
});
const event = (reason: string, message: string, count = 1) => ({
  reason,
  message,
  count,
  involvedObject: { name: 'shop-1', fieldPath: 'spec.containers{web}' },
});
async function* text(log: string) {
  yield log;
}
const look = (podStatus: unknown, events: object[] = [], log?: string) =>
  triage({
    logs: log === undefined ? [] : [{ name: 'web', chunks: text(log) }],
    podStatus,
    events: { items: events },
    version: 'test',
  });

test('OOMKilled is the container, with the heap limit that would fit its memory', async () => {
  const { findings } = await look(
    pod(ended({ reason: 'OOMKilled', exitCode: 137 }), { resources: { limits: { memory: '512Mi' } } }),
  );
  expect(findings).toHaveLength(1);
  expect(findings[0]!.crash).toMatchObject({
    label: 'container-oom',
    restarts: 4,
    exitCode: 137,
    signal: 'SIGKILL',
  });
  expect(findings[0]!.advice[0]).toContain('--max-old-space-size=384 here');
});

test('137 after a failed liveness probe is the probe, with its settings', async () => {
  const { findings } = await look(
    pod(ended({ reason: 'Error', exitCode: 137 }), {
      livenessProbe: { timeoutSeconds: 2, periodSeconds: 5 },
    }),
    [
      event(
        'Unhealthy',
        'Liveness probe failed: Get "http://10.0.0.1:3000/health": context deadline exceeded',
        3,
      ),
      event('Killing', 'Container web failed liveness probe, will be restarted'),
    ],
  );
  expect(findings.map(({ crash }) => crash.label)).toEqual(['killed-by-probe']);
  expect(findings[0]!.title).toContain('every 5 s, timeout 2 s, 3 failures');
});

test('a failed readiness probe kills nothing', async () => {
  const { findings } = await look(pod(ended({ reason: 'Error', exitCode: 137 })), [
    event('Unhealthy', 'Readiness probe failed: connection refused', 9),
  ]);
  expect(findings.map(({ crash }) => crash.label)).toEqual(['terminated']);
});

test('137 after being asked to stop is the grace period', async () => {
  const { findings } = await look(pod(ended({ reason: 'Error', exitCode: 137 })), [
    event('Killing', 'Stopping container web'),
  ]);
  expect(findings[0]!.title).toContain('20 s of terminationGracePeriodSeconds');
});

test.each([
  [134, 'native-crash'],
  [139, 'native-crash'],
  [143, 'terminated'],
  [13, 'startup-failure'],
  [1, 'unknown'],
])('exit code %i alone is %s', async (exitCode, label) => {
  const { findings } = await look(pod(ended({ reason: 'Error', exitCode })));
  expect(findings.map(({ crash }) => crash.label)).toEqual([label]);
});

test('a container that cannot be created could not start', async () => {
  const waiting = { reason: 'CreateContainerConfigError', message: 'secret "db" not found' };
  const { findings } = await look(pod({ state: { waiting } }));
  expect(findings[0]!.crash.label).toBe('startup-failure');
  expect(findings[0]!.title).toContain('secret "db" not found');
});

test('an evicted pod was ended from outside', async () => {
  const evicted = {
    metadata: { name: 'shop-1' },
    status: { reason: 'Evicted', message: 'low on resource: memory' },
  };
  const { findings } = await look(evicted);
  expect(findings[0]!.title).toContain('low on resource: memory');
});

test('a clean exit and a running container are no crash', async () => {
  expect((await look(pod(ended({ reason: 'Completed', exitCode: 0 })))).verdictReason).toContain(
    'clean exit',
  );
  expect((await look(pod({ state: { running: {} }, lastState: {} }))).findings).toEqual([]);
});

test('the log and the status of one end are one finding', async () => {
  const log =
    '/app/a.js:1\nboom()\n^\n\nReferenceError: boom is not defined\n    at run (/app/a.js:1:1)\n    at node:internal/main/run_main_module:23:47\n\nNode.js v20.1.0\n';
  const { findings } = await look(pod(ended({ reason: 'Error', exitCode: 1 })), [], log);
  expect(findings).toHaveLength(1);
  expect(findings[0]!.crash).toMatchObject({
    label: 'uncaught-exception',
    exitCode: 1,
    restarts: 4,
    occurrences: 1,
  });
});

test.each([[null], ['text'], [[]], [{ status: { containerStatuses: [null, 5, {}] } }], [{ items: [null] }]])(
  'nothing is concluded from %j',
  async (status) => {
    expect((await look(status)).findings).toEqual([]);
  },
);

const two = (app: object, proxy: object) => ({
  kind: 'Pod',
  metadata: { name: 'shop-1' },
  spec: {
    containers: [
      { name: 'app', resources: { limits: { memory: '1Gi' } } },
      { name: 'proxy', resources: { limits: { memory: '64Mi' } } },
    ],
  },
  status: {
    containerStatuses: [
      { name: 'app', restartCount: 0, state: { running: {} }, lastState: {}, ...app },
      { name: 'proxy', restartCount: 0, state: { running: {} }, lastState: {}, ...proxy },
    ],
  },
});
const lookAs = (name: string, podStatus: unknown, log: string) =>
  triage({ logs: [{ name, chunks: text(log) }], podStatus, version: 'test' });

test('an ended container is named, with its own time, limit and restarts, and blames no log of another', async () => {
  const status = two({}, { restartCount: 3, ...ended({ reason: 'OOMKilled', exitCode: 137 }) });
  const log = '{"level":50,"time":1795745472000,"pid":7,"msg":"payment refused"}\n';
  for (const name of ['app.log', 'standard input']) {
    const { findings } = await lookAs(name, status, log);
    expect(findings.map(({ title }) => title)).toEqual([
      'The container proxy hit its memory limit and the kernel killed the process',
    ]);
    expect(findings[0]!.crash).toMatchObject({
      restarts: 3,
      lastSeen: '2026-11-27T01:02:00Z',
      writers: ['shop-1/proxy'],
    });
    expect(findings[0]!.crash.lines.join()).not.toContain('payment');
    expect(findings[0]!.advice[0]).toContain('--max-old-space-size=48 here');
  }
});

test('of several containers a log is matched by its name, and asked for when none has it', async () => {
  const status = two({ restartCount: 2, ...ended({ reason: 'Error', exitCode: 1 }) }, {});
  const log = '{"level":60,"pid":7,"msg":"Missing environment variable A_B"}\n';
  const own = await lookAs('app.log', status, log);
  expect(own.findings.map(({ crash }) => [crash.label, crash.exitCode, crash.writers])).toEqual([
    ['startup-failure', 1, ['shop-1/app']],
  ]);
  const { findings } = await lookAs('other.log', status, 'served\n');
  expect(findings[0]!.title).toBe('The container app ended with exit code 1; its own log was not given');
  expect(findings[0]!.caveats[0]).toContain('kubectl logs shop-1 -c app --previous > app.log');
});

test('a container that prepared the pod and ended well is no end', async () => {
  const status = two({}, {});
  const init = {
    name: 'migrate',
    restartCount: 0,
    state: { terminated: { reason: 'Completed', exitCode: 0 } },
  };
  const report = await lookAs(
    'x',
    { ...status, status: { ...status.status, initContainerStatuses: [init] } },
    'a\n',
  );
  expect(report.verdictReason).toBe(
    'No crash in 1 line: its status says that it runs and was never restarted.',
  );
});

test.each([
  ['2026-11-27T01:01:59.000Z', 'uncaught-exception'],
  ['2026-11-27T01:30:00.000Z', 'unknown'],
])('an error logged at %s, of an end at 01:02:00, makes it %s', async (time, label) => {
  const err = { type: 'Error', message: 'x', stack: 'Error: x\n    at go (/app/a.js:1:1)' };
  const log = `${JSON.stringify({ level: 50, time, pid: 7, err, msg: 'x' })}\n`;
  const { findings } = await look(pod(ended({ reason: 'Error', exitCode: 1 })), [], log);
  expect(findings.map(({ crash }) => crash.label)).toEqual([label]);
});

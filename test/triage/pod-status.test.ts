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
  expect(findings.map(({ crash }) => crash!.label)).toEqual(['killed-by-probe']);
  expect(findings[0]!.title).toContain('every 5 s, timeout 2 s, 3 failures');
});

test('a failed readiness probe kills nothing', async () => {
  const { findings } = await look(pod(ended({ reason: 'Error', exitCode: 137 })), [
    event('Unhealthy', 'Readiness probe failed: connection refused', 9),
  ]);
  expect(findings.map(({ crash }) => crash!.label)).toEqual(['terminated']);
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
  expect(findings.map(({ crash }) => crash!.label)).toEqual([label]);
});

test('a container that cannot be created could not start', async () => {
  const waiting = { reason: 'CreateContainerConfigError', message: 'secret "db" not found' };
  const { findings } = await look(pod({ state: { waiting } }));
  expect(findings[0]!.crash!.label).toBe('startup-failure');
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

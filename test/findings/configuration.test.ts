// Each rule on settings: fires, stays silent, and says when it cannot tell.
import { describe, expect, test } from 'vitest';
import { auditLevel } from '../../src/audit/audit-level.ts';
import { judgeAudit } from '../../src/audit/judge-audit.ts';
import { type ConfigurationRule, flagValue } from '../../src/audit/rule.ts';
import { CONFIGURATION_RULES } from '../../src/audit/rules.ts';
import type { InnerSettings, OuterSettings, ServerSettings } from '../../src/model/settings/settings.ts';
import { buildPod, buildProbe, buildSettings } from '../support/build-settings.ts';

const MB = 2 ** 20;

interface Given {
  inner?: Partial<InnerSettings>;
  outer?: Partial<OuterSettings>;
  nodeVersion?: string;
  drill?: Parameters<typeof buildSettings>[0] extends infer C | undefined
    ? C extends { drill?: infer D }
      ? D
      : never
    : never;
  pod?: Parameters<typeof buildPod>[0] | null;
  balancerIdleSeconds?: number;
}

function judge(check: string, { pod, balancerIdleSeconds, ...changes }: Given) {
  const rule = CONFIGURATION_RULES.find((candidate) => candidate.check === check) as ConfigurationRule;
  const settings = buildSettings(changes);
  const judged = rule.judge({
    settings,
    pod: pod === null ? undefined : buildPod(pod),
    options: { balancerIdleSeconds },
  });
  if ('finding' in judged) return judged.finding.severity;
  return 'ok' in judged ? 'ok' : 'unknown';
}

const server = (changes: Partial<ServerSettings>): Partial<InnerSettings> => ({
  servers: [{ kind: 'http', port: 8080, ...changes }],
});
const noServers: Partial<InnerSettings> = { servers: [] };
const only = (swallowing: number, ending: number, count = swallowing + ending) => ({
  count,
  swallowing,
  ending,
});

test('a well set server in a well set pod comes out clean, at level 5', () => {
  const { findings, audit } = judgeAudit({ settings: buildSettings(), pod: buildPod(), options: {} });
  expect(findings).toEqual([]);
  expect(audit.checked.filter(({ outcome }) => outcome !== 'ok')).toEqual([]);
  expect(audit).toMatchObject({ level: 5, missingForNext: [] });
});

describe.each<[string, [string, Given, string][]]>([
  [
    'server.keepAliveTimeout',
    [
      ['the default of 5 s behind a balancer', { inner: server({ keepAliveMillis: 5_000 }) }, 'warning'],
      [
        'without a pod: who knows what is before it',
        { inner: server({ keepAliveMillis: 5_000 }), pod: null },
        'notice',
      ],
      ['as long as the balancer', { inner: server({ keepAliveMillis: 60_000 }) }, 'warning'],
      ['longer', { inner: server({ keepAliveMillis: 61_000 }) }, 'ok'],
      [
        'longer than the assumed, shorter than the given',
        { inner: server({ keepAliveMillis: 65_000 }), balancerIdleSeconds: 600 },
        'warning',
      ],
      [
        '5 s behind a balancer of 4 s',
        { inner: server({ keepAliveMillis: 5_000 }), balancerIdleSeconds: 4 },
        'ok',
      ],
      ['on loopback only', { inner: server({ keepAliveMillis: 5_000, address: '127.0.0.1' }) }, 'unknown'],
      [
        'on loopback, but a port of the container',
        { inner: server({ keepAliveMillis: 5_000, address: '::1' }), pod: { ports: [8080] } },
        'warning',
      ],
      ['0: kept for ever', { inner: server({ keepAliveMillis: 0 }) }, 'ok'],
      ['no server', { inner: noServers }, 'unknown'],
      ['a value that could not be read', { inner: server({}) }, 'unknown'],
    ],
  ],
  [
    'server.headersTimeout',
    [
      ['off, as the request timeout', { inner: server({ headersMillis: 0, requestMillis: 0 }) }, 'warning'],
      ['off, but the request has one', { inner: server({ headersMillis: 0, requestMillis: 300_000 }) }, 'ok'],
      [
        'shorter than keepAliveTimeout on a fixed Node',
        { inner: server({ headersMillis: 5_000, keepAliveMillis: 65_000 }) },
        'ok',
      ],
      [
        'shorter than keepAliveTimeout before the fix',
        { inner: server({ headersMillis: 5_000, keepAliveMillis: 65_000 }), nodeVersion: 'v12.10.0' },
        'warning',
      ],
      ['no server', { inner: noServers }, 'unknown'],
    ],
  ],
  [
    'server.requestTimeout',
    [
      ['0', { inner: server({ requestMillis: 0 }) }, 'warning'],
      ['set', { inner: server({ requestMillis: 1 }) }, 'ok'],
      ['an http2 server has none', { inner: { servers: [{ kind: 'http2', port: 1 }] } }, 'unknown'],
    ],
  ],
  [
    'timeouts of outgoing requests',
    [
      [
        'one waits the whole capture',
        { inner: { outgoing: { inFlight: 3, withoutTimeout: 1, lastingWithoutTimeout: 1, hosts: ['db'] } } },
        'warning',
      ],
      [
        'one just began',
        { inner: { outgoing: { inFlight: 3, withoutTimeout: 1, lastingWithoutTimeout: 0, hosts: [] } } },
        'notice',
      ],
      [
        'one that cannot be told',
        {
          inner: {
            outgoing: { inFlight: 3, withoutTimeout: 0, unclear: 1, lastingWithoutTimeout: 0, hosts: [] },
          },
        },
        'unknown',
      ],
      [
        'all have one',
        { inner: { outgoing: { inFlight: 3, withoutTimeout: 0, lastingWithoutTimeout: 0, hosts: [] } } },
        'ok',
      ],
      [
        'none in flight',
        { inner: { outgoing: { inFlight: 0, withoutTimeout: 0, lastingWithoutTimeout: 0, hosts: [] } } },
        'unknown',
      ],
    ],
  ],
  [
    'agents for outgoing HTTP',
    [
      ['without keep-alive', { inner: { agents: [{ name: 'a', keepAlive: false, requests: 0 }] } }, 'notice'],
      [
        'boundless and busy',
        { inner: { agents: [{ name: 'a', keepAlive: true, maxSockets: null, requests: 80 }] } },
        'notice',
      ],
      [
        'boundless and idle',
        { inner: { agents: [{ name: 'a', keepAlive: true, maxSockets: null, requests: 1 }] } },
        'ok',
      ],
      [
        'a global agent that nobody uses',
        { inner: { agents: [{ name: 'http.globalAgent', keepAlive: false, requests: 0 }] } },
        'unknown',
      ],
      [
        'a global agent in use',
        { inner: { agents: [{ name: 'http.globalAgent', keepAlive: false, requests: 1 }] } },
        'notice',
      ],
    ],
  ],
  [
    'livenessProbe.timeoutSeconds',
    [
      [
        'blocked for longer',
        { inner: { loopDelay: { lookMillis: 2_000, p99Millis: 9, maxMillis: 5_100 } } },
        'warning',
      ],
      [
        '1 s, and blocked for half of it',
        {
          inner: { loopDelay: { lookMillis: 2_000, p99Millis: 9, maxMillis: 600 } },
          pod: { liveness: buildProbe({ timeoutSeconds: 1 }) },
        },
        'warning',
      ],
      ['1 s, and not blocked', { pod: { liveness: buildProbe({ timeoutSeconds: 1 }) } }, 'ok'],
      [
        'asked of the kernel',
        {
          inner: { loopDelay: { lookMillis: 2_000, p99Millis: 9, maxMillis: 9_000 } },
          pod: { liveness: buildProbe({ asks: 'tcp :80' }) },
        },
        'ok',
      ],
      ['no liveness probe', { pod: { liveness: undefined } }, 'ok'],
      ['no pod', { pod: null }, 'unknown'],
      ['no delay', { inner: { loopDelay: undefined } }, 'unknown'],
    ],
  ],
  [
    'livenessProbe against readinessProbe',
    [
      ['the same, as soon', { pod: { liveness: buildProbe() } }, 'warning'],
      ['the same, later', { pod: { liveness: buildProbe({ failureThreshold: 6 }) } }, 'ok'],
      ['not both', { pod: { liveness: undefined } }, 'ok'],
      ['no pod', { pod: null }, 'unknown'],
    ],
  ],
  [
    'readinessProbe',
    [
      ['none, and a server', { pod: { readiness: undefined } }, 'warning'],
      ['none, and no server', { inner: noServers, pod: { readiness: undefined } }, 'unknown'],
      ['no pod', { pod: null }, 'unknown'],
    ],
  ],
  [
    'lifecycle.preStop',
    [
      ['not set, with readiness', { pod: { hasPreStop: false } }, 'notice'],
      ['not set, without readiness', { pod: { hasPreStop: false, readiness: undefined } }, 'ok'],
      ['no pod', { pod: null }, 'unknown'],
    ],
  ],
  [
    'event loop',
    [
      [
        'blocked for the whole capture',
        { inner: { loopDelay: { lookMillis: 2_000, p99Millis: 1_990, maxMillis: 1_990 } } },
        'critical',
      ],
      [
        'blocked for half of it',
        { inner: { loopDelay: { lookMillis: 2_000, p99Millis: 9, maxMillis: 1_000 } } },
        'warning',
      ],
      ['a short block', { inner: { loopDelay: { lookMillis: 2_000, p99Millis: 9, maxMillis: 400 } } }, 'ok'],
      ['unmeasured', { inner: { loopDelay: undefined } }, 'unknown'],
    ],
  ],
  [
    'SIGTERM handler',
    [
      ['none, as PID 1', { inner: { signals: { SIGTERM: 0 } }, pod: null }, 'critical'],
      [
        'none, in a pod that makes it PID 1',
        { inner: { signals: { SIGTERM: 0 } }, outer: { pidInside: 77 } },
        'critical',
      ],
      [
        'none, behind an init',
        {
          inner: { signals: { SIGTERM: 0 } },
          outer: { pidInside: 7 },
          pod: { command: ['tini', '--', 'node', 'a.js'] },
        },
        'notice',
      ],
      [
        'none, elsewhere',
        { inner: { signals: { SIGTERM: 0 } }, outer: { pidInside: 7 }, pod: null },
        'notice',
      ],
      ['unreadable', { inner: { signals: {} } }, 'unknown'],
    ],
  ],
  [
    'what is PID 1',
    [
      ['sh > npm, seen in /proc', { outer: { pidInside: 20, startedThrough: ['sh', 'npm'] } }, 'warning'],
      ['npm, by the pod', { pod: { command: ['/usr/bin/npm', 'start'] } }, 'warning'],
      ['a shell, by the pod', { pod: { command: ['sh', '-c', 'node server.js'] } }, 'warning'],
      ['a shell that execs', { pod: { command: ['sh', '-c', 'migrate && exec node server.js'] } }, 'ok'],
      ['elsewhere', { outer: { pidInside: undefined }, pod: null }, 'unknown'],
    ],
  ],
  [
    'terminationGracePeriodSeconds',
    [
      ['slower', { drill: { of: 'copy', tookMillis: 31_000, waitedMillis: 32_000 } }, 'warning'],
      ['not ended at all', { drill: { of: 'copy', waitedMillis: 32_000 } }, 'warning'],
      ['in time', { drill: { of: 'copy', tookMillis: 10, waitedMillis: 32_000 } }, 'ok'],
      ['not waited for long enough', { drill: { of: 'copy', waitedMillis: 5_000 } }, 'unknown'],
    ],
  ],
  [
    'unhandled rejections',
    [
      ['only logged', { inner: { unhandledRejection: only(1, 0) } }, 'warning'],
      ['switched off', { inner: { flags: ['--unhandled-rejections=none'] } }, 'warning'],
      [
        'switched off by NODE_OPTIONS',
        { inner: { env: { NODE_OPTIONS: '--unhandled-rejections=warn' } } },
        'warning',
      ],
      [
        'switched on again by the command line',
        {
          inner: {
            env: { NODE_OPTIONS: '--unhandled-rejections=warn' },
            flags: ['--unhandled-rejections=throw'],
          },
        },
        'ok',
      ],
      ['the default of old versions', { nodeVersion: 'v14.0.0' }, 'warning'],
      ['a handler that exits', { inner: { unhandledRejection: only(0, 1) } }, 'ok'],
      ['a handler that nobody can tell', { inner: { unhandledRejection: only(0, 0, 1) } }, 'unknown'],
      ['unreadable', { inner: { unhandledRejection: undefined } }, 'unknown'],
    ],
  ],
  [
    'uncaught exceptions',
    [
      ['only logged', { inner: { uncaughtException: only(2, 0) } }, 'warning'],
      ['logged, then ended', { inner: { uncaughtException: only(1, 1) } }, 'ok'],
      ['a handler that nobody can tell', { inner: { uncaughtException: only(0, 0, 1) } }, 'unknown'],
    ],
  ],
  [
    'NODE_ENV',
    [
      ['not set, and read', { inner: { env: {} }, outer: { readsNodeEnv: '/app/x.js' } }, 'notice'],
      ['not set, and not read', { inner: { env: {} } }, 'ok'],
      ['files out of reach', { inner: { env: {} }, outer: { filesRead: undefined } }, 'unknown'],
    ],
  ],
  [
    'UV_THREADPOOL_SIZE',
    [
      ['more work than threads', { inner: { poolRequests: 9 } }, 'notice'],
      [
        'enough threads',
        { inner: { poolRequests: 9, env: { NODE_ENV: 'production', UV_THREADPOOL_SIZE: '16' } } },
        'ok',
      ],
      ['not counted', { inner: { poolRequests: undefined } }, 'unknown'],
    ],
  ],
  [
    'limit of open files',
    [
      ['1024', { outer: { fdSoftLimit: 1_024 } }, 'warning'],
      ['1024, and no server', { inner: noServers, outer: { fdSoftLimit: 1_024 } }, 'ok'],
      ['unlimited or unknown', { outer: { fdSoftLimit: undefined } }, 'unknown'],
    ],
  ],
  [
    'heap limit',
    [
      ["above the container's", { inner: { heapLimitBytes: 600 * MB } }, 'warning'],
      ["close to the container's", { inner: { heapLimitBytes: 500 * MB } }, 'notice'],
      ['nearly full', { inner: { heapUsedBytes: 240 * MB } }, 'warning'],
      [
        "above the pod's, by a flag",
        {
          inner: { heapLimitBytes: 600 * MB, flags: ['--max_old_space_size=600'] },
          outer: { memoryLimitBytes: undefined },
        },
        'warning',
      ],
      [
        "Node's own choice in the pod, whatever it is on this machine",
        { inner: { heapLimitBytes: 600 * MB }, outer: { memoryLimitBytes: undefined } },
        'ok',
      ],
      [
        "Node's own choice in a pod that is smaller than its least default",
        { outer: { memoryLimitBytes: undefined }, pod: { memoryLimitBytes: 128 * MB } },
        'warning',
      ],
      [
        'such a pod, seen from a larger container',
        { outer: { memoryLimitBytes: 900 * MB }, pod: { memoryLimitBytes: 128 * MB } },
        'warning',
      ],
      [
        'such a pod, whose command bounds the heap',
        {
          outer: { memoryLimitBytes: undefined },
          pod: { memoryLimitBytes: 128 * MB, command: ['node', '--max-old-space-size=64', 'a.js'] },
        },
        'ok',
      ],
      [
        'such a pod, whose NODE_OPTIONS bounds the heap',
        {
          outer: { memoryLimitBytes: undefined },
          pod: { memoryLimitBytes: 128 * MB, nodeOptions: '--max_old_space_size=64' },
        },
        'ok',
      ],
      [
        'such a pod, whose NODE_OPTIONS come from elsewhere',
        { outer: { memoryLimitBytes: undefined }, pod: { memoryLimitBytes: 128 * MB, nodeOptions: null } },
        'unknown',
      ],
      ['unreadable', { inner: { heapLimitBytes: undefined } }, 'unknown'],
      [
        "Node's own choice in a container of 8 GB, which it does not use",
        { inner: { heapLimitBytes: 2_096 * MB }, outer: { memoryLimitBytes: 8_192 * MB }, pod: null },
        'notice',
      ],
      [
        'as much by a flag',
        {
          inner: { heapLimitBytes: 2_096 * MB, flags: ['--max-old-space-size=2048'] },
          outer: { memoryLimitBytes: 8_192 * MB },
          pod: null,
        },
        'ok',
      ],
      [
        "Node's own choice in a pod of 16 GB",
        {
          outer: { memoryLimitBytes: undefined },
          inner: { totalMemoryBytes: 65_536 * MB },
          pod: { memoryLimitBytes: 16_384 * MB },
        },
        'notice',
      ],
      [
        'half of 2 GB',
        { inner: { heapLimitBytes: 1_048 * MB }, outer: { memoryLimitBytes: 2_048 * MB }, pod: null },
        'ok',
      ],
    ],
  ],
  [
    'memory limit and request',
    [
      ['no limit', { pod: { memoryLimitBytes: undefined } }, 'notice'],
      ['a lower request', { pod: { memoryRequestBytes: MB } }, 'notice'],
      ['a limit alone is the request, too', { pod: { memoryRequestBytes: undefined } }, 'ok'],
      ['no pod, but a container', { pod: null }, 'ok'],
      ['no pod, no container', { pod: null, outer: { memoryLimitBytes: undefined } }, 'unknown'],
    ],
  ],
  [
    'CPU limit',
    [
      ['throttled hard', { outer: { throttling: { periods: 20, throttledPeriods: 10 } } }, 'warning'],
      ['throttled', { outer: { throttling: { periods: 20, throttledPeriods: 2 } } }, 'notice'],
      ['no limit', { outer: { cpuQuotaCores: undefined } }, 'ok'],
      ['elsewhere', { outer: { cpuQuotaCores: undefined, uid: undefined } }, 'unknown'],
      [
        "above the pod spec's limit",
        { outer: { cpuQuotaCores: undefined, cpuUsedCores: 0.4 }, pod: { cpuLimitCores: 0.2 } },
        'warning',
      ],
      [
        "above the pod spec's limit, in a larger container",
        { outer: { cpuQuotaCores: 2, cpuUsedCores: 0.4 }, pod: { cpuLimitCores: 0.2 } },
        'warning',
      ],
      [
        "below the pod spec's limit, where it does not run",
        { outer: { cpuQuotaCores: undefined, cpuUsedCores: 0.1 }, pod: { cpuLimitCores: 0.2 } },
        'unknown',
      ],
      [
        "a pod spec's limit and no measure",
        { outer: { cpuQuotaCores: undefined }, pod: { cpuLimitCores: 0.1 } },
        'unknown',
      ],
      [
        'in that pod',
        { outer: { cpuQuotaCores: 0.2, cpuUsedCores: 0.2 }, pod: { cpuLimitCores: 0.2 } },
        'ok',
      ],
      ['hardly ran', { outer: { throttling: { periods: 2, throttledPeriods: 2 } } }, 'unknown'],
    ],
  ],
  [
    'source maps',
    [
      ['transpiled, and off', { inner: { sourceMaps: false }, outer: { transpiled: '/app/x.js' } }, 'notice'],
      [
        'transpiled, and on by a flag',
        {
          inner: { sourceMaps: undefined, flags: ['--enable-source-maps'] },
          outer: { transpiled: '/app/x.js' },
        },
        'ok',
      ],
      ['not transpiled', { inner: { sourceMaps: false } }, 'ok'],
      [
        'an old Node does not say',
        { inner: { sourceMaps: undefined }, outer: { transpiled: '/app/x.js' } },
        'unknown',
      ],
      ['files out of reach', { outer: { filesRead: undefined } }, 'unknown'],
    ],
  ],
  [
    'diagnostic report on a fatal error',
    [
      ['off', { inner: { report: { onFatalError: false } } }, 'notice'],
      ['unreadable', { inner: { report: undefined } }, 'unknown'],
    ],
  ],
  [
    'Node.js version',
    [
      ['out of support', { nodeVersion: 'v20.19.0' }, 'warning'],
      ['supported', { nodeVersion: 'v22.1.0' }, 'ok'],
      ['newer than the table', { nodeVersion: 'v99.0.0' }, 'unknown'],
    ],
  ],
  [
    'inspector',
    [
      ['open to all', { inner: { inspectorHost: '0.0.0.0' } }, 'critical'],
      ['open to all over IPv6', { inner: { inspectorHost: '[::]' } }, 'critical'],
      ['open to this machine', { inner: { inspectorHost: '127.0.0.1' } }, 'ok'],
    ],
  ],
  [
    'user',
    [
      ['root', { outer: { uid: 0 }, pod: { runsAsNonRoot: false } }, 'notice'],
      ['root here, not in the pod', { outer: { uid: 0 } }, 'ok'],
      ['elsewhere', { outer: { uid: undefined }, pod: null }, 'unknown'],
    ],
  ],
  [
    '--max-http-header-size',
    [
      ['1 MB', { inner: { maxHeaderBytes: MB } }, 'notice'],
      ['unreadable', { inner: { maxHeaderBytes: undefined } }, 'unknown'],
    ],
  ],
])('%s', (check, cases) => {
  test.each(cases)('%s', (_, given, expected) => {
    expect(judge(check, given)).toBe(expected);
  });
});

test('a drill that nobody asked for is said to be missing', () => {
  const settings = { ...buildSettings(), drill: undefined };
  const { audit } = judgeAudit({ settings, options: {} });
  expect(audit.checked).toContainEqual({
    check: 'terminationGracePeriodSeconds',
    outcome: 'unknown',
    value: 'not measured: --drill',
  });
});

test('every rule that finds something names the harm, the setting and the documentation', () => {
  const { findings } = judgeAudit({
    settings: buildSettings({
      inner: {
        ...server({ keepAliveMillis: 1, requestMillis: 0, headersMillis: 0 }),
        signals: { SIGTERM: 0 },
      },
      nodeVersion: 'v14.0.0',
    }),
    pod: buildPod({ readiness: undefined, hasPreStop: false }),
    options: {},
  });
  expect(findings.length).toBeGreaterThan(5);
  for (const { harm, advice, references, subject } of findings) {
    expect(harm).toMatch(/\w/);
    expect(advice.length).toBeGreaterThan(0);
    expect(references?.every((link) => /^https:\/\//.test(link))).toBe(true);
    expect(subject.type).toBe('setting');
  }
});

describe('each value stands beside its port', () => {
  const servers: ServerSettings[] = [
    { kind: 'http', port: 3202, keepAliveMillis: 5_000, requestMillis: 30_000, headersMillis: 60_000 },
    { kind: 'http', port: 3201, keepAliveMillis: 1_000, requestMillis: 300_000, headersMillis: 60_000 },
  ];
  const { findings, audit } = judgeAudit({ settings: buildSettings({ inner: { servers } }), options: {} });

  test('in a finding', () => {
    const found = findings.find(({ subject }) => subject.name === 'server.keepAliveTimeout');
    expect(found?.title).toBe(
      'keepAliveTimeout is 1 s on http :3201, 5 s on http :3202, but the balancer keeps idle connections for 60 s',
    );
    expect(found?.evidence[0]?.statement).toBe(
      'server.keepAliveTimeout is 1 s on http :3201, 5 s on http :3202',
    );
  });

  test.each([
    ['server.requestTimeout', '30 s on http :3202, 5 min on http :3201'],
    ['server.headersTimeout', '60 s'],
  ])('and where %s is fine', (check, value) => {
    expect(audit.checked).toContainEqual({ check, outcome: 'ok', value });
  });
});

test('the code that is advised for SIGTERM runs in CommonJS and in modules', () => {
  const { findings } = judgeAudit({
    settings: buildSettings({ inner: { signals: { SIGTERM: 0 } } }),
    options: {},
  });
  const advice = findings.find(({ subject }) => subject.name === 'SIGTERM handler')?.advice[0] ?? '';
  expect(advice).not.toMatch(/\b(import|require)\b/);
  expect(() => new Function(`'use strict'; ${advice}`)).not.toThrow();
});

test('a flag is found in both spellings, and the last one wins', () => {
  const settings = buildSettings({
    inner: { flags: ['--max_old_space_size=1', '--max-old-space-size', '2'] },
  });
  expect(flagValue(settings, '--max-old-space-size')).toBe('2');
  expect(flagValue(settings, '--inspect')).toBeUndefined();
});

describe('the level', () => {
  test.each<[string, Parameters<typeof auditLevel>[0], number, string[]]>([
    ['nothing found', [], 5, []],
    ['a notice only keeps from 5', [{ level: 3, severity: 'notice', title: 'a' }], 4, ['a']],
    [
      'but level 2 is not said to be reached beside one',
      [{ level: 2, severity: 'notice', title: 'a' }],
      1,
      ['a'],
    ],
    ['a warning keeps its own level back', [{ level: 3, severity: 'warning', title: 'a' }], 2, ['a']],
    [
      'the lowest counts, and only it is named',
      [
        { level: 4, severity: 'warning', title: 'later' },
        { level: 2, severity: 'critical', title: 'first' },
      ],
      1,
      ['first'],
    ],
  ])('%s', (_, found, level, missing) => {
    expect(auditLevel(found)).toMatchObject({ level, missingForNext: missing });
  });
});

// Settings and pods for tests: a well set server, and what a test changes of it.
import type { PodContainer, PodProbe } from '../../src/model/settings/pod.ts';
import type { InnerSettings, OuterSettings, Settings } from '../../src/model/settings/settings.ts';

interface Changes {
  inner?: Partial<InnerSettings>;
  outer?: Partial<OuterSettings>;
  nodeVersion?: string;
  takenAt?: string;
  drill?: Settings['drill'];
}

const MB = 2 ** 20;

export function buildSettings({ inner, outer, nodeVersion, takenAt, drill }: Changes = {}): Settings {
  return {
    format: 'culprit-settings',
    version: 1,
    takenAt: takenAt ?? '2026-11-27T02:00:00.000Z',
    process: { pid: 42, nodeVersion: nodeVersion ?? 'v24.1.0', title: 'node server.js', uptimeSeconds: 60 },
    look: { durationMillis: 2_100, pausesMillis: [4, 3], restored: true, warnings: [] },
    inner: {
      flags: ['--report-on-fatalerror'],
      env: { NODE_ENV: 'production' },
      servers: [
        {
          kind: 'http',
          address: '0.0.0.0',
          port: 8080,
          keepAliveMillis: 65_000,
          headersMillis: 60_000,
          requestMillis: 300_000,
        },
      ],
      moreServers: 0,
      agents: [{ name: 'agent of /app/x.js', keepAlive: true, maxSockets: 50, requests: 2 }],
      outgoing: { inFlight: 1, withoutTimeout: 0, lastingWithoutTimeout: 0, hosts: [] },
      signals: { SIGTERM: 1, SIGINT: 0 },
      unhandledRejection: { count: 0, swallowing: 0, ending: 0 },
      uncaughtException: { count: 0, swallowing: 0, ending: 0 },
      cores: 4,
      totalMemoryBytes: 8_192 * MB,
      heapLimitBytes: 256 * MB,
      heapUsedBytes: 50 * MB,
      poolRequests: 1,
      report: { onFatalError: true, onUncaughtException: false, onSignal: false },
      sourceMaps: true,
      maxHeaderBytes: 16_384,
      loopDelay: { lookMillis: 2_000, p99Millis: 3, maxMillis: 12 },
      files: ['/app/server.js'],
      ...inner,
    },
    outer: {
      uid: 1000,
      pidInside: 1,
      fdSoftLimit: 65_536,
      fdCount: 30,
      memoryLimitBytes: 512 * MB,
      cpuQuotaCores: 1,
      throttling: { periods: 20, throttledPeriods: 0 },
      filesRead: 5,
      ...outer,
    },
    ...(drill ? { drill } : { drill: { of: 'copy', tookMillis: 300, waitedMillis: 32_000 } }),
  };
}

export function buildProbe(changes: Partial<PodProbe> = {}): PodProbe {
  return {
    asks: 'GET :8080/ready',
    timeoutSeconds: 5,
    periodSeconds: 10,
    failureThreshold: 3,
    initialDelaySeconds: 0,
    ...changes,
  };
}

export function buildPod(changes: Partial<PodContainer> = {}): PodContainer {
  return {
    owner: 'Deployment shop',
    name: 'web',
    command: ['node', 'server.js'],
    hasCommand: true,
    gracePeriodSeconds: 30,
    hasPreStop: true,
    liveness: buildProbe({ asks: 'GET :8080/alive', failureThreshold: 6 }),
    readiness: buildProbe(),
    memoryLimitBytes: 512 * MB,
    memoryRequestBytes: 512 * MB,
    sharesProcesses: false,
    runsAsNonRoot: true,
    ...changes,
  };
}

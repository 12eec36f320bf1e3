// The APM agents that people load into their servers: what starts them, and which spans one of their messages holds.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CACHE = process.env.CULPRIT_APM ?? join(tmpdir(), 'culprit-apm');
const PACKAGES = {
  express: '5.3.0',
  'dd-trace': '5.132.0',
  '@opentelemetry/api': '1.9.1',
  '@opentelemetry/auto-instrumentations-node': '0.81.2',
  '@msgpack/msgpack': '3.1.2',
};
export const MODULES = join(CACHE, 'node_modules');

/** Once, in a folder of their own under the temp dir: they are no dependencies. */
export function installAgents() {
  mkdirSync(CACHE, { recursive: true });
  if (Object.keys(PACKAGES).every((name) => existsSync(join(MODULES, name)))) return;
  const wanted = Object.entries(PACKAGES).map(([name, version]) => `${name}@${version}`);
  const args = ['install', '--prefix', CACHE, '--ignore-scripts', '--no-audit', '--no-fund', ...wanted];
  execFileSync('npm', args, { cwd: CACHE, stdio: ['ignore', 'ignore', 'inherit'] });
}

const inCache = createRequire(join(CACHE, 'package.json'));

export const AGENTS = {
  opentelemetry: {
    preload: () => inCache.resolve('@opentelemetry/auto-instrumentations-node/register'),
    env: (port) => ({
      OTEL_SERVICE_NAME: 'shop',
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_BSP_SCHEDULE_DELAY: '500',
      OTEL_BSP_MAX_QUEUE_SIZE: '100000',
      OTEL_NODE_RESOURCE_DETECTORS: 'none',
      // A connection is made for many requests: its spans belong to none.
      OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'net,dns',
    }),
    spanNames(url, body) {
      if (url !== '/v1/traces') return [];
      const scopes = JSON.parse(body).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans);
      return scopes.flatMap(({ spans }) => spans.map(({ name }) => name));
    },
  },
  'dd-trace': {
    preload: () => inCache.resolve('dd-trace/init'),
    env: (port) => ({
      DD_SERVICE: 'shop',
      DD_TRACE_AGENT_URL: `http://127.0.0.1:${port}`,
      DD_TRACE_AGENT_PROTOCOL_VERSION: '0.4',
      DD_TRACE_STARTUP_LOGS: 'false',
      DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
      DD_REMOTE_CONFIGURATION_ENABLED: 'false',
      DD_CRASHTRACKING_ENABLED: 'false',
      DD_TRACE_RATE_LIMIT: '100000',
      DD_TRACE_DISABLED_PLUGINS: 'net,dns',
    }),
    spanNames(url, body) {
      if (url !== '/v0.4/traces') return [];
      const { decode } = inCache('@msgpack/msgpack');
      return decode(body, { useBigInt64: true }).flatMap((trace) => trace.map(({ name }) => name));
    },
  },
};

// All rules on settings, in the order in which equals are shown.
import { agents } from './http/agents.ts';
import { headerSize } from './http/header-size.ts';
import { headersTimeout } from './http/headers-timeout.ts';
import { keepAliveTimeout } from './http/keep-alive-timeout.ts';
import { outgoingTimeouts } from './http/outgoing-timeouts.ts';
import { requestTimeout } from './http/request-timeout.ts';
import { cpuThrottling } from './pod/cpu-throttling.ts';
import { gracePeriod } from './pod/grace-period.ts';
import { heapLimit } from './pod/heap-limit.ts';
import { livenessTimeout } from './pod/liveness-timeout.ts';
import { memoryLimit } from './pod/memory-limit.ts';
import { preStop } from './pod/pre-stop.ts';
import { probesAlike } from './pod/probes-alike.ts';
import { readiness } from './pod/readiness.ts';
import { diagnosticReport } from './process/diagnostic-report.ts';
import { loopBlocked } from './process/loop-blocked.ts';
import { nodeEnv } from './process/node-env.ts';
import { nodeVersion } from './process/node-version.ts';
import { openFiles } from './process/open-files.ts';
import { openInspector } from './process/open-inspector.ts';
import { rootUser } from './process/root-user.ts';
import { sigterm } from './process/sigterm.ts';
import { sourceMaps } from './process/source-maps.ts';
import { threadPoolSize } from './process/thread-pool-size.ts';
import { uncaughtExceptions } from './process/uncaught-exceptions.ts';
import { unhandledRejections } from './process/unhandled-rejections.ts';
import { wrappedStart } from './process/wrapped-start.ts';
import type { ConfigurationRule } from './rule.ts';

export const CONFIGURATION_RULES: readonly ConfigurationRule[] = [
  openInspector,
  sigterm,
  loopBlocked,
  wrappedStart,
  unhandledRejections,
  uncaughtExceptions,
  outgoingTimeouts,
  requestTimeout,
  headersTimeout,
  heapLimit,
  openFiles,
  keepAliveTimeout,
  readiness,
  livenessTimeout,
  probesAlike,
  gracePeriod,
  cpuThrottling,
  nodeVersion,
  memoryLimit,
  preStop,
  agents,
  threadPoolSize,
  nodeEnv,
  sourceMaps,
  diagnosticReport,
  rootUser,
  headerSize,
];

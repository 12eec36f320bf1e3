// All rules on settings, in the order in which equals are shown.
import { agents } from './agents.ts';
import { cpuThrottling } from './cpu-throttling.ts';
import { diagnosticReport } from './diagnostic-report.ts';
import { gracePeriod } from './grace-period.ts';
import { headerSize } from './header-size.ts';
import { headersTimeout } from './headers-timeout.ts';
import { heapLimit } from './heap-limit.ts';
import { keepAliveTimeout } from './keep-alive-timeout.ts';
import { livenessTimeout } from './liveness-timeout.ts';
import { loopBlocked } from './loop-blocked.ts';
import { memoryLimit } from './memory-limit.ts';
import { nodeEnv } from './node-env.ts';
import { nodeVersion } from './node-version.ts';
import { openFiles } from './open-files.ts';
import { openInspector } from './open-inspector.ts';
import { outgoingTimeouts } from './outgoing-timeouts.ts';
import { preStop } from './pre-stop.ts';
import { probesAlike } from './probes-alike.ts';
import { readiness } from './readiness.ts';
import { requestTimeout } from './request-timeout.ts';
import { rootUser } from './root-user.ts';
import type { ConfigurationRule } from './rule.ts';
import { sigterm } from './sigterm.ts';
import { sourceMaps } from './source-maps.ts';
import { threadPoolSize } from './thread-pool-size.ts';
import { uncaughtExceptions } from './uncaught-exceptions.ts';
import { unhandledRejections } from './unhandled-rejections.ts';
import { wrappedStart } from './wrapped-start.ts';

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

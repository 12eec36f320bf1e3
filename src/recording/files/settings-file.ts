// Settings that were read elsewhere (in a pod, for example) and are loaded from JSON: checked before they are used.
import * as v from 'valibot';
import { SETTINGS_FORMAT, SETTINGS_VERSION, type Settings } from '../../model/settings/settings.ts';
import { warning } from '../../wire/warning.ts';
import { parseCheckedJson, readCheckedJson } from './checked-json.ts';

const MOST = 1_000;
const text = v.pipe(v.string(), v.maxLength(2_000));
const amount = v.pipe(v.number(), v.finite(), v.minValue(0));
const maybe = v.optional(amount);
const list = <S extends v.GenericSchema>(item: S) => v.pipe(v.array(item), v.maxLength(MOST));
const limit = v.optional(v.nullable(amount));
const handlers = v.optional(v.object({ count: amount, swallowing: amount, ending: amount }));
const flag = v.optional(v.boolean());
const word = v.optional(text);

const server = v.object({
  kind: v.picklist(['http', 'https', 'http2']),
  port: maybe,
  address: word,
  keepAliveMillis: maybe,
  headersMillis: maybe,
  requestMillis: maybe,
  socketMillis: maybe,
  checkingMillis: maybe,
  maxRequestsPerSocket: maybe,
  maxConnections: maybe,
});
const agent = v.object({
  name: text,
  keepAlive: flag,
  maxSockets: limit,
  maxFreeSockets: limit,
  timeoutMillis: maybe,
  requests: amount,
});
const inner = v.object({
  flags: list(text),
  env: v.object({ NODE_ENV: word, UV_THREADPOOL_SIZE: word, NODE_OPTIONS: word }),
  servers: list(server),
  moreServers: amount,
  agents: list(agent),
  outgoing: v.object({
    inFlight: amount,
    withoutTimeout: amount,
    unclear: maybe,
    lastingWithoutTimeout: amount,
    hosts: list(text),
  }),
  fetchDispatcher: word,
  signals: v.object({ SIGTERM: maybe, SIGINT: maybe }),
  unhandledRejection: handlers,
  uncaughtException: handlers,
  cores: maybe,
  totalMemoryBytes: maybe,
  heapLimitBytes: maybe,
  heapUsedBytes: maybe,
  heapTotalBytes: maybe,
  poolRequests: maybe,
  report: v.optional(v.object({ onFatalError: flag, onUncaughtException: flag, onSignal: flag })),
  sourceMaps: flag,
  inspectorHost: word,
  maxHeaderBytes: maybe,
  loopDelay: v.optional(v.object({ lookMillis: amount, p99Millis: amount, maxMillis: amount })),
  files: list(text),
});
const outer = v.object({
  uid: maybe,
  pidInside: maybe,
  startedThrough: v.optional(list(text)),
  fdSoftLimit: maybe,
  fdCount: maybe,
  memoryLimitBytes: maybe,
  memoryAnonBytes: maybe,
  cpuQuotaCores: maybe,
  pidsLimit: limit,
  cpuUsedCores: maybe,
  throttling: v.optional(v.object({ periods: amount, throttledPeriods: amount })),
  filesRead: maybe,
  readsNodeEnv: word,
  transpiled: word,
});
const settings = v.object({
  format: v.literal(SETTINGS_FORMAT),
  version: v.literal(SETTINGS_VERSION),
  takenAt: v.pipe(v.string(), v.isoTimestamp()),
  process: v.object({ pid: amount, nodeVersion: text, title: text, uptimeSeconds: amount }),
  look: v.object({
    durationMillis: amount,
    pausesMillis: list(amount),
    restored: v.boolean(),
    warnings: list(warning),
  }),
  inner,
  outer,
  drill: v.optional(
    v.object({
      of: v.picklist(['copy', 'target']),
      tookMillis: maybe,
      waitedMillis: amount,
      endedBy: word,
    }),
  ),
});

const EXPECTED = {
  schema: settings,
  what: 'the settings of a process',
  hint: 'Pass a file that the same version of culprit wrote with `culprit audit --save FILE`.',
};

/** Throws RecordingError when the text is not what it has to be. `name` is what messages call it. */
export function parseSettings(content: string, name: string): Settings {
  return parseCheckedJson(content, name, EXPECTED);
}

/** As parseSettings, from a file. */
export function readSettingsFile(path: string): Settings {
  return readCheckedJson(path, EXPECTED);
}

// What runs in the target to read its settings: sent as text, whole by itself, Node 16 to 26. It reads data properties
// only (no getter, no method of the program runs), is bounded, and ends by itself when nobody asks for its result.
import type { InnerSettings } from '../../model/settings.ts';
import { createHandlerReads, createPlainReads, createServerReads } from './settings-reads.ts';
import { createTimeoutReads } from './settings-timeouts.ts';

export interface SettingsProbeConfig {
  url: string;
  /** The inspector was opened by us: then the lease closes it. */
  closeInspector: boolean;
  leaseMillis: number;
}

export interface SettingsHandle {
  /** The settings, and the end of the probe. Never throws. */
  finish(): InnerSettings | string;
}

type Load = (id: string) => never;

/** An expression that installs the probe where it is evaluated (with the command line API, which has `require`). */
export function settingsProbeSource(config: SettingsProbeConfig): string {
  const load = "typeof require === 'function' ? require : undefined";
  const parts = `{ createPlainReads: ${createPlainReads.toString()}, createServerReads: ${createServerReads.toString()}, createHandlerReads: ${createHandlerReads.toString()}, createTimeoutReads: ${createTimeoutReads.toString()} }`;
  return `(${installSettingsProbe.toString()})(${load}, ${JSON.stringify(config)}, ${parts})\n//# sourceURL=${config.url}`;
}

interface Parts {
  createPlainReads: typeof createPlainReads;
  createServerReads: typeof createServerReads;
  createHandlerReads: typeof createHandlerReads;
  createTimeoutReads: typeof createTimeoutReads;
}

/** Returns the handle, or a string that says why there is none; then nothing is left behind. */
function installSettingsProbe(
  requireOrNothing: Load | undefined,
  config: SettingsProbeConfig,
  parts: Parts,
): SettingsHandle | string {
  try {
    const host = process as unknown as { getBuiltinModule?: Load; mainModule?: { require: Load } };
    const load = requireOrNothing ?? host.getBuiltinModule ?? host.mainModule?.require;
    if (!load) return 'no access to built-in modules';
    const timers: typeof import('node:timers') = load('timers');
    const perf: typeof import('node:perf_hooks') = load('perf_hooks');
    const inspector: { close(): void; url(): string | undefined } = load('inspector');
    const plain = parts.createPlainReads((load('util') as typeof import('node:util')).types.isProxy);
    const web = parts.createServerReads(load, plain, parts.createTimeoutReads(plain));
    const handlers = parts.createHandlerReads(plain);
    const { attempt, isObject, className } = plain;

    // A timer of our own, not a histogram of Node's: that one forgets the block in which it is begun or read.
    const TICK_MILLIS = 10;
    const MAX_TICKS = 2_000;
    const now = () => perf.performance.now();
    const from = now();
    const delays: number[] = [];
    let ticked = from;
    const tick = () => {
      const at = now();
      if (delays.length < MAX_TICKS) delays.push(Math.max(0, at - ticked - TICK_MILLIS));
      ticked = at;
    };
    const ticker = timers.setInterval(tick, TICK_MILLIS);
    ticker.unref();
    let isOver = false;
    const end = () => {
      isOver = true;
      attempt(() => timers.clearInterval(ticker));
      attempt(() => timers.clearTimeout(lease));
    };
    const lease = timers.setTimeout(() => {
      end();
      if (config.closeInspector) attempt(() => inspector.close());
    }, config.leaseMillis);
    lease.unref();

    const poolRequests = (): number | undefined =>
      attempt(() => {
        const list = (process as unknown as { _getActiveRequests(): unknown[] })._getActiveRequests();
        return list
          .slice(0, 5_000)
          .filter((item) => /^(FSReq|GetAddrInfoReq|GetNameInfoReq|FileHandleCloseReq)/.test(className(item)))
          .length;
      });
    const firstPool = poolRequests();
    const early = new WeakSet(attempt(() => [...web.outgoing().requests.keys()]) ?? []);

    const text = (value: unknown, most: number): string | undefined =>
      typeof value === 'string' ? value.slice(0, most) : undefined;
    const loopDelay = (): InnerSettings['loopDelay'] => {
      // The block that we are in, if we are in one.
      tick();
      const sorted = delays.slice().sort((a, b) => a - b);
      const at = (part: number) => Math.round(sorted[Math.floor((sorted.length - 1) * part)] ?? 0);
      return { lookMillis: Math.round(now() - from), p99Millis: at(0.99), maxMillis: at(1) };
    };
    const filesOf = (): string[] => {
      const modules = (load('module') as { _cache?: object })._cache;
      const names = isObject(modules) ? Object.keys(modules) : [];
      const main = text(process.argv[1], 1_000);
      const isLibrary = (name: string) => name.includes('/node_modules/');
      const some = [
        ...(main ? [main] : []),
        ...names.filter((name) => !isLibrary(name)).slice(0, 60),
        ...names.filter(isLibrary).slice(0, 140),
      ];
      return [...new Set(some)].filter((name) => name.startsWith('/') && name.length < 1_000);
    };
    const dispatcher = (): string | undefined => {
      const found = Object.getOwnPropertyDescriptor(
        globalThis,
        Symbol.for('undici.globalDispatcher.1'),
      )?.value;
      return found ? className(found) || undefined : undefined;
    };
    const reportOf = (): InnerSettings['report'] => {
      const { report } = process;
      return report
        ? {
            onFatalError: Boolean(report.reportOnFatalError),
            onUncaughtException: Boolean(report.reportOnUncaughtException),
            onSignal: Boolean(report.reportOnSignal),
          }
        : undefined;
    };
    const sourceMaps = (): boolean | undefined => {
      const known = (process as unknown as { sourceMapsEnabled?: unknown }).sourceMapsEnabled;
      return typeof known === 'boolean' ? known : undefined;
    };
    const outgoing = (): InnerSettings['outgoing'] & { agents: Set<unknown> } => {
      const { requests, hosts, agents } = web.outgoing();
      const unbound = [...requests].filter(([, state]) => state === 'none').map(([request]) => request);
      return {
        inFlight: requests.size,
        withoutTimeout: unbound.length,
        unclear: [...requests.values()].filter((state) => state === 'unclear').length,
        lastingWithoutTimeout: unbound.filter((request) => early.has(request)).length,
        hosts: [...hosts],
        agents,
      };
    };
    const read = (): InnerSettings => {
      // First, before this read itself makes the loop late.
      const delay = attempt(loopDelay);
      const heap = attempt(() => (load('v8') as typeof import('node:v8')).getHeapStatistics());
      const os: typeof import('node:os') = load('os');
      const { agents, ...requests } = outgoing();
      const lastPool = poolRequests();
      const url = config.closeInspector ? undefined : attempt(() => inspector.url());
      const env = (name: string, most: number) => attempt(() => text(process.env[name], most));
      return {
        flags: (attempt(() => process.execArgv) ?? []).slice(0, 50).map((flag) => String(flag).slice(0, 200)),
        env: {
          NODE_ENV: env('NODE_ENV', 50),
          UV_THREADPOOL_SIZE: env('UV_THREADPOOL_SIZE', 20),
          NODE_OPTIONS: env('NODE_OPTIONS', 1_000),
        },
        ...web.servers(),
        agents: web.agents(agents),
        outgoing: requests,
        fetchDispatcher: attempt(dispatcher),
        signals: { SIGTERM: handlers.count('SIGTERM'), SIGINT: handlers.count('SIGINT') },
        unhandledRejection: attempt(() => handlers.read('unhandledRejection')),
        uncaughtException: attempt(() => handlers.read('uncaughtException')),
        cores: attempt(() => os.cpus().length || undefined),
        totalMemoryBytes: attempt(() => os.totalmem()),
        heapLimitBytes: heap?.heap_size_limit,
        heapUsedBytes: heap?.used_heap_size,
        heapTotalBytes: heap?.total_heap_size,
        poolRequests:
          firstPool === undefined || lastPool === undefined ? undefined : Math.min(firstPool, lastPool),
        report: attempt(reportOf),
        sourceMaps: attempt(sourceMaps),
        inspectorHost: url ? /^wss?:\/\/(\[[^\]]*\]|[^:/]*)/.exec(url)?.[1]?.slice(0, 100) : undefined,
        maxHeaderBytes: attempt(() => (load('http') as typeof import('node:http')).maxHeaderSize),
        loopDelay: delay,
        files: attempt(filesOf) ?? [],
      };
    };
    return {
      finish() {
        try {
          return isOver ? 'its time was over' : read();
        } catch (error) {
          return String(error).slice(0, 200);
        } finally {
          end();
        }
      },
    };
  } catch (error) {
    try {
      return String(error).slice(0, 200);
    } catch {
      return 'it failed';
    }
  }
}

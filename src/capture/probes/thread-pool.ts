// A part of the probe (see install-probe.ts: sent as text, whole by itself): libuv's thread pool, which files, lookups,
// crypto and compression share. How long a trivial operation waits for a thread, and who keeps the threads busy.
import type { ProbeCore, ProbeFrame, ProbeThreadPool } from './probe-protocol.ts';
import type { StackCapture } from './stack-capture.ts';

export interface ThreadPool {
  /** Sends one trivial operation through the pool, unless the last one still waits. */
  probe(): void;
  /** How long they waited since this was last asked, milliseconds; one that still waits counts so far. */
  waits(): number[];
  /** Notes from now on who uses the pool, and for how long. Dear: for a second or two only. */
  startWatch(): void;
  stopWatch(): ProbeThreadPool;
}

export interface ThreadPoolParts {
  captureStack: StackCapture;
  asOwnWork<T>(work: () => T): T;
}

export function createThreadPool(core: ProbeCore, { captureStack, asOwnWork }: ThreadPoolParts): ThreadPool {
  const fs: typeof import('node:fs') = core.load('fs');
  const asyncHooks: typeof import('node:async_hooks') = core.load('async_hooks');
  const MAX_WAITS = 16;
  const MAX_SITES = 100;
  const MAX_PENDING = 2_000;
  const STACKS_PER_TYPE = 40;
  const DEFAULT_THREADS = 4;
  // As async_hooks calls them; Node's crypto jobs all end so.
  const NODE_TYPES =
    /^(FSREQ(CALLBACK|PROMISE)|FILEHANDLECLOSEREQ|GET(ADDR|NAME)INFOREQWRAP|ZLIB|BROTLI\w*|ZSTD\w*|\w+(REQUEST|JOB))$/;
  const NOT_IN_POOL = /^(HTTP|SHUTDOWN|WRITE|PIPECONNECT|TCPCONNECT|UDPSEND|QUERY)/;

  let waitsSince: number[] = [];
  let sentAt = -1;
  let isProbing = false;
  const probe = () => {
    if (core.isStopped() || sentAt >= 0) return;
    try {
      sentAt = core.now();
      isProbing = true;
      asOwnWork(() =>
        fs.stat('/', () => {
          if (waitsSince.length < MAX_WAITS) waitsSince.push(core.now() - sentAt);
          sentAt = -1;
        }),
      );
    } catch {
      sentAt = -1;
    }
    isProbing = false;
  };

  interface Site {
    type: string;
    frames: ProbeFrame[];
    count: number;
    totalMillis: number;
  }
  let sites = new Map<string, Site>();
  const pending = new Map<number, { site: Site; at: number; weight: number }>();
  const perType = new Map<string, number>();
  let watchedFrom = 0;

  /** The work of a native addon: Node gives it a bare object as its resource. */
  const isAddons = (type: string, resource: object) =>
    /[a-z]/.test(type) &&
    Object.getPrototypeOf(resource) === Object.prototype &&
    Object.keys(resource).length === 0;

  const init = (asyncId: number, type: string, _trigger: number, resource: object) => {
    if (isProbing) return;
    try {
      const isPools = NODE_TYPES.test(type) ? !NOT_IN_POOL.test(type) : isAddons(type, resource);
      if (!isPools || core.isStopped() || pending.size >= MAX_PENDING) return;
      const seen = (perType.get(type) ?? 0) + 1;
      perType.set(type, seen);
      // The more there are, the fewer of them are asked for a stack.
      const weight = 2 ** Math.floor(seen / STACKS_PER_TYPE);
      if (!core.isPicked(seen, weight)) return;
      const frames = captureStack(init);
      const key = `${type}|${frames.map((f) => `${f[1]}:${f[2]}:${f[3]}`).join('|')}`;
      let site = sites.get(key);
      if (!site) {
        if (sites.size >= MAX_SITES) return;
        site = { type, frames, count: 0, totalMillis: 0 };
        sites.set(key, site);
      }
      pending.set(asyncId, { site, at: core.now(), weight });
    } catch {}
  };
  const before = (asyncId: number) => {
    const known = pending.get(asyncId);
    if (!known) return;
    pending.delete(asyncId);
    known.site.count += known.weight;
    known.site.totalMillis += known.weight * (core.now() - known.at);
  };
  const hook = asyncHooks.createHook({ init, before });

  const clear = () => {
    core.changeHooks(() => hook.disable());
    sites = new Map();
    pending.clear();
    perType.clear();
  };
  core.cleanups.push(clear);

  return {
    probe,
    waits() {
      const told = waitsSince;
      waitsSince = [];
      if (sentAt >= 0) told.push(core.now() - sentAt);
      return told;
    },
    startWatch() {
      watchedFrom = core.now();
      core.changeHooks(() => core.isStopped() || hook.enable());
    },
    stopWatch() {
      const at = core.now();
      // What has not come back yet has held a place for as long.
      for (const { site, at: from, weight } of pending.values()) {
        site.count += weight;
        site.totalMillis += weight * (at - from);
      }
      const result: ProbeThreadPool = {
        millis: at - watchedFrom,
        threads: Number(process.env.UV_THREADPOOL_SIZE) || DEFAULT_THREADS,
        sites: [...sites.values()].sort((a, b) => b.totalMillis - a.totalMillis).slice(0, 40),
      };
      clear();
      return result;
    },
  };
}

// Who uses libuv's thread pool, and for how long: by stack, for as long as it is watched.

import type { ProbeCore } from '../../../probe/core.ts';
import type { ProbeThreadPool } from '../../../probe/probe-protocol.ts';
import { keyOf } from '../../../probe/stacks/frames.ts';
import { captureStack } from '../../../probe/stacks/stack-capture.ts';
import { isPicked } from '../../async/probe/sampling-pace.ts';

export interface PoolUsers {
  start(): void;
  stop(): ProbeThreadPool;
}

type Site = ProbeThreadPool['sites'][number];

const MAX_SITES = 100;
const MAX_TOLD = 40;
const MAX_PENDING = 2_000;
const STACKS_PER_TYPE = 40;
const DEFAULT_THREADS = 4;
// As async_hooks calls them; Node's crypto jobs all end so.
const NODE_TYPES =
  /^(FSREQ(CALLBACK|PROMISE)|FILEHANDLECLOSEREQ|GET(ADDR|NAME)INFOREQWRAP|ZLIB|BROTLI\w*|ZSTD\w*|\w+(REQUEST|JOB))$/;
const NOT_IN_POOL = /^(HTTP|SHUTDOWN|WRITE|PIPECONNECT|TCPCONNECT|UDPSEND|QUERY)/;

/** `isOurs` says whether what is being made is work of the probe. */
export function createPoolUsers(core: ProbeCore, isOurs: () => boolean): PoolUsers {
  const asyncHooks: typeof import('node:async_hooks') = core.load('async_hooks');
  let sites = new Map<string, Site>();
  const pending = new Map<number, { site: Site; at: number; weight: number }>();
  const perType = new Map<string, number>();
  let watchedFrom = 0;

  const siteFor = (type: string, frames: Site['frames']): Site | null => {
    const key = `${type}|${keyOf(frames)}`;
    const known = sites.get(key);
    if (known) return known;
    if (sites.size >= MAX_SITES) return null;
    const site: Site = { type, frames, count: 0, totalMillis: 0 };
    sites.set(key, site);
    return site;
  };
  const init = (asyncId: number, type: string, _trigger: number, resource: object) => {
    if (isOurs()) return;
    try {
      if (!usesPool(type, resource) || core.isStopped() || pending.size >= MAX_PENDING) return;
      const seen = (perType.get(type) ?? 0) + 1;
      perType.set(type, seen);
      // The more there are, the fewer of them are asked for a stack.
      const weight = 2 ** Math.floor(seen / STACKS_PER_TYPE);
      if (!isPicked(seen, weight)) return;
      const site = siteFor(type, captureStack(init));
      if (site) pending.set(asyncId, { site, at: core.now(), weight });
    } catch {}
  };
  const before = (asyncId: number) => {
    const known = pending.get(asyncId);
    if (!known) return;
    pending.delete(asyncId);
    known.site.count += known.weight;
    known.site.totalMillis += known.weight * (core.now() - known.at);
  };
  // Promises are none of its work: see async-watch.ts.
  const options = { init, before, trackPromises: false };
  const hook = asyncHooks.createHook(options);
  const clear = () => {
    core.changeHooks(() => hook.disable());
    sites = new Map();
    pending.clear();
    perType.clear();
  };
  core.cleanups.push(clear);
  return {
    start() {
      watchedFrom = core.now();
      core.changeHooks(() => core.isStopped() || hook.enable());
    },
    stop() {
      const at = core.now();
      // What has not come back yet has held a place for as long.
      for (const { site, at: from, weight } of pending.values()) {
        site.count += weight;
        site.totalMillis += weight * (at - from);
      }
      const result: ProbeThreadPool = {
        millis: at - watchedFrom,
        threads: Number(process.env.UV_THREADPOOL_SIZE) || DEFAULT_THREADS,
        sites: [...sites.values()].sort((a, b) => b.totalMillis - a.totalMillis).slice(0, MAX_TOLD),
      };
      clear();
      return result;
    },
  };
}

function usesPool(type: string, resource: object): boolean {
  return NODE_TYPES.test(type) ? !NOT_IN_POOL.test(type) : isAddons(type, resource);
}

/** The work of a native addon: Node gives it a bare object as its resource. */
function isAddons(type: string, resource: object): boolean {
  return (
    /[a-z]/.test(type) &&
    Object.getPrototypeOf(resource) === Object.prototype &&
    Object.keys(resource).length === 0
  );
}

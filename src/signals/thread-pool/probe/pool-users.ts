// Which code uses libuv's thread pool, and for how long: by stack, for as long as it is watched.

import type { ProbeCore } from '../../../probe/core.ts';
import type { ProbeThreadPool } from '../../../probe/probe-protocol.ts';
import { keyOf } from '../../../probe/stacks/frames.ts';
import { captureStack } from '../../../probe/stacks/stack-capture.ts';
import { isPicked } from '../../async/probe/sampling-pace.ts';
import { type Sent, timesOnThread } from './pool-line.ts';

export interface PoolUsers {
  start(): void;
  stop(): ProbeThreadPool;
}

type Site = ProbeThreadPool['sites'][number];

/** One operation; null: nobody was asked who sent it. */
interface Entry extends Sent {
  site: Site | null;
  weight: number;
  isStream: boolean;
  /** A stream that packs sends what is left once more whenever its output is full. */
  isRest?: boolean;
}

const MAX_SITES = 100;
const MAX_TOLD = 40;
const MAX_PENDING = 2_000;
const STACKS_PER_TYPE = 40;
const DEFAULT_THREADS = 4;
/** The line is followed for so many operations, and fewer where there are very many threads: to work it out takes a moment. */
const LONGEST_LINE = 3_000;
const MOST_STEPS = 400_000;
/** They are there for as long as their stream, and not at work for all of it. */
const STREAMS = ['ZLIB', 'BROTLI', 'ZSTD'];
/** Of what they write through. */
const STREAM_CLASSES = ['Zlib', 'Brotli', 'Zstd'];
// As async_hooks calls them; Node's crypto jobs all end with JOB.
const NODE_TYPES = [
  'FSREQCALLBACK',
  'FSREQPROMISE',
  'FILEHANDLECLOSEREQ',
  'GETADDRINFOREQWRAP',
  'GETNAMEINFOREQWRAP',
];
const NODE_ENDINGS = ['REQUEST', 'JOB'];
const NOT_IN_POOL = ['HTTP', 'SHUTDOWN', 'WRITE', 'PIPECONNECT', 'TCPCONNECT', 'UDPSEND', 'QUERY'];

/** `isOurs` says whether what is being made is work of the probe. */
export function createPoolUsers(core: ProbeCore, isOurs: () => boolean): PoolUsers {
  let sites = new Map<string, Site>();
  const pending = new Map<number, Entry>();
  /** All that were sent, in their order. */
  let line: Entry[] = [];
  const threads = Number(process.env.UV_THREADPOOL_SIZE) || DEFAULT_THREADS;
  const longest = Math.min(LONGEST_LINE, Math.floor(MOST_STEPS / threads));
  const perType = new Map<string, number>();
  let watchedFrom = 0;
  /** Whose turn it is. */
  let back: { asyncId: number; entry: Entry } | null = null;
  /** The youngest resource at the start. */
  let youngestBefore = 0;
  const { executionAsyncResource, AsyncResource }: typeof import('node:async_hooks') =
    core.load('async_hooks');

  const siteFor = (type: string, frames: Site['frames']): Site | null => {
    const key = `${type}|${keyOf(frames)}`;
    const known = sites.get(key);
    if (known) return known;
    if (sites.size >= MAX_SITES) return null;
    const site: Site = { type, frames, count: 0, steps: 0, totalMillis: 0 };
    sites.set(key, site);
    return site;
  };
  const init = (asyncId: number, type: string, _trigger: number, resource: object) => {
    try {
      // Our own takes a thread for a moment only.
      if (isOurs()) return;
      if (!usesPool(type, resource) || core.isStopped() || pending.size >= MAX_PENDING) return;
      const seen = (perType.get(type) ?? 0) + 1;
      perType.set(type, seen);
      // The more there are, the fewer of them are asked for a stack.
      const weight = 2 ** Math.floor(seen / STACKS_PER_TYPE);
      const site = isPicked(seen, weight) ? siteFor(type, captureStack(init)) : null;
      const isStream = startsWithOne(type, STREAMS);
      const entry: Entry = { site, weight, at: core.now(), backAt: -1, isStream };
      if (line.length < longest) line.push(entry);
      else if (!site) return;
      pending.set(asyncId, entry);
    } catch {}
  };
  const before = (asyncId: number) => {
    const known = pending.get(asyncId);
    if (!known) {
      if (asyncId <= youngestBefore) noteOlder(asyncId);
      return;
    }
    pending.delete(asyncId);
    known.backAt = core.now();
    note(known, known.backAt);
    if (known.isStream) back = { asyncId, entry: known };
  };
  /** A stream that was there before the watch: who made it is not known. */
  const noteOlder = (asyncId: number) => {
    try {
      if (core.isStopped() || pending.size >= MAX_PENDING) return;
      if (!startsWithOne(core.reads.classNameOf(executionAsyncResource()), STREAM_CLASSES)) return;
      const now = core.now();
      const site = siteFor(STREAMS[0]!, []);
      back = { asyncId, entry: { site, weight: 1, at: now, backAt: now, isStream: true } };
    } catch {}
  };
  /** Node keeps the input of such a stream for as long as some of it is left, and has sent that when this is called. */
  const after = (asyncId: number) => {
    try {
      if (back?.asyncId !== asyncId) return;
      const { site, weight } = back.entry;
      back = null;
      if (core.isStopped() || !core.reads.isObject(core.reads.own(executionAsyncResource(), 'buffer')))
        return;
      const entry: Entry = { site, weight, at: core.now(), backAt: -1, isStream: true, isRest: true };
      if (line.length < longest) line.push(entry);
      pending.set(asyncId, entry);
    } catch {}
  };
  const note = ({ site, weight, at, isRest }: Entry, to: number) => {
    if (!site) return;
    if (!isRest) site.count += weight;
    site.steps! += weight;
    site.totalMillis += weight * (to - at);
  };
  /** Of what is not back, only what is known to wait for the pool or to be on it: not what ran on the thread that called it. */
  const tellTimes = (at: number) => {
    const sent = line.filter(
      ({ backAt, site, isRest }) => backAt >= 0 || isRest || (site !== null && isUnderWay(site)),
    );
    const times = timesOnThread(sent, threads, at);
    for (const [i, { site, weight }] of sent.entries())
      if (site) site.busyMillis = (site.busyMillis ?? 0) + weight * times[i]!;
  };
  const hook = core.createHook({ init, before, after }, { promises: false });
  const clear = () => {
    core.changeHooks(() => hook.disable());
    sites = new Map();
    line = [];
    pending.clear();
    perType.clear();
    back = null;
  };
  core.cleanups.push(clear);
  return {
    start() {
      watchedFrom = core.now();
      youngestBefore = new AsyncResource('CULPRIT').asyncId();
      core.changeHooks(() => core.isStopped() || hook.enable());
    },
    stop() {
      const at = core.now();
      // What has not come back yet has held a place for as long.
      for (const entry of pending.values()) note(entry, at);
      tellTimes(at);
      const result: ProbeThreadPool = {
        millis: at - watchedFrom,
        threads,
        sites: [...sites.values()].sort((a, b) => b.totalMillis - a.totalMillis).slice(0, MAX_TOLD),
      };
      clear();
      return result;
    },
  };
}

const startsWithOne = (type: string, words: string[]): boolean => words.some((word) => type.startsWith(word));

function isUnderWay({ type, frames }: Site): boolean {
  return !startsWithOne(type, STREAMS) && !frames.some(([name]) => String(name).endsWith('Sync'));
}

function usesPool(type: string, resource: object): boolean {
  const isNodes =
    NODE_TYPES.includes(type) ||
    startsWithOne(type, STREAMS) ||
    NODE_ENDINGS.some((ending) => type.endsWith(ending));
  return isNodes ? !startsWithOne(type, NOT_IN_POOL) : isAddons(type, resource);
}

/** The work of a native addon: Node gives it a bare object as its resource, and napi-rs the promise that the work settles. */
function isAddons(type: string, resource: object): boolean {
  if (type === type.toUpperCase()) return false;
  const prototype = Object.getPrototypeOf(resource);
  if (prototype === Promise.prototype) return true;
  return prototype === Object.prototype && Object.keys(resource).length === 0;
}

// A part of the probe (see install-probe.ts: sent as text, whole by itself): which async resources are made where, and
// how many of them stay. Hooks are on in bursts, the shorter the busier the process.
import type { AsyncSites } from './async-sites.ts';
import type { ProbeAsyncRead, ProbeCore, ProbeFrame } from './probe-protocol.ts';
import type { RequestChannels } from './request-channels.ts';
import type { createSamplingPace, SamplingPace } from './sampling-pace.ts';
import type { StackCapture } from './stack-capture.ts';
import type { StreamOpenings } from './stream-openings.ts';

export interface AsyncWatch {
  readAsync(): ProbeAsyncRead;
  /** Watches these types, too, from now on. */
  watchAlso(types: string[]): void;
  ownHeapBytes(): number;
  /** Runs work of ours that makes async resources: nothing of it is counted. */
  asOwnWork<T>(work: () => T): T;
  /** Our own collections: no census may take them for the program's. */
  own: object[];
}

export interface AsyncWatchParts {
  captureStack: StackCapture;
  sites: AsyncSites;
  requests: RequestChannels;
  streams: StreamOpenings;
  createPace: typeof createSamplingPace;
}

export function createAsyncWatch(
  core: ProbeCore,
  { captureStack, sites, requests, streams, createPace }: AsyncWatchParts,
): AsyncWatch {
  const timers: typeof import('node:timers') = core.load('timers');
  const asyncHooks: typeof import('node:async_hooks') = core.load('async_hooks');
  // Everything that can leak but promises at first: they are by far the most, and a stack costs.
  const WATCHED = new Set(core.config.asyncTypes);
  const perType: Record<string, SamplingPace> = Object.create(null);
  let initsInWindow = 0;
  let isOwnWork = false;
  let hookOnMillis = 0;
  let hookOnSince = -1;

  // Streams open their file in the next tick, with nobody's code on the stack: the stack that asked for the tick
  // tells who it was.
  const TICK = 'TickObject';
  const MAX_TICK_STACKS = 64;
  const MAX_TICK_FRAMES = 8;
  const tickStacks = new Map<number, ProbeFrame[]>();
  const isUserFrame = (frame: unknown[]) => {
    const url = frame[1] as string;
    return url !== '' && !url.startsWith('node:');
  };
  const rememberTick = (asyncId: number) => {
    const frames = captureStack(init);
    const from = frames.findIndex(isUserFrame);
    if (from < 0) return;
    tickStacks.set(asyncId, frames.slice(from, from + MAX_TICK_FRAMES));
    if (tickStacks.size > MAX_TICK_STACKS) tickStacks.delete(tickStacks.keys().next().value as number);
  };
  const withTick = (frames: ProbeFrame[]): ProbeFrame[] => {
    if (frames.some(isUserFrame)) return frames;
    const asked = tickStacks.get(asyncHooks.executionAsyncId());
    return asked ? frames.concat(asked) : frames;
  };

  const init = (asyncId: number, type: string, _trigger: number, resource: object) => {
    try {
      if (isOwnWork) return;
      initsInWindow++;
      if (core.isStopped() || (!WATCHED.has(type) && type !== TICK)) return;
      if (type === TICK) {
        requests.tick(resource, init);
        streams.tick(resource, init);
      }
      // An http.Agent gives a kept connection a new async id for each request: nothing was made.
      if (resource?.constructor?.name === 'ReusedHandle') return;
      perType[type] ??= createPace(core.isPicked, asyncStacksPerSecond, STACKS_PER_BURST);
      const weight = perType[type].take();
      if (weight === 0) return;
      if (type === TICK) rememberTick(asyncId);
      else sites.remember({ type, resource, frames: withTick(captureStack(init)), weight });
    } catch {}
  };
  const hook = asyncHooks.createHook({ init });
  const hookOn = () =>
    core.changeHooks(() => {
      if (core.isStopped() || hookOnSince >= 0) return;
      hookOnSince = core.now();
      hook.enable();
      requests.on();
    });
  const hookOff = () =>
    core.changeHooks(() => {
      if (hookOnSince < 0) return;
      hook.disable();
      requests.off();
      hookOnMillis += core.now() - hookOnSince;
      hookOnSince = -1;
    });
  core.cleanups.push(hookOff);

  // Bursts: the busier the process, the smaller the share of time in which hooks are on.
  const BURST_MILLIS = 100;
  const SHORT_BURST_MILLIS = 15;
  let burstMillis = BURST_MILLIS;
  const { asyncStacksPerSecond } = core.config;
  /** The first burst does not know yet how many there will be. */
  const STACKS_PER_BURST = Math.ceil(asyncStacksPerSecond / 4);
  let burstTimer: NodeJS.Timeout | null = null;
  core.cleanups.push(() => burstTimer && timers.clearTimeout(burstTimer));
  const asOwnWork = <T>(work: () => T): T => {
    isOwnWork = true;
    try {
      return work();
    } finally {
      isOwnWork = false;
    }
  };
  const later = (work: () => void, millis: number) =>
    asOwnWork(() => {
      burstTimer = timers.setTimeout(work, millis);
      burstTimer.unref();
    });
  const burst = () => {
    try {
      if (core.isStopped()) return;
      initsInWindow = 0;
      const from = core.now();
      hookOn();
      later(() => {
        try {
          const seconds = Math.max(0.02, (core.now() - from) / 1000);
          for (const type in perType) perType[type]!.settle(seconds);
          sites.tidy();
          requests.settle(seconds);
          streams.settle(seconds);
          const perSecond = initsInWindow / seconds;
          // A busy process shows enough in a shorter burst.
          burstMillis = perSecond > 20 * core.config.asyncInitsPerSecond ? SHORT_BURST_MILLIS : BURST_MILLIS;
          const share = Math.min(1, core.config.asyncInitsPerSecond / Math.max(1, perSecond));
          if (share >= 0.9) return burst();
          hookOff();
          const restMillis = Math.min(core.config.longestRestMillis, (burstMillis * (1 - share)) / share);
          later(burst, restMillis);
        } catch {}
      }, burstMillis);
    } catch {}
  };
  const asyncStartedAt = core.now();
  if (core.config.asyncTypes.length > 0) burst();

  const readAsync = (): ProbeAsyncRead => {
    const at = core.now();
    const onMillis = hookOnMillis + (hookOnSince >= 0 ? at - hookOnSince : 0);
    const result: ProbeAsyncRead = {
      coverage: onMillis / Math.max(1, at - asyncStartedAt),
      onMillis,
      seen: {},
      sites: [],
    };
    try {
      for (const type in perType) result.seen[type] = perType[type]!.seen;
      result.sites = sites.read();
    } catch {}
    return result;
  };

  core.cleanups.push(() => tickStacks.clear());
  return {
    readAsync,
    asOwnWork,
    watchAlso(types) {
      for (const type of types) WATCHED.add(type);
    },
    own: [sites.own, tickStacks],
    ownHeapBytes() {
      let bytes = sites.ownHeapBytes();
      for (const frames of tickStacks.values()) bytes += 100 + frames.length * 96;
      return bytes;
    },
  };
}

// Which async resources are created where, and how many of them remain: what async_hooks reports while it is on, in bursts.
import type { ProbeCore } from '../../../probe/core.ts';
import type { ProbeAsyncRead } from '../../../probe/probe-protocol.ts';
import { captureStack } from '../../../probe/stacks/stack-capture.ts';
import type { RequestChannels } from '../requests/request-channels.ts';
import type { AsyncSites } from './async-sites.ts';
import { startBursts } from './bursts.ts';
import { createSamplingPace, type SamplingPace } from './sampling-pace.ts';
import type { StreamBacklogs } from './stream-backlogs.ts';
import type { StreamOpenings } from './stream-openings.ts';
import { createTickStacks } from './tick-stacks.ts';

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
  sites: AsyncSites;
  requests: RequestChannels;
  streams: StreamOpenings;
  backlogs: StreamBacklogs;
}

const TICK = 'TickObject';
const PROMISE = 'PROMISE';

export function createAsyncWatch(core: ProbeCore, parts: AsyncWatchParts): AsyncWatch {
  const { sites, requests, streams, backlogs } = parts;
  const { asyncStacksPerSecond } = core.config;
  // Everything that can leak but promises at first: they are by far the most, and a stack costs.
  const watched = new Set(core.config.asyncTypes);
  const perType: Record<string, SamplingPace> = Object.create(null);
  const ticks = createTickStacks(core);
  /** The first burst does not know yet how many there will be. */
  const stacksPerBurst = Math.ceil(asyncStacksPerSecond / 4);
  let initsInBurst = 0;
  let isOwnWork = false;

  const asOwnWork = <T>(work: () => T): T => {
    isOwnWork = true;
    try {
      return work();
    } finally {
      isOwnWork = false;
    }
  };
  const init = (asyncId: number, type: string, _trigger: number, resource: object) => {
    try {
      if (isOwnWork) return;
      initsInBurst++;
      if (core.isStopped() || (!watched.has(type) && type !== TICK)) return;
      if (type === TICK) {
        requests.tick(resource, init);
        streams.tick(resource, init);
        backlogs.tick(resource, init);
      }
      // An http.Agent gives a kept connection a new async id for each request: nothing was made.
      if (resource?.constructor?.name === 'ReusedHandle') return;
      perType[type] ??= createSamplingPace(asyncStacksPerSecond, stacksPerBurst);
      const weight = perType[type].take();
      if (weight === 0) return;
      if (type === TICK) ticks.remember(asyncId, captureStack(init));
      else {
        const frames = ticks.withTick(captureStack(init));
        sites.remember({ type, resource, frames, weight, serving: requests.beingServed() });
      }
    } catch {}
  };
  const hook = createHookSwitch(core, { init, requests, hasPromises: () => watched.has(PROMISE) });
  const settle = (seconds: number): number => {
    for (const type in perType) perType[type]!.settle(seconds);
    sites.tidy();
    requests.settle(seconds);
    streams.settle(seconds);
    backlogs.settle(seconds);
    return initsInBurst;
  };
  const on = () => {
    initsInBurst = 0;
    hook.on();
  };
  const startedAt = core.now();
  if (core.config.asyncTypes.length > 0) startBursts(core, { on, off: hook.off, settle, asOwnWork });

  return {
    readAsync() {
      const onMillis = hook.onMillis();
      const coverage = onMillis / Math.max(1, core.now() - startedAt);
      const result: ProbeAsyncRead = { coverage, onMillis, seen: {}, sites: [] };
      try {
        for (const type in perType) result.seen[type] = perType[type]!.seen;
        result.sites = sites.read();
      } catch {}
      return result;
    },
    asOwnWork,
    watchAlso(types) {
      for (const type of types) watched.add(type);
      hook.renew();
    },
    own: [sites.own, ticks.own, requests.left.own],
    ownHeapBytes: () => sites.ownHeapBytes() + ticks.ownHeapBytes(),
  };
}

type Init = (asyncId: number, type: string, trigger: number, resource: object) => void;

interface HookParts {
  init: Init;
  requests: RequestChannels;
  hasPromises(): boolean;
}

/** Turns the hook on and off, with what goes with it, and counts the time. Off at the end. */
function createHookSwitch(core: ProbeCore, { init, requests, hasPromises }: HookParts) {
  const create = () => core.createHook({ init }, { promises: hasPromises() });
  let isWithPromises = hasPromises();
  let hook = create();
  let millis = 0;
  let since = -1;
  const on = () =>
    core.changeHooks(() => {
      if (core.isStopped() || since >= 0) return;
      since = core.now();
      hook.enable();
      requests.on();
    });
  const off = () =>
    core.changeHooks(() => {
      if (since < 0) return;
      hook.disable();
      requests.off();
      millis += core.now() - since;
      since = -1;
    });
  core.cleanups.push(off);
  /** Whether promises are watched has changed. */
  const renew = () => {
    if (isWithPromises === hasPromises()) return;
    const wasOn = since >= 0;
    off();
    core.changeHooks(() => {
      isWithPromises = hasPromises();
      hook = create();
    });
    if (wasOn) on();
  };
  return { on, off, renew, onMillis: () => millis + (since >= 0 ? core.now() - since : 0) };
}

// The code that runs inside the target. It is sent as text, in parts that are each whole by themselves: no imports,
// nothing newer than Node 16. It never throws, holds bounded memory, keeps no global (only our session holds its
// handle), expires when our heartbeat stops, and takes away all that it put in.
import { createAsyncSites } from './async-sites.ts';
import { createAsyncWatch } from './async-watch.ts';
import { createCollectionKinds } from './collection-kinds.ts';
import { createCollectionWatch } from './collection-watch.ts';
import { createCounters } from './counters.ts';
import { createHookChanges } from './hook-changes.ts';
import { createInsertionTraps } from './insertion-traps.ts';
import { createLookups } from './lookups.ts';
import { createOwnValue } from './own-value.ts';
import { createPathPattern } from './path-pattern.ts';
import { createPoolShapes } from './pool-shapes.ts';
import { createPoolWatch } from './pool-watch.ts';
import type { ProbeConfig, ProbeCore, ProbeHandle } from './probe-protocol.ts';
import { createReferenceWalk } from './reference-walk.ts';
import { createRequestChannels } from './request-channels.ts';
import { createRequestCount } from './request-count.ts';
import { createRequestHandlers } from './request-handlers.ts';
import { createSamplingPace } from './sampling-pace.ts';
import { createStackCapture } from './stack-capture.ts';
import { createStreamOpenings } from './stream-openings.ts';
import { createThreadInspector } from './thread-inspector.ts';
import { createThreadPool, type ThreadPool } from './thread-pool.ts';

type Load = (id: string) => never;

/** The parts, by name: how one reaches another when all are text. */
interface Parts {
  createStackCapture: typeof createStackCapture;
  createCounters: typeof createCounters;
  createAsyncWatch: typeof createAsyncWatch;
  createCollectionKinds: typeof createCollectionKinds;
  createInsertionTraps: typeof createInsertionTraps;
  createThreadInspector: typeof createThreadInspector;
  createReferenceWalk: typeof createReferenceWalk;
  createCollectionWatch: typeof createCollectionWatch;
  createOwnValue: typeof createOwnValue;
  createHookChanges: typeof createHookChanges;
  createSamplingPace: typeof createSamplingPace;
  createAsyncSites: typeof createAsyncSites;
  createStreamOpenings: typeof createStreamOpenings;
  createRequestChannels: typeof createRequestChannels;
  createRequestCount: typeof createRequestCount;
  createRequestHandlers: typeof createRequestHandlers;
  createPathPattern: typeof createPathPattern;
  createPoolShapes: typeof createPoolShapes;
  createPoolWatch: typeof createPoolWatch;
  createThreadPool: typeof createThreadPool;
  createLookups: typeof createLookups;
}

/** An expression that installs the probe where it is evaluated (with the command line API, which has `require`). */
export function probeSource(config: ProbeConfig): string {
  const parts: Parts = {
    createStackCapture,
    createCounters,
    createAsyncWatch,
    createCollectionKinds,
    createInsertionTraps,
    createThreadInspector,
    createReferenceWalk,
    createCollectionWatch,
    createOwnValue,
    createHookChanges,
    createSamplingPace,
    createAsyncSites,
    createStreamOpenings,
    createRequestChannels,
    createRequestCount,
    createRequestHandlers,
    createPathPattern,
    createPoolShapes,
    createPoolWatch,
    createThreadPool,
    createLookups,
  };
  const texts = Object.entries(parts).map(([name, part]) => `${name}: ${part.toString()}`);
  const load = "typeof require === 'function' ? require : undefined";
  return `(${installProbe.toString()})(${load}, ${JSON.stringify(config)}, {${texts.join(',\n')}})\n//# sourceURL=${config.url}`;
}

/** Returns the handle, or a string that says why there is none; then nothing is left behind. */
function installProbe(
  requireOrNothing: Load | undefined,
  config: ProbeConfig,
  parts: Parts,
): ProbeHandle | string {
  const cleanups: (() => void)[] = [];
  let isStopped = false;
  const stop = () => {
    if (isStopped) return;
    isStopped = true;
    for (const cleanup of cleanups.splice(0).reverse()) {
      try {
        cleanup();
      } catch {}
    }
  };
  try {
    const host = process as unknown as { getBuiltinModule?: Load; mainModule?: { require: Load } };
    const load = requireOrNothing ?? host.getBuiltinModule ?? host.mainModule?.require;
    if (!load) return 'no access to built-in modules';
    const timers: typeof import('node:timers') = load('timers');
    const perf: typeof import('node:perf_hooks') = load('perf_hooks');
    const inspector = (config.closeInspector ? load('inspector') : null) as { close(): void } | null;
    const now = () => perf.performance.now();
    const GOLDEN = 0x9e3779b1;
    const isPicked = (nth: number, every: number) => Math.imul(nth, GOLDEN) >>> 0 < 2 ** 32 / every;
    const core: ProbeCore = {
      config,
      load,
      now,
      cleanups,
      isStopped: () => isStopped,
      isPicked,
      ownValue: parts.createOwnValue(load),
      changeHooks: parts.createHookChanges(),
    };

    let lastBeat = now();
    let leaseTicks = 0;
    let threadPool: ThreadPool | undefined;
    let silentMillis = 0;
    let lastTickAt = now();
    const TICK_MILLIS = 500;
    const lease = timers.setInterval(() => {
      try {
        leaseTicks++;
        // A pause that we cause ourselves (a snapshot) is one long tick, and no silence of ours.
        silentMillis += Math.min(now() - lastTickAt, 2 * TICK_MILLIS);
        lastTickAt = now();
        threadPool?.probe();
        if (silentMillis < config.leaseMillis) return;
        stop();
        inspector?.close();
      } catch {}
    }, TICK_MILLIS);
    lease.unref();
    cleanups.push(() => timers.clearInterval(lease));

    const captureStack = parts.createStackCapture();
    const counters = parts.createCounters(core);
    const createPace = parts.createSamplingPace;
    const sites = parts.createAsyncSites(core);
    const pathPattern = parts.createPathPattern();
    const requests = parts.createRequestChannels(core, { sites, captureStack, pathPattern, createPace });
    const streams = parts.createStreamOpenings(core, { sites, captureStack, createPace });
    const asyncWatch = parts.createAsyncWatch(core, { captureStack, sites, requests, streams, createPace });
    const { asOwnWork } = asyncWatch;
    threadPool = parts.createThreadPool(core, { captureStack, asOwnWork });
    const lookups = parts.createLookups(core);
    const requestCount = parts.createRequestCount(core);
    const kinds = parts.createCollectionKinds();
    const traps = parts.createInsertionTraps(core, captureStack);
    const thread = parts.createThreadInspector(core);
    const references = parts.createReferenceWalk(core, thread);
    const handlers = parts.createRequestHandlers(core, sites, thread);
    const shapes = parts.createPoolShapes(core);
    const pools = parts.createPoolWatch(core, {
      shapes,
      traps,
      references,
      pathPattern,
      asOwnWork,
      asOwnPause(work) {
        counters.ownPauseBegins();
        work();
        counters.ownPauseEnds();
      },
    });
    const collections = parts.createCollectionWatch(core, {
      kinds,
      traps,
      references,
      own: asyncWatch.own,
    });

    const beat = () => {
      lastBeat = now();
      silentMillis = 0;
      return leaseTicks;
    };
    let lastTicks = -1;
    let lastSampleAt = now();
    const sample: ProbeHandle['sample'] = () => {
      beat();
      if (isStopped) return { stopped: true };
      const result = counters.sample();
      result.poolWaitsMillis = threadPool?.waits();
      result.lookups = lookups.take();
      result.requests = requestCount.take();
      // The lease's timer has not fired for a second: whatever lies below us on the stack holds the event loop.
      if (lastTicks === leaseTicks && lastBeat - lastSampleAt > 650)
        result.stuckFrames = captureStack(sample);
      lastTicks = leaseTicks;
      lastSampleAt = lastBeat;
      result.leaseTicks = leaseTicks;
      result.ownHeapBytes =
        64 * 1024 + asyncWatch.ownHeapBytes() + collections.ownHeapBytes() + pools.ownHeapBytes();
      return result;
    };
    return {
      sample,
      beat,
      stop,
      readAsync: asyncWatch.readAsync,
      watchAlso: asyncWatch.watchAlso,
      census: collections.census,
      walk: collections.walk,
      readCollections: collections.readCollections,
      findPools: pools.find,
      readPools: pools.read,
      startPoolWatch: threadPool.startWatch,
      stopPoolWatch: threadPool.stopWatch,
      lastingHandlers: handlers.lasting,
      growingObjects: collections.growingObjects,
      functionsOf: collections.functionsOf,
      ownPauseBegins() {
        beat();
        counters.ownPauseBegins();
      },
      ownPauseEnds() {
        beat();
        counters.ownPauseEnds();
      },
    };
  } catch (error) {
    stop();
    return `the probe could not be installed: ${String((error as Error)?.message ?? error).slice(0, 200)}`;
  }
}

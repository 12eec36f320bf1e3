// The code that runs inside the target: it is bundled with its parts and sent as text. It never throws, holds bounded
// memory, keeps no global (only our session holds its handle), expires when our heartbeat stops, and takes away all that it
// put in. Nothing in it is newer than Node 16.
import { createAsyncSites } from './async/async-sites.ts';
import { createAsyncWatch } from './async/async-watch.ts';
import { createStreamOpenings } from './async/stream-openings.ts';
import { createCollectionKinds } from './collections/collection-kinds.ts';
import { createCollectionWatch } from './collections/collection-watch.ts';
import { createInsertionTraps } from './collections/insertion-traps.ts';
import { createCore, findLoad, type Load, type ProbeCore } from './core.ts';
import { createCounters } from './counters/counters.ts';
import { createLookups } from './counters/lookups.ts';
import { createThreadPool } from './counters/thread-pool.ts';
import { startLease } from './lease.ts';
import { createReferenceWalk } from './objects/reference-walk.ts';
import { createThreadInspector } from './objects/thread-inspector.ts';
import { createPoolWatch } from './pools/pool-watch.ts';
import type { ProbeConfig, ProbeHandle, ProbeSample } from './probe-protocol.ts';
import { createRequestChannels } from './requests/request-channels.ts';
import { createRequestCount } from './requests/request-count.ts';
import { createRequestHandlers } from './requests/request-handlers.ts';
import { captureStack } from './stacks/stack-capture.ts';

/** Returns the handle, or a string that says why there is none; then nothing is left behind. */
export function installProbe(requireOrNothing: Load | undefined, config: ProbeConfig): ProbeHandle | string {
  let stop = () => {};
  try {
    const load = findLoad(requireOrNothing);
    if (!load) return 'no access to built-in modules';
    const made = createCore(load, config);
    stop = made.stop;
    return createHandle(made.core, stop);
  } catch (error) {
    stop();
    return `the probe could not be installed: ${String((error as Error)?.message ?? error).slice(0, 200)}`;
  }
}

function createHandle(core: ProbeCore, stop: () => void): ProbeHandle {
  const { load, config } = core;
  const inspector = (config.closeInspector ? load('inspector') : null) as { close(): void } | null;
  const lease = startLease(core, {
    onTick: () => parts.threadPool.probe(),
    onExpiry() {
      stop();
      inspector?.close();
    },
  });
  const parts = createParts(core);
  const { counters, asyncWatch, collections, pools, threadPool } = parts;
  const duringOwn = (change: () => void) => () => {
    lease.renew();
    change();
  };
  return {
    sample: createSampling(core, parts, lease.renew),
    beat: lease.renew,
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
    lastingHandlers: parts.handlers.lasting,
    growingObjects: collections.growingObjects,
    functionsOf: collections.functionsOf,
    ownPauseBegins: duringOwn(counters.ownPauseBegins),
    ownPauseEnds: duringOwn(counters.ownPauseEnds),
  };
}

type Parts = ReturnType<typeof createParts>;

function createParts(core: ProbeCore) {
  const counters = createCounters(core);
  const sites = createAsyncSites(core);
  const requests = createRequestChannels(core, sites);
  const streams = createStreamOpenings(core, sites);
  const asyncWatch = createAsyncWatch(core, { sites, requests, streams });
  const { asOwnWork } = asyncWatch;
  const threadPool = createThreadPool(core, asOwnWork);
  const lookups = createLookups(core);
  const requestCount = createRequestCount(core);
  const kinds = createCollectionKinds(core.reads);
  const traps = createInsertionTraps(core);
  const thread = createThreadInspector(core);
  const references = createReferenceWalk(core, thread);
  const handlers = createRequestHandlers(core, sites, thread);
  const asOwnPause = (work: () => void) => {
    counters.ownPauseBegins();
    work();
    counters.ownPauseEnds();
  };
  const pools = createPoolWatch(core, { traps, references, asOwnPause, asOwnWork });
  const collections = createCollectionWatch(core, { kinds, traps, references, own: asyncWatch.own });
  return { counters, asyncWatch, threadPool, lookups, requestCount, handlers, pools, collections };
}

const OWN_BYTES = 64 * 1024;
/** Samples are a second apart, when none is late. */
const STUCK_MILLIS = 650;

function createSampling(core: ProbeCore, parts: Parts, renew: () => number): () => ProbeSample {
  const { counters, asyncWatch, threadPool, lookups, requestCount, pools, collections } = parts;
  let lastTicks = -1;
  let lastSampleAt = core.now();
  const sample = (): ProbeSample => {
    const ticks = renew();
    const at = core.now();
    if (core.isStopped()) return { stopped: true };
    const result = counters.sample();
    result.poolWaitsMillis = threadPool.waits();
    result.lookups = lookups.take();
    result.requests = requestCount.take();
    // The lease's timer has not fired for a second: whatever lies below us on the stack holds the event loop.
    if (lastTicks === ticks && at - lastSampleAt > STUCK_MILLIS) result.stuckFrames = captureStack(sample);
    lastTicks = ticks;
    lastSampleAt = at;
    result.leaseTicks = ticks;
    result.ownHeapBytes =
      OWN_BYTES + asyncWatch.ownHeapBytes() + collections.ownHeapBytes() + pools.ownHeapBytes();
    return result;
  };
  return sample;
}

// The code that runs inside the target: it is bundled with its parts and sent as text. It never throws, holds bounded
// memory, keeps no global (only our session holds its handle), expires when our heartbeat stops, and takes away all that it
// put in. Nothing in it is newer than Node 16.
import { ownerOf } from '../model/owner/owner.ts';
import { createAcceptedSockets } from '../signals/accepted/probe/accepted-sockets.ts';
import { createAsyncSites } from '../signals/async/probe/async-sites.ts';
import { createAsyncWatch } from '../signals/async/probe/async-watch.ts';
import { createStreamBacklogs } from '../signals/async/probe/stream-backlogs.ts';
import { createStreamOpenings } from '../signals/async/probe/stream-openings.ts';
import { createRequestChannels } from '../signals/async/requests/request-channels.ts';
import { createRequestHandlers } from '../signals/async/requests/request-handlers.ts';
import { createBounds } from '../signals/collections/probe/bounds.ts';
import { createCollectionKinds } from '../signals/collections/probe/collection-kinds.ts';
import { createCollectionWatch } from '../signals/collections/probe/collection-watch.ts';
import { createEntryWeights } from '../signals/collections/probe/entry-weight.ts';
import { createGrownInPlace } from '../signals/collections/probe/grown-in-place.ts';
import { createHeldSlots } from '../signals/collections/probe/held-slots.ts';
import { createInsertionTraps } from '../signals/collections/probe/insertion-traps.ts';
import { createOpenRequests } from '../signals/open-requests/probe/open-requests.ts';
import { createPoolWatch } from '../signals/pools/probe/pool-watch.ts';
import { createCounters } from '../signals/runtime/probe/counters.ts';
import { createLookups } from '../signals/runtime/probe/lookups.ts';
import { createRequestCount } from '../signals/runtime/probe/request-count.ts';
import { createThreadPool } from '../signals/thread-pool/probe/thread-pool.ts';
import { createCore, type ProbeCore } from './core.ts';
import { arePromisesHooked } from './hooks/async-hook.ts';
import { startLease } from './lease.ts';
import { findLoad, type Load } from './load.ts';
import { isCovered, openInspectorSession } from './objects/inspector-session.ts';
import { createThreadInspector } from './objects/thread-inspector.ts';
import { ASKED_COLLECTION, createOwnSteps, type OwnSteps } from './own-steps.ts';
import type { ProbeConfig, ProbeHandle, ProbeSample } from './probe-protocol.ts';
import { captureStack } from './stacks/stack-capture.ts';
import { createReferenceWalk } from './walk/reference-walk.ts';

/** Returns the handle, or a string that says why there is none; then nothing is left behind. */
export function installProbe(requireOrNothing: Load | undefined, config: ProbeConfig): ProbeHandle | string {
  let stop = () => {};
  try {
    const load = findLoad(requireOrNothing);
    if (!load) return 'no access to built-in modules';
    const made = createCore(load, config);
    stop = made.stop;
    if (config.forgetLogged) made.core.cleanups.push(() => forgetLogged(load));
    return createHandle(made.core, stop);
  } catch (error) {
    stop();
    return `the probe could not be installed: ${String((error as Error)?.message ?? error).slice(0, 200)}`;
  }
}

/** While a session is connected V8 keeps what the program logs, objects and all, and goes on to keep it afterwards. */
function forgetLogged(load: Load): void {
  const session = openInspectorSession(load);
  session.post('Runtime.discardConsoleEntries', {});
  session.close();
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
  const steps = createOwnSteps(core);
  const parts = steps.timed('install', () => createParts(core, steps));
  const { counters, asyncWatch, collections, pools, threadPool, asOwnPause } = parts;
  /** Of the pause that the inspector makes now, or made last. */
  let endPause = () => {};
  const handle: ProbeHandle = {
    sample: createSampling(core, parts, lease.renew),
    beat: lease.renew,
    inTurn: createTurns(core, parts, lease.renew),
    stop,
    readAsync: asyncWatch.readAsync,
    watchAlso: asyncWatch.watchAlso,
    arePromisesHooked,
    census: collections.census,
    stackNow: createStackNow(counters.clockMicros),
    encourageCollection: counters.encourageCollection,
    isCovered,
    listScripts: parts.listScripts,
    beginWalk: collections.beginWalk,
    walkOn: (millis, isLast) => asOwnPause(() => collections.walkOn(millis, isLast)),
    readCollections: collections.readCollections,
    findPools: pools.find,
    readPools: pools.read,
    startPoolWatch: threadPool.startWatch,
    stopPoolWatch: threadPool.stopWatch,
    lastingHandlers: parts.handlers.lasting,
    acceptedSockets: parts.acceptedSockets,
    openRequests: parts.openRequests,
    growingObjects: collections.growingObjects,
    functionsOf: collections.functionsOf,
    ownSteps: steps.all,
    ownPauseBegins(step) {
      lease.renew();
      steps.begin(step);
      endPause();
      endPause = counters.ownPauseBegins();
    },
    ownPauseEnds() {
      lease.renew();
      endPause();
      steps.end();
    },
  };
  return timeSteps(handle, steps);
}

/** Runs work in a turn of its own; undefined: the probe has stopped, or the work failed. Where turns are long, many of them are a long silence. */
function createTurns(core: ProbeCore, { asyncWatch }: Parts, renew: () => void): ProbeHandle['inTurn'] {
  // Promises of the language: the program may have put others in their place.
  const { setImmediate: turn }: typeof import('node:timers/promises') = core.load('timers/promises');
  return (work) => {
    renew();
    return asyncWatch.asOwnWork(async () => {
      await turn();
      try {
        return core.isStopped() ? undefined : work();
      } catch {
        return undefined;
      }
    });
  };
}

/** Those with a bracket of their own around them, and those that are nothing. */
const UNTIMED = [
  'beat',
  'inTurn',
  'isCovered',
  'findPools',
  'listScripts',
  'stop',
  'ownSteps',
  'ownPauseBegins',
  'ownPauseEnds',
];

/** Each call of the handle is a step of ours. */
function timeSteps(handle: ProbeHandle, steps: OwnSteps): ProbeHandle {
  const timed: Record<string, unknown> = {};
  for (const [name, method] of Object.entries(handle) as [string, (...args: unknown[]) => unknown][])
    timed[name] = UNTIMED.includes(name)
      ? method
      : (...args: unknown[]) => steps.timed(name, () => method(...args));
  return { ...handle, ...timed };
}

type Parts = ReturnType<typeof createParts>;

function createParts(core: ProbeCore, steps: OwnSteps) {
  const counters = createCounters(core, (millis) => steps.note(ASKED_COLLECTION, millis));
  const sites = createAsyncSites(core);
  const requests = createRequestChannels(core, sites);
  const streams = createStreamOpenings(core, sites);
  const backlogs = createStreamBacklogs(core, sites);
  const asyncWatch = createAsyncWatch(core, { sites, requests, streams, backlogs });
  const { asOwnWork } = asyncWatch;
  const threadPool = createThreadPool(core, asOwnWork);
  const lookups = createLookups(core);
  const requestCount = createRequestCount(core);
  const kinds = createCollectionKinds(core.reads);
  const traps = createInsertionTraps(core);
  const thread = createThreadInspector(core);
  const references = createReferenceWalk(core, thread);
  const handlers = createRequestHandlers(core, { sites, left: requests.left }, thread);
  const asOwnPause = <T>(work: () => T): T => {
    const end = counters.ownPauseBegins();
    try {
      return work();
    } finally {
      end();
    }
  };
  const pools = createPoolWatch(core, {
    traps,
    references,
    thread,
    asOwnPause: (slice) => steps.timed('look for pools', () => asOwnPause(slice)),
    asOwnWork,
  });
  const bounds = createBounds(core.reads);
  const slots = createHeldSlots(core.reads, thread);
  const inPlace = createGrownInPlace(core.reads);
  const collections = createCollectionWatch(core, {
    kinds,
    traps,
    bounds,
    slots,
    inPlace,
    weights: createEntryWeights(core.reads, kinds),
    references,
    consider: pools.consider,
    own: asyncWatch.own,
  });
  const { listScripts } = thread;
  return {
    counters,
    asyncWatch,
    threadPool,
    lookups,
    requestCount,
    handlers,
    acceptedSockets: createAcceptedSockets(core, thread),
    openRequests: createOpenRequests(core, thread),
    pools,
    collections,
    listScripts,
    asOwnPause,
  };
}

/** The inspector calls us through a function without a script, which is no part of the program's stack. */
function createStackNow(clockMicros: () => number): ProbeHandle['stackNow'] {
  let microtasks = 0;
  let isQueued = false;
  // Runs when what holds the thread now has returned, be it to the event loop or to the next microtask.
  const queue = async () => {
    isQueued = true;
    await undefined;
    isQueued = false;
    microtasks++;
  };
  return () => {
    const frames = captureStack(captureStack);
    const from = frames.findIndex(([, url]) => url !== '' && ownerOf(String(url)) !== 'own');
    if (!isQueued) void queue();
    return { clockMicros: clockMicros(), microtasks, frames: from < 0 ? [] : frames.slice(from) };
  };
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

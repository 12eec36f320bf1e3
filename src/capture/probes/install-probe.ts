// The code that runs inside the target. It is sent as text (`installProbe.toString()`), so it must be whole by
// itself: no imports, nothing newer than Node 16. It never throws, holds bounded memory, keeps no global (only
// our session holds its handle), expires when our heartbeat stops, and takes away all that it put in.
import type {
  ProbeAsyncRead,
  ProbeCollections,
  ProbeConfig,
  ProbeHandle,
  ProbeSample,
} from './probe-protocol.ts';

type Require = (id: string) => never;

/** Installs the probe and returns its handle, or a string that says why it could not. */
export function installProbe(
  requireOrNothing: Require | undefined,
  config: ProbeConfig,
): ProbeHandle | string {
  try {
    const load = (requireOrNothing ??
      (process as unknown as { getBuiltinModule?: Require }).getBuiltinModule ??
      (process as unknown as { mainModule?: { require: Require } }).mainModule?.require) as
      | Require
      | undefined;
    if (!load) return 'no access to built-in modules';
    const timers: typeof import('node:timers') = load('timers');
    const perf: typeof import('node:perf_hooks') = load('perf_hooks');
    const v8: typeof import('node:v8') = load('v8');
    const asyncHooks: typeof import('node:async_hooks') = load('async_hooks');
    const inspector = (config.closeInspector ? load('inspector') : null) as { close(): void } | null;
    const now = () => perf.performance.now();
    const cleanups: (() => void)[] = [];
    let isStopped = false;
    let lastBeat = now();

    const stop = () => {
      if (isStopped) return;
      isStopped = true;
      for (const cleanup of cleanups.splice(0).reverse()) {
        try {
          cleanup();
        } catch {}
      }
    };

    // ---- lease -------------------------------------------------------------------------------------------
    const lease = timers.setInterval(() => {
      try {
        leaseTicks++;
        if (now() - lastBeat < config.leaseMillis) return;
        stop();
        inspector?.close();
      } catch {}
    }, 500);
    let leaseTicks = 0;
    lease.unref();
    cleanups.push(() => timers.clearInterval(lease));

    // ---- garbage collection ------------------------------------------------------------------------------
    const gc = { count: 0, majorCount: 0, pauseMillis: 0, longestPauseMillis: 0 };
    let minorCollections = 0;
    const ownPauses: { from: number; to: number }[] = [];
    const observer = new perf.PerformanceObserver((list) => {
      try {
        for (const entry of list.getEntries()) {
          if (ownPauses.some((own) => entry.startTime >= own.from && entry.startTime <= own.to)) continue;
          const detail = (entry as { detail?: { kind?: number } }).detail;
          const kind = detail?.kind ?? (entry as { kind?: number }).kind;
          gc.count++;
          if (kind === perf.constants.NODE_PERFORMANCE_GC_MINOR) minorCollections++;
          if (kind === perf.constants.NODE_PERFORMANCE_GC_MAJOR) gc.majorCount++;
          gc.pauseMillis += entry.duration;
          if (entry.duration > gc.longestPauseMillis) gc.longestPauseMillis = entry.duration;
        }
      } catch {}
    });
    observer.observe({ entryTypes: ['gc'] });
    cleanups.push(() => observer.disconnect());

    // ---- event loop --------------------------------------------------------------------------------------
    const DELAY_RESOLUTION_MILLIS = 10;
    const delays = perf.monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MILLIS });
    delays.enable();
    cleanups.push(() => delays.disable());
    let lastUtilization = perf.performance.eventLoopUtilization();

    // ---- counts ------------------------------------------------------------------------------------------
    let resourcesEvery = 1;
    let samplesTaken = 0;
    const countResources = (): Record<string, number> | undefined => {
      const list = (process as unknown as { getActiveResourcesInfo?: () => string[] }).getActiveResourcesInfo;
      if (typeof list !== 'function' || samplesTaken % resourcesEvery !== 0) return undefined;
      const before = now();
      const counts: Record<string, number> = {};
      for (const type of list.call(process)) counts[type] = (counts[type] ?? 0) + 1;
      // A process with a million timers builds a million strings for this: look less often.
      const millis = now() - before;
      if (millis > 5) resourcesEvery = Math.min(60, Math.ceil(millis));
      return counts;
    };

    /** What the probe itself holds, by rough sizes of V8's objects: subtracted from what we call the target's heap. */
    const ownHeapBytes = (): number => {
      let bytes = 64 * 1024;
      for (const site of sites.values()) bytes += 400 + site.frames.length * 96 + site.refs.length * 120;
      for (const frames of tickStacks.values()) bytes += 100 + frames.length * 96;
      return bytes + tracked.length * 220;
    };

    /** A minor collection runs when the young generation's space is full: what was allocated since the last sample. */
    const allocatedPerSecond = (seconds: number): number => {
      const young = v8.getHeapSpaceStatistics().find((space) => space.space_name === 'new_space');
      // The space is two halves, one of which is filled between two collections.
      return ((young?.space_size ?? 0) / 2) * (minorCollections / Math.max(0.1, seconds));
    };

    let lastTicks = -1;
    let lastSampleAt = now();
    const sample = (): ProbeSample => {
      const sinceLast = (now() - lastSampleAt) / 1000;
      lastSampleAt = lastBeat = now();
      const result: ProbeSample = { stopped: isStopped };
      if (isStopped) return result;
      try {
        // The lease's timer has not fired for a second: whatever lies below us on the stack holds the event loop.
        if (lastTicks === leaseTicks && sinceLast > 0.8) result.stuckFrames = captureStack(sample);
        lastTicks = leaseTicks;
        result.allocatedBytesPerSecond = allocatedPerSecond(sinceLast);
        minorCollections = 0;
        const memory = process.memoryUsage();
        const heap = v8.getHeapStatistics();
        result.memory = {
          rssBytes: memory.rss,
          heapUsedBytes: memory.heapUsed,
          heapTotalBytes: memory.heapTotal,
          heapLimitBytes: heap.heap_size_limit,
          externalBytes: memory.external,
          arrayBuffersBytes: memory.arrayBuffers,
          mallocedBytes: heap.malloced_memory,
          oldGenerationBytes: v8
            .getHeapSpaceStatistics()
            .reduce(
              (sum, space) =>
                sum + (/^(old|large_object)_space$/.test(space.space_name) ? space.space_used_size : 0),
              0,
            ),
        };
        result.ownHeapBytes = ownHeapBytes();
        const current = perf.performance.eventLoopUtilization();
        result.utilization = perf.performance.eventLoopUtilization(current, lastUtilization).utilization;
        lastUtilization = current;
        // Until the timer behind it has fired, the histogram holds no value and its minimum is a huge number.
        if (delays.max > 0 && delays.min < 1e15) {
          // The histogram holds the distance of two firings of its timer: the delay is what exceeds the resolution.
          const delay = (nanos: number) => Math.max(0, nanos / 1e6 - DELAY_RESOLUTION_MILLIS);
          result.eventLoopDelayMillis = {
            mean: delay(delays.mean),
            p50: delay(delays.percentile(50)),
            p99: delay(delays.percentile(99)),
            max: delay(delays.max),
          };
        }
        delays.reset();
        result.gc = { ...gc };
        gc.count = gc.majorCount = gc.pauseMillis = gc.longestPauseMillis = 0;
        result.leaseTicks = leaseTicks;
        result.resources = countResources();
        samplesTaken++;
      } catch {}
      return result;
    };

    // ---- stacks ------------------------------------------------------------------------------------------
    const MAX_FRAMES = 24;
    const captureStack = (below: (...args: never[]) => unknown): unknown[][] => {
      const holder: { stack?: unknown } = {};
      const limit = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit');
      const prepare = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
      try {
        Error.stackTraceLimit = MAX_FRAMES;
        Error.prepareStackTrace = (_error, sites) => sites;
        Error.captureStackTrace(holder, below);
        const sites = holder.stack;
        if (!Array.isArray(sites)) return [];
        return sites.map((site: NodeJS.CallSite) => [
          String(site.getFunctionName() ?? '').slice(0, 200),
          String(site.getFileName() || site.getScriptNameOrSourceURL() || '').slice(0, 1000),
          (site.getLineNumber() ?? 0) - 1,
          (site.getColumnNumber() ?? 0) - 1,
        ]);
      } catch {
        return [];
      } finally {
        try {
          if (prepare) Object.defineProperty(Error, 'prepareStackTrace', prepare);
          else delete (Error as { prepareStackTrace?: unknown }).prepareStackTrace;
          if (limit) Object.defineProperty(Error, 'stackTraceLimit', limit);
        } catch {}
      }
    };

    // ---- async resources ---------------------------------------------------------------------------------
    // Everything that can leak but promises: those are counted only, a stack for each costs most of the
    // throughput of a busy server.
    const WATCHED = new Set(config.asyncTypes);
    const MAX_SITES = 400;
    const WATCHED_PER_SITE = 40;
    interface Site {
      type: string;
      frames: unknown[][];
      repeats: boolean;
      delay: number;
      made: number;
      refs: { ref: WeakRef<object>; at: number }[];
      seen: number;
      isUsers: boolean;
    }
    const sites = new Map<string, Site>();
    const perType: Record<string, { seen: number; inWindow: number; every: number; taken: number }> =
      Object.create(null);
    let initsInWindow = 0;
    let isOwnWork = false;
    let hookOnMillis = 0;
    let hookOnSince = -1;

    const isAlive = (resource: object): boolean => {
      const known = resource as { _destroyed?: unknown; fd?: unknown; destroyed?: unknown };
      if (known._destroyed === true) return false;
      // libuv's stream handles and FileHandle answer -1 once they are closed.
      return typeof known.fd !== 'number' || known.fd >= 0;
    };

    // Streams open their file in the next tick, with nobody's code on the stack: the stack that asked for the tick
    // tells who it was.
    const TICK = 'TickObject';
    const MAX_TICK_STACKS = 64;
    const MAX_TICK_FRAMES = 8;
    const tickStacks = new Map<number, unknown[][]>();
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
    const withTick = (frames: unknown[][]): unknown[][] => {
      if (frames.some(isUserFrame)) return frames;
      const asked = tickStacks.get(asyncHooks.executionAsyncId());
      return asked ? frames.concat(asked) : frames;
    };

    const remember = (type: string, resource: object, weight: number) => {
      const frames = withTick(captureStack(init));
      const key = `${type}|${frames.map((f) => `${f[1]}:${f[2]}:${f[3]}`).join('|')}`;
      let site = sites.get(key);
      if (!site) {
        if (sites.size >= MAX_SITES) return;
        const timer = resource as { _repeat?: unknown; _idleTimeout?: unknown };
        site = {
          type,
          frames,
          repeats: typeof timer._repeat === 'number',
          delay: typeof timer._idleTimeout === 'number' ? timer._idleTimeout : -1,
          made: 0,
          refs: [],
          seen: 0,
          isUsers: frames.some(isUserFrame),
        };
        sites.set(key, site);
      }
      site.made += weight;
      site.seen++;
      // Nobody can be named for what only Node's own code makes: counting it is enough.
      if (!site.isUsers) return;
      const entry = { ref: new WeakRef(resource), at: now() };
      // Reservoir sampling (Vitter's algorithm R): every resource has the same chance to be watched.
      if (site.refs.length < WATCHED_PER_SITE) site.refs.push(entry);
      else {
        const slot = Math.floor(Math.random() * site.seen);
        if (slot < WATCHED_PER_SITE) site.refs[slot] = entry;
      }
    };

    const init = (asyncId: number, type: string, _trigger: number, resource: object) => {
      try {
        if (isOwnWork) return;
        initsInWindow++;
        if (isStopped || (!WATCHED.has(type) && type !== TICK)) return;
        // An http.Agent gives a kept connection a new async id for each request: nothing was made.
        if (resource?.constructor?.name === 'ReusedHandle') return;
        let counter = perType[type];
        if (!counter) {
          counter = { seen: 0, inWindow: 0, every: 1, taken: 0 };
          perType[type] = counter;
        }
        counter.inWindow++;
        if (counter.seen++ % counter.every !== 0 || counter.taken >= STACKS_PER_BURST) return;
        counter.taken++;
        if (type === TICK) rememberTick(asyncId);
        else remember(type, resource, counter.every);
      } catch {}
    };
    const hook = asyncHooks.createHook({ init });
    const hookOn = () => {
      if (isStopped || hookOnSince >= 0) return;
      hookOnSince = now();
      hook.enable();
    };
    const hookOff = () => {
      if (hookOnSince < 0) return;
      hook.disable();
      hookOnMillis += now() - hookOnSince;
      hookOnSince = -1;
    };
    cleanups.push(hookOff);

    // Bursts: the busier the process, the smaller the share of time in which hooks are on.
    const BURST_MILLIS = 100;
    const SHORT_BURST_MILLIS = 40;
    let burstMillis = BURST_MILLIS;
    const STACKS_PER_SECOND = 60;
    /** The first burst does not know yet how many there will be. */
    const STACKS_PER_BURST = 15;
    let burstTimer: NodeJS.Timeout | null = null;
    cleanups.push(() => burstTimer && timers.clearTimeout(burstTimer));
    const later = (work: () => void, millis: number) => {
      isOwnWork = true;
      try {
        burstTimer = timers.setTimeout(work, millis);
        burstTimer.unref();
      } finally {
        isOwnWork = false;
      }
    };
    const burst = () => {
      try {
        if (isStopped) return;
        initsInWindow = 0;
        for (const type in perType) perType[type]!.inWindow = perType[type]!.taken = 0;
        const from = now();
        hookOn();
        later(() => {
          try {
            const seconds = Math.max(0.02, (now() - from) / 1000);
            for (const type in perType) {
              const counter = perType[type]!;
              counter.every = Math.max(1, Math.ceil(counter.inWindow / seconds / STACKS_PER_SECOND));
            }
            const perSecond = initsInWindow / seconds;
            // A busy process shows enough in a shorter burst.
            burstMillis = perSecond > 20 * config.asyncInitsPerSecond ? SHORT_BURST_MILLIS : BURST_MILLIS;
            const share = Math.min(1, config.asyncInitsPerSecond / Math.max(1, perSecond));
            if (share >= 0.9) return burst();
            hookOff();
            const restMillis = Math.min(config.longestRestMillis, (burstMillis * (1 - share)) / share);
            later(burst, restMillis);
          } catch {}
        }, burstMillis);
      } catch {}
    };
    const asyncStartedAt = now();
    if (config.asyncTypes.length > 0) burst();

    const readAsync = (): ProbeAsyncRead => {
      const at = now();
      const onMillis = hookOnMillis + (hookOnSince >= 0 ? at - hookOnSince : 0);
      const result: ProbeAsyncRead = {
        coverage: onMillis / Math.max(1, at - asyncStartedAt),
        onMillis,
        seen: {},
        sites: [],
      };
      try {
        for (const type in perType) result.seen[type] = perType[type]!.seen;
        for (const site of sites.values()) {
          let alive = 0;
          let old = 0;
          let oldAlive = 0;
          for (const { ref, at: made } of site.refs) {
            const resource = ref.deref();
            const lives = resource !== undefined && isAlive(resource);
            if (lives) alive++;
            if (at - made < 5_000) continue;
            old++;
            if (lives) oldAlive++;
          }
          result.sites.push({
            type: site.type,
            frames: site.frames,
            repeats: site.repeats,
            delay: site.delay,
            made: site.made,
            watched: site.refs.length,
            alive,
            oldWatched: old,
            oldAlive,
          });
        }
      } catch {}
      return result;
    };

    // ---- collections -------------------------------------------------------------------------------------
    const MAX_TRACKED = 4_000;
    interface Tracked {
      ref: WeakRef<object>;
      type: 'Map' | 'Set' | 'Array' | 'Object';
      sizes: number[];
      trap: (() => void) | null;
      insertions: unknown[][][];
      isOwn: boolean;
    }
    let tracked: Tracked[] = [];
    const ownKeyCount = (value: object, atMost: number): number => {
      let count = 0;
      for (const _key in value) if (++count >= atMost) break;
      return count;
    };
    const typeOf = (value: object): Tracked['type'] | null => {
      if (value instanceof Map) return 'Map';
      if (value instanceof Set) return 'Set';
      if (Array.isArray(value)) return 'Array';
      const prototype = Object.getPrototypeOf(value);
      return prototype === Object.prototype ? 'Object' : null;
    };
    const mapSize = Object.getOwnPropertyDescriptor(Map.prototype, 'size')?.get;
    const setSize = Object.getOwnPropertyDescriptor(Set.prototype, 'size')?.get;
    const sizeOf = (value: object, type: Tracked['type'], atMost: number): number => {
      if (type === 'Map') return mapSize?.call(value) ?? -1;
      if (type === 'Set') return setSize?.call(value) ?? -1;
      if (type === 'Array') return (value as unknown[]).length;
      return ownKeyCount(value, atMost);
    };

    /** First read: picks out of all live objects the collections worth watching, and holds them weakly. */
    const census = (
      objects: Iterable<object>,
      deadlineMillis: number,
    ): { scanned: number; tracked: number; cut: boolean } => {
      const found: { value: object; type: Tracked['type']; size: number }[] = [];
      const from = now();
      let scanned = 0;
      let cut = false;
      for (const value of objects) {
        if ((++scanned & 1023) === 0 && now() - from > deadlineMillis) {
          cut = true;
          break;
        }
        try {
          const type = typeOf(value);
          if (!type || value === objects || value === sites || value === tickStacks) continue;
          const size = sizeOf(value, type, 48);
          const least = type === 'Object' ? 48 : type === 'Array' ? 16 : 1;
          if (size >= least) found.push({ value, type, size });
        } catch {}
      }
      // The biggest first: what is small when the list is full is not what fills the heap.
      if (found.length > MAX_TRACKED) found.sort((a, b) => b.size - a.size);
      tracked = found.slice(0, MAX_TRACKED).map(({ value, type }) => {
        return { ref: new WeakRef(value), type, sizes: [], trap: null, insertions: [], isOwn: false };
      });
      return { scanned, tracked: tracked.length, cut };
    };

    const MAX_INSERTIONS = 6;
    const METHODS = { Map: 'set', Set: 'add', Array: 'push' } as const;
    /** Shadows the collection's own adding method until a few callers were seen, then takes the shadow away. */
    const trapInsertions = (entry: Tracked, collection: object) => {
      if (entry.type === 'Object' || entry.trap || isStopped || !Object.isExtensible(collection)) return;
      const name = METHODS[entry.type];
      if (Object.hasOwn(collection, name)) return;
      const original = (collection as Record<string, unknown>)[name];
      if (typeof original !== 'function') return;
      const weak = entry.ref;
      const remove = () => {
        const target = weak.deref() as Record<string, unknown> | undefined;
        if (target && target[name] === shadow) delete target[name];
      };
      const shadow = function (this: unknown, ...args: unknown[]) {
        try {
          if (isStopped) remove();
          else {
            const frames = captureStack(shadow);
            // What our own code adds to is ours, however it came into the list.
            if (frames.some((frame) => frame[1] === config.url)) entry.isOwn = true;
            else entry.insertions.push(frames);
            if (entry.isOwn || entry.insertions.length >= MAX_INSERTIONS) remove();
          }
        } catch {}
        return original.apply(this, args);
      };
      Object.defineProperty(collection, name, {
        value: shadow,
        configurable: true,
        enumerable: false,
        writable: true,
      });
      entry.trap = remove;
      cleanups.push(remove);
    };

    const shapeOf = (value: unknown): string => {
      if (value === null || typeof value !== 'object') return typeof value;
      if (Array.isArray(value)) return 'Array';
      const name = (Object.getPrototypeOf(value) as { constructor?: { name?: unknown } } | null)?.constructor
        ?.name;
      if (typeof name === 'string' && name !== 'Object' && name !== '') return name.slice(0, 100);
      return `{${Object.keys(value).slice(0, 4).join(', ').slice(0, 100)}}`;
    };
    const newestOf = (collection: object, type: Tracked['type'], size: number): string => {
      if (type === 'Array') return shapeOf((collection as unknown[])[size - 1]);
      // Maps and sets keep insertion order but can only be walked from the front: bounded.
      if (size > 200_000) return '';
      let newest: unknown;
      if (type === 'Map') for (const value of (collection as Map<unknown, unknown>).values()) newest = value;
      if (type === 'Set') for (const value of collection as Set<unknown>) newest = value;
      return shapeOf(newest);
    };

    const readCollections = (atMillis: number, trapTop: number): ProbeCollections => {
      const result: ProbeCollections = { growing: [] };
      try {
        for (const entry of tracked) {
          const collection = entry.ref.deref();
          entry.sizes.push(collection ? sizeOf(collection, entry.type, 200_000) : -1);
        }
        readTimes.push(atMillis);
        tracked = tracked.filter((entry) => !entry.isOwn && entry.sizes[entry.sizes.length - 1]! >= 0);
        const growth = (entry: Tracked) => entry.sizes[entry.sizes.length - 1]! - entry.sizes[0]!;
        const growing = tracked
          .filter((entry) => growth(entry) >= 2)
          .sort((a, b) => growth(b) - growth(a))
          .slice(0, 40);
        for (const [rank, entry] of growing.entries()) {
          const collection = entry.ref.deref();
          if (!collection) continue;
          if (rank < trapTop) trapInsertions(entry, collection);
          const size = entry.sizes[entry.sizes.length - 1]!;
          let newest = '';
          let className: string = entry.type;
          try {
            newest = newestOf(collection, entry.type, size);
            className = shapeOf(collection);
          } catch {}
          result.growing.push({
            type: entry.type,
            className: className.startsWith('{') ? 'Object' : className,
            sizes: entry.sizes.map((entries, i) => ({ atMillis: readTimes[i] ?? atMillis, entries })),
            newestEntry: newest,
            insertions: entry.insertions,
          });
        }
      } catch {}
      return result;
    };
    const readTimes: number[] = [];
    cleanups.push(() => {
      tracked = [];
      sites.clear();
      tickStacks.clear();
    });

    return {
      sample,
      readAsync,
      census,
      readCollections,
      beat: () => {
        lastBeat = now();
        return leaseTicks;
      },
      ownPauseBegins: () => {
        lastBeat = now();
        ownPauses.push({ from: lastBeat, to: Infinity });
        if (ownPauses.length > 64) ownPauses.shift();
      },
      ownPauseEnds: () => {
        lastBeat = now();
        const last = ownPauses[ownPauses.length - 1];
        if (last) last.to = lastBeat;
      },
      stop,
    };
  } catch (error) {
    return `the probe could not be installed: ${String((error as Error)?.message ?? error).slice(0, 200)}`;
  }
}

// The code that lists, inside the target, what keeps a thread's event loop alive. Sent as text by keep-alive.ts, in parts
// that are each whole by themselves, for one evaluation: it installs nothing, and holds nothing once we let go of it.
import type { AliveThing, createHandleWords } from './handle-words.ts';
import type { AliveGroup, AliveList, KeepAliveHandle } from './keep-alive-protocol.ts';
import type { ProbeCore } from './probe-protocol.ts';
import type { createThreadInspector, Inspected } from './thread-inspector.ts';
import type { createTimerNeighbours } from './timer-neighbours.ts';

export interface KeepAliveParts {
  createHandleWords: typeof createHandleWords;
  createThreadInspector: typeof createThreadInspector;
  createTimerNeighbours: typeof createTimerNeighbours;
}

/** Returns the handle, or a string that says why there is none. Never throws. */
export function createKeepAliveList(
  requireOrNothing: ((id: string) => never) | undefined,
  config: ProbeCore['config'],
  parts: KeepAliveParts,
): KeepAliveHandle | string {
  type Load = (id: string) => never;
  const MOST_THINGS = 100_000;
  const MOST_FUNCTIONS = 600;
  const MOST_GROUPS = 200;
  const MOST_EXAMPLES = 3;
  const MOST_FRAMES = 3;
  const host = process as unknown as {
    getBuiltinModule?: Load;
    mainModule?: { require: Load };
    getActiveResourcesInfo?: () => string[];
    _getActiveHandles?: () => unknown[];
    _getActiveRequests?: () => unknown[];
  };
  const load = requireOrNothing ?? host.getBuiltinModule ?? host.mainModule?.require;
  if (!load) return 'no access to built-in modules';
  const core: ProbeCore = {
    config,
    load,
    now: () => 0,
    cleanups: [],
    isStopped: () => false,
    isPicked: () => true,
    changeHooks() {},
    ownValue: () => undefined,
  };

  const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
  const objectsOf = (list: unknown): object[] =>
    Array.isArray(list) ? list.slice(0, MOST_THINGS).filter(isObject) : [];
  const activeOf = (name: '_getActiveHandles' | '_getActiveRequests'): object[] => {
    try {
      return objectsOf(host[name]?.());
    } catch {
      return [];
    }
  };

  /** All things, each read under its own guard: one that cannot be read does not hide the others. */
  const collect = (timeouts: unknown, workers: unknown) => {
    const neighbours = parts.createTimerNeighbours(load);
    const words = parts.createHandleWords(load);
    const things: AliveThing[] = [];
    const unreferenced: AliveThing[] = [];
    const ownPorts = new Set<object>();
    let idleHandles = 0;
    const each = (list: object[], read: (value: object) => void) => {
      for (const value of list) {
        try {
          read(value);
        } catch {}
      }
    };
    each(objectsOf(workers), (value) => {
      const worker = words.ofWorker(value);
      if (!worker) return;
      things.push(worker);
      for (const port of worker.ports) ownPorts.add(port);
    });
    const handles = activeOf('_getActiveHandles');
    // Child processes first: their pipes are then known as theirs.
    each(
      handles.filter((handle) => 'spawnargs' in handle),
      (handle) => void words.ofHandle(handle),
    );
    each(handles, (handle) => {
      if (ownPorts.has(handle)) return;
      const thing = words.ofHandle(handle);
      if (thing) things.push(thing);
      else idleHandles++;
    });
    each(activeOf('_getActiveRequests'), (request) => things.push(words.ofRequest(request)));
    const found = Array.isArray(timeouts) ? objectsOf(timeouts) : neighbours.timeouts();
    each([...found, ...neighbours.immediates()], (value) => {
      const timer = words.ofTimer(value);
      if (timer) (timer.hasRef ? things : unreferenced).push(timer);
    });
    return { things, unreferenced, idleHandles };
  };

  type Inspect = (value: object) => Inspected | null;
  const createGrouping = (inspect: Inspect, onlyWithPlace: boolean) => {
    const places = new Map<object, AliveGroup['frames'][number] | null>();
    const placeOf = (value: object): AliveGroup['frames'][number] | null => {
      const known = places.get(value);
      if (known !== undefined) return known;
      if (places.size >= MOST_FUNCTIONS) return null;
      const place = inspect(value)?.place;
      const called = Object.getOwnPropertyDescriptor(value, 'name')?.value;
      const name = typeof called === 'string' ? called.replace(/^(bound )+/, '').slice(0, 200) : '';
      const frame = place ? [name, place.url, place.line, place.column] : null;
      places.set(value, frame);
      return frame;
    };
    const groups = new Map<string, AliveGroup>();
    let cut = false;
    const add = ({ functions, example, ...thing }: AliveThing) => {
      const found = functions.flatMap(({ through, value }) => {
        const frame = placeOf(value);
        return frame ? [{ through, frame }] : [];
      });
      if (onlyWithPlace && found.length === 0) return;
      const isLibrary = (url: unknown) => /[\\/]node_modules[\\/]/.test(String(url));
      const nearest = found.find(({ frame }) => !isLibrary(frame[1])) ?? found[0];
      const frames = [nearest, ...found.filter((other) => other !== nearest)]
        .flatMap((each) => (each ? [each.frame] : []))
        .slice(0, MOST_FRAMES);
      const through = nearest?.through ?? '';
      const key = JSON.stringify([
        thing.kind,
        thing.className,
        thing.what,
        thing.state,
        thing.delay,
        through,
        frames[0],
      ]);
      let group = groups.get(key);
      if (!group) {
        if (groups.size >= MOST_GROUPS) {
          cut = true;
          return;
        }
        group = { ...thing, count: 0, examples: [], through, frames };
        groups.set(key, group);
      }
      group.count++;
      if (example && group.examples.length < MOST_EXAMPLES) group.examples.push(example);
    };
    return { add, result: () => [...groups.values()].sort((a, b) => b.count - a.count), isCut: () => cut };
  };

  const handle: KeepAliveHandle = {
    counts() {
      const ports = activeOf('_getActiveHandles').filter(
        (value) => Object.getPrototypeOf(value)?.constructor?.name === 'MessagePort',
      ).length;
      try {
        if (typeof host.getActiveResourcesInfo !== 'function') return { messagePorts: ports };
        const timeouts = host.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
        return { timeouts, messagePorts: ports };
      } catch {
        return { messagePorts: ports };
      }
    },
    prototypeOf(type) {
      try {
        const timers: typeof import('node:timers') = load('timers');
        if (type === 'Worker')
          return (load('worker_threads') as { Worker: { prototype: object } }).Worker.prototype;
        const sample = timers.setTimeout(() => {}, 60_000);
        timers.clearTimeout(sample);
        return Object.getPrototypeOf(sample);
      } catch {
        return null;
      }
    },
    list(timeouts, workers) {
      const result: AliveList = { groups: [], unreferenced: [], idleHandles: 0, cut: false };
      try {
        const { things, unreferenced, idleHandles } = collect(timeouts, workers);
        result.idleHandles = idleHandles;
        const fill = (inspect: Inspect) => {
          const alive = createGrouping(inspect, false);
          const idle = createGrouping(inspect, true);
          for (const thing of things) alive.add(thing);
          for (const thing of unreferenced) idle.add(thing);
          result.groups = alive.result();
          result.unreferenced = idle.result();
          result.cut = alive.isCut() || idle.isCut();
        };
        try {
          parts.createThreadInspector(core).during(fill);
        } catch {
          // No inspector of its own: then without the places.
          fill(() => null);
        }
      } catch {}
      return result;
    },
  };
  return handle;
}

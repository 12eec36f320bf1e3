// Where a program's references begin: open handles and requests, timers, servers of a cluster's worker, listeners of the
// process, module exports, globals.

import { plainPath } from '../../model/owner/owner.ts';
import type { Load } from '../load.ts';
import { activeHandles, activeRequests } from '../objects/active-handles.ts';
import type { DataReads } from '../objects/data-reads.ts';
import type { ThreadInspector } from '../objects/thread-inspector.ts';
import type { ProbeHolder } from '../probe-protocol.ts';

/** What the program uses of a library is mostly reached by what it does with it, sooner than by all that the library exports. */
const FROM_LIBRARIES = 2;
/** Handles of one sort: the oldest and the latest. All sockets of a busy server would take the place of everything else. */
const MOST_OF_A_SORT = 100;
/** Timers of one duration are mostly alike: those of connections. */
const MOST_OF_A_DURATION = 5;
const MOST_DURATIONS = 1_000;

interface Needs {
  reads: DataReads;
  /** Of a module's file: what it exports is looked into late. */
  isFar(file: string): boolean;
  thread: Pick<ThreadInspector, 'during'>;
}

/** `distance`: as of a visit. */
export function eachRoot(
  load: Load,
  { reads, isFar, thread }: Needs,
  push: (value: unknown, holder: ProbeHolder, distance: number) => void,
): void {
  const { own } = reads;
  const pushHandles = (handles: readonly object[]) => {
    for (const handle of someOfEachSort(handles, reads))
      push(handle, { kind: 'handle', name: '', of: '' }, 0);
  };
  pushHandles([...activeHandles(), ...activeRequests()]);
  push(own(process, '_events'), { kind: 'global', name: 'process', of: '' }, 0);
  const { _cache = {}, register } = load('module') as { _cache?: object; register?: object };
  const pushModule = (file: string, exports: unknown) =>
    push(exports, { kind: 'exports', name: file.slice(-200), of: '' }, isFar(file) ? FROM_LIBRARIES : 0);
  for (const key of Object.keys(_cache)) pushModule(key, own(own(_cache, key), 'exports'));
  try {
    thread.during((inspect) => {
      const moduleOf = (part?: object) => part && inspect(part)?.scopes()[0];
      pushHandles(callbacksOfTimers(reads, moduleOf(own(load('timers'), 'clearTimeout') as object)));
      if (isClusterWorker())
        pushHandles(handlesOfCluster(reads, moduleOf(own(load('cluster'), '_getServer') as object)));
      eachModule(reads, moduleOf(register), pushModule);
    });
  } catch {}
  // What the language brings is not enumerable, what Node brings is a function or has methods of its own.
  for (const name of Object.keys(globalThis)) {
    const value = own(globalThis, name);
    if (typeof value === 'object' && value !== globalThis) push(value, { kind: 'global', name, of: '' }, 0);
  }
}

/**
 * ES modules: what a program keeps in them is often held by `this` of arrow functions, which no scope shows. The module of Node's
 * that has them, with this scope, gives out `module.register()` (Node 20.6 and newer).
 */
function eachModule(
  { own, types }: DataReads,
  scope: unknown,
  tell: (file: string, namespace: unknown) => void,
): void {
  const cache = own(own(scope, 'cascadedLoader'), 'loadCache');
  if (!types.isMap(cache)) return;
  Map.prototype.forEach.call(cache, (byType: unknown, url: string) => {
    const module = own(own(byType, 'javascript'), 'module') as { getNamespace(): object };
    try {
      if (url.startsWith('file:')) tell(plainPath(url), module.getNamespace());
    } catch {}
  });
}

/** What timers call, and with what. The module of Node's that lists them gives out `clearTimeout()`. */
function callbacksOfTimers({ own }: DataReads, scope: unknown): object[] {
  const lists = own(scope, 'timerListMap');
  const found = new Set<unknown>();
  for (const duration of Object.keys(lists ?? {}).slice(0, MOST_DURATIONS)) {
    const list = own(lists, duration);
    let timer = own(list, '_idleNext');
    for (let n = 0; n < MOST_OF_A_DURATION && timer !== list; n++, timer = own(timer, '_idleNext'))
      found.add(own(timer, '_onTimeout')).add(own(timer, '_timerArgs'));
  }
  return [...found].filter(Boolean) as object[];
}

/** Asked without loading the module: a child process that is no worker may not have it. */
const isClusterWorker = (): boolean =>
  (process as { moduleLoadList?: string[] }).moduleLoadList?.includes(
    'NativeModule internal/cluster/child',
  ) ?? false;

/** The primary listens for them, so that these handles are none that Node lists; each has its server as a property. */
function handlesOfCluster({ own, types }: DataReads, scope: unknown): object[] {
  const handles = own(scope, 'handles');
  const found: object[] = [];
  if (types.isMap(handles)) Map.prototype.forEach.call(handles, (handle: object) => void found.push(handle));
  return found;
}

/** Sockets of one server are of a sort, and so are other things of one class. */
function someOfEachSort(handles: readonly object[], { own, prototypeOf }: DataReads): object[] {
  const sorts = new Map<unknown, object[]>();
  for (const handle of handles) {
    const sort = own(handle, 'server') ?? prototypeOf(handle);
    const alike = sorts.get(sort);
    if (alike) alike.push(handle);
    else sorts.set(sort, [handle]);
  }
  const half = MOST_OF_A_SORT / 2;
  return [...sorts.values()].flatMap((alike) =>
    alike.length <= MOST_OF_A_SORT ? alike : [...alike.slice(0, half), ...alike.slice(-half)],
  );
}

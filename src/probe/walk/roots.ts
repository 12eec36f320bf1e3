// Where a program's references begin: open handles and requests, listeners of the process, module exports, globals.

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
  for (const handle of someOfEachSort([...activeHandles(), ...activeRequests()], reads))
    push(handle, { kind: 'handle', name: '', of: '' }, 0);
  push(own(process, '_events'), { kind: 'global', name: 'process', of: '' }, 0);
  const { _cache = {}, register } = load('module') as { _cache?: object; register?: object };
  const pushModule = (file: string, exports: unknown) =>
    push(exports, { kind: 'exports', name: file.slice(-200), of: '' }, isFar(file) ? FROM_LIBRARIES : 0);
  for (const key of Object.keys(_cache)) pushModule(key, own(own(_cache, key), 'exports'));
  try {
    thread.during((inspect) => eachModule(reads, inspect(register!)?.scopes()[0], pushModule));
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

// Where a program's references begin: open handles and requests, listeners of the process, module exports, globals.
import type { Load } from '../load.ts';
import { activeHandles, activeRequests } from '../objects/active-handles.ts';
import type { DataReads } from '../objects/data-reads.ts';
import type { ProbeHolder } from '../probe-protocol.ts';

/** What the program uses of a library is mostly reached by what it does with it, sooner than by all that the library exports. */
const FROM_LIBRARIES = 2;
/** Handles of one sort: the oldest and the latest. All sockets of a busy server would take the place of everything else. */
const MOST_OF_A_SORT = 100;

interface Needs {
  reads: DataReads;
  /** Of a module's file: what it exports is looked into late. */
  isFar(file: string): boolean;
}

/** `distance`: as of a visit. */
export function eachRoot(
  load: Load,
  { reads, isFar }: Needs,
  push: (value: unknown, holder: ProbeHolder, distance: number) => void,
): void {
  const { own } = reads;
  for (const handle of someOfEachSort([...activeHandles(), ...activeRequests()], reads))
    push(handle, { kind: 'handle', name: '', of: '' }, 0);
  push(own(process, '_events'), { kind: 'global', name: 'process', of: '' }, 0);
  const modules = (load('module') as { _cache?: object })._cache ?? {};
  for (const key of Object.keys(modules)) {
    const holder: ProbeHolder = { kind: 'exports', name: key.slice(-200), of: '' };
    push(own(own(modules, key), 'exports'), holder, isFar(key) ? FROM_LIBRARIES : 0);
  }
  // What the language brings is not enumerable, what Node brings is a function or has methods of its own.
  for (const name of Object.keys(globalThis)) {
    const value = own(globalThis, name);
    if (typeof value === 'object' && value !== globalThis) push(value, { kind: 'global', name, of: '' }, 0);
  }
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

// Where a program's references begin: open handles and requests, listeners of the process, module exports, globals.
import type { Load } from '../core.ts';
import { activeHandles, activeRequests } from '../objects/active-handles.ts';
import type { DataReads } from '../objects/data-reads.ts';
import type { ProbeHolder } from '../probe-protocol.ts';

export function eachRoot(
  load: Load,
  { own }: DataReads,
  push: (value: unknown, holder: ProbeHolder) => void,
): void {
  for (const handle of [...activeHandles(), ...activeRequests()])
    push(handle, { kind: 'handle', name: '', of: '' });
  push(own(process, '_events'), { kind: 'global', name: 'process', of: '' });
  const modules = (load('module') as { _cache?: object })._cache ?? {};
  for (const key of Object.keys(modules))
    push(own(own(modules, key), 'exports'), { kind: 'exports', name: key.slice(-200), of: '' });
  // What the language brings is not enumerable, what Node brings is a function or has methods of its own.
  for (const name of Object.keys(globalThis)) {
    const value = own(globalThis, name);
    if (typeof value === 'object' && value !== globalThis) push(value, { kind: 'global', name, of: '' });
  }
}

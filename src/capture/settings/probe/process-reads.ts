// What the process itself says of its settings: flags, environment, memory, report, files.

import { ownerOf } from '../../../model/owner/owner.ts';
import type { InnerSettings } from '../../../model/settings/settings.ts';
import type { Load } from '../../../probe/load.ts';
import { activeRequests } from '../../../probe/objects/active-handles.ts';
import type { DataReads } from '../../../probe/objects/data-reads.ts';
import { attempt, loadedModules, textOf } from './setting-values.ts';

const MAX_FLAGS = 50;
const MAX_REQUESTS = 5_000;
const MAX_OWN_FILES = 60;
const MAX_LIBRARY_FILES = 140;
const LONGEST_PATH = 1_000;
const POOL_REQUESTS = ['FSReq', 'GetAddrInfoReq', 'GetNameInfoReq', 'FileHandleCloseReq'];

export function readFlags(): string[] {
  const flags = attempt(() => process.execArgv) ?? [];
  return flags.slice(0, MAX_FLAGS).map((flag) => String(flag).slice(0, 200));
}

export function readEnvironment(): InnerSettings['env'] {
  const variable = (name: string, most: number) => attempt(() => textOf(process.env[name], most));
  return {
    NODE_ENV: variable('NODE_ENV', 50),
    UV_THREADPOOL_SIZE: variable('UV_THREADPOOL_SIZE', 20),
    NODE_OPTIONS: variable('NODE_OPTIONS', 1_000),
  };
}

export function readMemory(
  load: Load,
): Pick<InnerSettings, 'totalMemoryBytes' | 'heapLimitBytes' | 'heapUsedBytes' | 'heapTotalBytes'> {
  const os: typeof import('node:os') = load('os');
  const heap = attempt(() => (load('v8') as typeof import('node:v8')).getHeapStatistics());
  return {
    totalMemoryBytes: attempt(() => os.totalmem()),
    heapLimitBytes: heap?.heap_size_limit,
    heapUsedBytes: heap?.used_heap_size,
    heapTotalBytes: heap?.total_heap_size,
  };
}

/** Requests that are in libuv's thread pool, or wait for it. */
export function countPoolRequests({ classNameOf }: DataReads): number | undefined {
  return attempt(() => {
    return activeRequests()
      .slice(0, MAX_REQUESTS)
      .filter((item) => POOL_REQUESTS.some((name) => classNameOf(item).startsWith(name))).length;
  });
}

/** Of the program, and some of libraries. */
export function readFiles(load: Load, reads: DataReads): string[] {
  const names = Object.keys(loadedModules(load, reads));
  const main = textOf(process.argv[1], LONGEST_PATH);
  const isLibrary = (name: string) => ownerOf(name) === 'library';
  const some = [
    ...(main ? [main] : []),
    ...names.filter((name) => !isLibrary(name)).slice(0, MAX_OWN_FILES),
    ...names.filter(isLibrary).slice(0, MAX_LIBRARY_FILES),
  ];
  return [...new Set(some)].filter((name) => name.startsWith('/') && name.length < LONGEST_PATH);
}

/** The class of what fetch() goes through, where the program has set it. */
export function readDispatcher({ own, classNameOf }: DataReads): string | undefined {
  const found = own(globalThis, Symbol.for('undici.globalDispatcher.1'));
  return found ? classNameOf(found).slice(0, 60) || undefined : undefined;
}

export function readReport(): InnerSettings['report'] {
  const { report } = process;
  return report
    ? {
        onFatalError: Boolean(report.reportOnFatalError),
        onUncaughtException: Boolean(report.reportOnUncaughtException),
        onSignal: Boolean(report.reportOnSignal),
      }
    : undefined;
}

export function readSourceMaps(): boolean | undefined {
  const known = (process as { sourceMapsEnabled?: unknown }).sourceMapsEnabled;
  return typeof known === 'boolean' ? known : undefined;
}

/** The host of an inspector's address. */
export function hostOf(url: string | undefined): string | undefined {
  if (!url?.startsWith('ws')) return undefined;
  const address = url.slice(url.indexOf('://') + '://'.length);
  const end = address.startsWith('[')
    ? address.indexOf(']') + 1
    : address.split('/')[0]!.split(':')[0]!.length;
  return address.slice(0, Math.min(end, 100));
}

// Single values of settings, read from data properties of objects that may be anything.
import type { DataReads } from '../objects/data-reads.ts';

/** What the read gives; undefined when it throws. */
export function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** A number that is not below 0, and is finite. */
export function numberOf({ own }: DataReads, value: unknown, key: string): number | undefined {
  const found = own(value, key);
  return typeof found === 'number' && Number.isFinite(found) && found >= 0 ? found : undefined;
}

/** JSON has no Infinity: null is no limit. */
export function limitOf(reads: DataReads, value: unknown, key: string): number | null | undefined {
  return reads.own(value, key) === Number.POSITIVE_INFINITY ? null : numberOf(reads, value, key);
}

export function textOf(value: unknown, most: number): string | undefined {
  return typeof value === 'string' ? value.slice(0, most) : undefined;
}

/** Modules that `require` has loaded, by file. */
export function loadedModules(load: (id: string) => never, { hasProperties }: DataReads): object {
  const modules: unknown = (load('module') as { _cache?: unknown })._cache;
  return hasProperties(modules) ? modules : {};
}

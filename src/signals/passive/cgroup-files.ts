// Reading single files of a cgroup, and finding the group above a process whose limit binds first.
import { dirname, join } from 'node:path';
import { known, readText } from '../../target/proc/proc-file.ts';
import type { CgroupFolder } from './cgroup-mounts.ts';

// "No limit" in version 1 is the largest page-aligned number, 9223372036854771712 with 4 KB pages.
const NO_LIMIT = 2 ** 60;

/** Undefined for "max", for -1, and where the file is not there. */
export function readNumber(path: string): number | undefined {
  const text = known(readText(path))?.trim();
  return text && /^\d+$/.test(text) && Number(text) < NO_LIMIT ? Number(text) : undefined;
}

/** Lines of "name value". */
export function readFields(path: string): (name: string) => number | undefined {
  const fields = new Map<string, number>();
  for (const line of (known(readText(path)) ?? '').split('\n')) {
    const [name, value] = line.split(' ');
    if (name && value && Number.isFinite(Number(value))) fields.set(name, Number(value));
  }
  return (name) => fields.get(name);
}

/** A limit and the group that it is of: a pod may be limited where its container is not. */
export interface BindingLimit {
  folder: string;
  limit: number | undefined;
}

/** The smallest limit from the process's own group up to the highest that can be seen; without any, its own group. */
export function tightest(
  { own, top }: CgroupFolder,
  read: (folder: string) => number | undefined,
): BindingLimit {
  let best: BindingLimit = { folder: own, limit: read(own) };
  for (let at = own; at !== top && at.startsWith(top); ) {
    at = dirname(at);
    const limit = read(at);
    if (limit !== undefined && limit < (best.limit ?? Number.POSITIVE_INFINITY)) best = { folder: at, limit };
  }
  return best;
}

export const file = (folder: string, name: string) => join(folder, name);

// Files that native code has mapped into memory many times, counted by path: each mapping holds address space and resident pages.
import { pathPattern } from '../../signals/passive/fd-groups.ts';
import type { MappedFile } from '../../signals/passive/wire.ts';
import { known, readText } from '../../target/proc/proc-file.ts';

/** A library or a program is a few mappings. */
const LEAST_MAPPINGS = 12;
const MOST_GROUPS = 5;

/** The most mappings first; absent where the maps cannot be read. */
export function readMappedFiles(pid: number, root = '/proc'): MappedFile[] | undefined {
  const maps = known(readText(`${root}/${pid}/maps`));
  if (maps === undefined) return undefined;
  const counts = new Map<string, number>();
  for (const [, path] of maps.matchAll(/ (\/[^\n]+?)(?: \(deleted\))?$/gm)) {
    const pattern = pathPattern(path!);
    counts.set(pattern, (counts.get(pattern) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, count]) => count >= LEAST_MAPPINGS)
    .sort((a, b) => b[1] - a[1])
    .slice(0, MOST_GROUPS)
    .map(([pattern, count]) => ({ pattern, count }));
}

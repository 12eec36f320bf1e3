// Which native addons a process has loaded: the .node files in its memory maps, with the package each belongs to.

import { packageOf } from '../../model/owner/package-in-path.ts';
import type { Addon } from '../../signals/passive/wire.ts';
import { known, readText } from '../../target/proc/proc-file.ts';

/** Programs have a few dozen at most. */
const MOST_ADDONS = 100;

/** In the order of their names; absent where the maps cannot be read. */
export function readAddons(pid: number, root = '/proc'): Addon[] | undefined {
  const maps = known(readText(`${root}/${pid}/maps`));
  if (maps === undefined) return undefined;
  const paths = new Set(
    Array.from(maps.matchAll(/\s(\/\S.*\.node)(?: \(deleted\))?$/gm), ([, path]) => path!),
  );
  return [...paths]
    .sort()
    .slice(0, MOST_ADDONS)
    .map((path) => ({ path, package: packageAround(path, `${root}/${pid}/root`) }));
}

/** Read below the root folder of the process, which may be a container's. */
function packageAround(path: string, root: string): string | null {
  const found = packageOf(path);
  if (!found) return null;
  const version = found.version ?? versionIn(known(readText(`${root}${found.folder}/package.json`)));
  return version === null ? found.name : `${found.name}@${version}`;
}

function versionIn(text: string | undefined): string | null {
  try {
    const { version } = JSON.parse(text ?? '{}') as { version?: unknown };
    return typeof version === 'string' ? version.slice(0, 100) : null;
  } catch {
    return null;
  }
}

// The packages and the project that a file belongs to, by the package.json files around it.
import { dirname, join } from 'node:path';
import { nameOf, type PackageInPath, packageOf } from '../../model/owner/package-in-path.ts';
import type { ReadText } from './script-position.ts';

/** The nearest folder above a path whose package.json has a name: builds put nameless ones into their output. Null without one. */
export function projectFolder(path: string, readText: ReadText): string | null {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (fieldOf(readText(join(folder, 'package.json')), 'name') !== null) return folder;
    if (folder === dirname(folder)) return null;
  }
}

/** `name@version` of the package around a path, by its package.json where the path tells no version; null outside of one. */
export function packageReader(readText: ReadText): (path: string) => string | null {
  const known = new Map<string, string | null>();
  return (path) => {
    const found = packageOf(path);
    if (!found) return null;
    const name = known.get(found.folder);
    if (name !== undefined) return name;
    const read = nameOf(found, versionOf(found, readText));
    known.set(found.folder, read);
    return read;
  };
}

function versionOf({ version, folder }: PackageInPath, readText: ReadText): string | null {
  return version ?? fieldOf(readText(`${folder}/package.json`), 'version')?.slice(0, 100) ?? null;
}

function fieldOf(packageJson: string | undefined, field: 'name' | 'version'): string | null {
  try {
    const value = (JSON.parse(packageJson ?? '{}') as Record<string, unknown>)[field];
    return typeof value === 'string' ? value : null;
  } catch {
    return null;
  }
}

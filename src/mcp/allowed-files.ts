// The files that tools may read: regular files below the folders that the user named when the server was started. A model
// proposes a path; it is checked after symbolic links are followed.
import { realpathSync, statSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { UsageError } from '../errors.ts';

export interface AllowedFiles {
  /** As resolved. */
  folders: readonly string[];
  /** The real path of a file, or of a folder that is a recording. Throws UsageError for anything else. */
  check(path: string): string;
}

/** Throws UsageError for a folder that is none. */
export function allowFiles(folders: readonly string[]): AllowedFiles {
  const roots = folders.map((folder) => realFolder(folder));
  return {
    folders: roots,
    check(path) {
      const wanted = resolve(roots[0] ?? '.', path);
      // The same words whether it exists or not: what lies elsewhere is nobody's business.
      if (!roots.some((root) => isWithin(wanted, root))) throw outside(path, roots);
      let real: string;
      try {
        real = realpathSync(wanted);
      } catch {
        throw new UsageError(`${path} does not exist.`, `Give a file in ${roots.join(' or ')}.`);
      }
      if (!roots.some((root) => isWithin(real, root))) throw outside(path, roots);
      if (isReadable(real)) return real;
      throw new UsageError(
        `${path} is neither a file nor a recording.`,
        'Give a file that culprit can read.',
      );
    },
  };
}

function realFolder(folder: string): string {
  try {
    const real = realpathSync(resolve(folder));
    if (statSync(real).isDirectory()) return real;
  } catch {}
  throw new UsageError(`${folder} is not a folder.`, 'Give --files a folder that tools may read from.');
}

function isWithin(path: string, root: string): boolean {
  const way = relative(root, path);
  return way !== '..' && !way.startsWith('../') && !isAbsolute(way);
}

/** Never a pipe or a device, which may not end. */
function isReadable(real: string): boolean {
  const info = statSync(real);
  if (info.isFile()) return true;
  return info.isDirectory() && isFile(join(real, 'manifest.json'));
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

const outside = (path: string, roots: readonly string[]) =>
  new UsageError(
    `${path} is outside of the folders that this server may read.`,
    `It may read ${roots.join(', ')}. The user can start it with more: culprit mcp --files FOLDER.`,
  );

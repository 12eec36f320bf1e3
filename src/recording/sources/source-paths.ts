// Where the sources of a source map are: builds name them relative to a folder that only they know, or with a scheme of
// their own, so the folders above the script are tried until the file is found.
import { dirname, isAbsolute, resolve } from 'node:path';
import { packageOf } from '../../model/owner/package-in-path.ts';
import { projectFolder } from './package-files.ts';
import { type ReadText, scriptPath } from './script-position.ts';

export interface SourceFolders {
  /** Of the script. */
  path: string;
  /** Where a file is not found, builds mean this one; null: the script's own. */
  project: string | null;
  readText: ReadText;
}

export function sourceFolders(path: string, readText: ReadText): SourceFolders {
  return { path, project: projectFolder(path, readText), readText };
}

/** What bundlers add has no file: "webpack://shop/webpack/bootstrap", "turbopack:///[turbopack]/shared/runtime.ts". */
const OF_BUNDLER =
  /^(?:webpack[\w-]*:\/\/[^/]*\/(?:webpack\/|external )|turbopack:\/\/[^/]*\/\[(?!project\])|\0)/;
const SCHEME = /^[a-z][a-z\d+.-]*:\/\/[^/]*\//i;
/** Layers and roots that bundlers put before a path: "(rsc)/", "[project]/", "./". */
const PREFIXES = /^(?:\((?:[\w-]+)\)\/|\[project\]\/|\.{1,2}\/)+/;

/** The absolute path of `source`, as the map gives it after its own root: with a scheme, or a path. What has no file stays as it is. */
export function locateSource(source: string, folders: SourceFolders): string {
  if (OF_BUNDLER.test(source)) return source;
  const { path, project, readText } = folders;
  if (source.startsWith('file://')) return scriptPath(source.replace(/[?#].*$/, '')) ?? source;
  const hasScheme = SCHEME.test(source);
  const asNamed = resolve(dirname(path), source);
  if (!hasScheme && readText(asNamed) !== undefined) return asNamed;
  const below = hasScheme ? partBelow(source) : relativePart(source, path);
  if (below === '') return asNamed;
  if (isAbsolute(below)) return below;
  // A package brings its own sources or none; the root of a workspace may lie above the project.
  const limit = packageOf(path)?.folder ?? (hasScheme ? '/' : (project ?? dirname(path)));
  for (let folder = dirname(path); isWithin(folder, limit); folder = dirname(folder)) {
    const there = resolve(folder, below);
    if (readText(there) !== undefined) return there;
    if (folder === dirname(folder)) break;
  }
  return hasScheme ? resolve(project ?? dirname(path), below) : asNamed;
}

/** What stands behind scheme and roots: "src/a.ts", or an absolute path, as of "webpack:////app/src/a.ts". */
function partBelow(source: string): string {
  return source.replace(SCHEME, '').replace(PREFIXES, '').replace(/\?.*$/, '');
}

/** Of an absolute path that is not there, what may lie elsewhere: below the folders that it shares with the script. */
function relativePart(source: string, path: string): string {
  const wanted = resolve(dirname(path), source).split('/');
  const script = path.split('/');
  let shared = 0;
  while (shared < wanted.length - 1 && wanted[shared] === script[shared]) shared++;
  return wanted.slice(shared).join('/');
}

function isWithin(folder: string, limit: string): boolean {
  return folder === limit || folder.startsWith(limit.endsWith('/') ? limit : `${limit}/`);
}

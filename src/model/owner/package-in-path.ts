// Which package a path or URL lies in, told by the path alone.
import { isDataUrl, packageNameIn, packagesIn, plainPath, slashed } from './owner.ts';

export interface PackageInPath {
  /** "lru" or "@scope/name", with "/" on Windows, too. */
  name: string;
  /** Where the path tells it, as with pnpm and Yarn's zips; null elsewhere, where only its package.json does. */
  version: string | null;
  /** The folder of its package.json, as the path spells it. */
  folder: string;
}

/** Of nested packages the innermost. Null outside of packages. */
export function packageOf(pathOrUrl: string): PackageInPath | null {
  if (isDataUrl(pathOrUrl)) return null;
  const plain = plainPath(pathOrUrl);
  const path = slashed(plain);
  const name = packageNameIn(path);
  if (name === null) return null;
  const end = packagesIn(path);
  return { name, version: versionIn(path.slice(0, end), name), folder: plain.slice(0, end + name.length) };
}

/** Where a source map is written for other folders than those its package is published with, its sources lie beside the package. */
const FOLDERS_OF_SOURCES = ['src', 'lib', 'source', 'dist', 'build', 'packages'];

/** "webpack@5.1.0" by the path alone, the version where that tells it. Null outside of packages, and where a source map leads beside one. */
export function packageInPath(path: string): string | null {
  const found = packageOf(path);
  return found && nameOf(found, found.version);
}

/** `version`: null where it is not known. */
export function nameOf({ name }: PackageInPath, version: string | null): string | null {
  if (version !== null) return `${name}@${version}`;
  return FOLDERS_OF_SOURCES.includes(name) ? null : name;
}

/** `root` ends with "node_modules/": in a store, the folder before it is named after the package and its version. */
function versionIn(root: string, name: string): string | null {
  const store = /([^/]+)\/node_modules\/$/.exec(root)?.[1] ?? '';
  const pnpm = `${name.replace('/', '+')}@`;
  const yarn = `${name.replace('/', '-')}-npm-`;
  const isPnpm = /\/\.pnpm\/[^/]+\/node_modules\/$/.test(root) && store.indexOf(pnpm) === 0;
  if (isPnpm) return /^\d+\.\d+\.\d+[^_(]*/.exec(store.slice(pnpm.length))?.[0] ?? null;
  if (store.indexOf(yarn) !== 0) return null;
  return /^(\d+\.\d+\.\d+.*?)-[0-9a-f]{10}(?:-[^/]*|\.zip)?$/.exec(store.slice(yarn.length))?.[1] ?? null;
}

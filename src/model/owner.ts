// Whose code a script is, told by its path or URL alone: the program's, a library's, Node's own or culprit's. It runs on
// Node 16 and imports nothing, because the code that runs inside of other processes asks it, too.

/** "own" is culprit's: its probe, and its assertions in people's tests. */
export type Owner = 'app' | 'library' | 'node' | 'own';

export interface PackageInPath {
  /** "lru" or "@scope/name", with "/" on Windows, too. */
  name: string;
  /** Where the path tells it, as with pnpm and Yarn's zips; null elsewhere, where only its package.json does. */
  version: string | null;
  /** The folder of its package.json, as the path spells it. */
  folder: string;
}

const OWN_SCRIPT = /^culprit:/;
/** Its text is code, and may hold whatever looks like a path. */
const DATA_URL = /^data:/i;
const OWN_PACKAGE = 'culprit';
/**
 * Electron's own scripts are compiled into it as Node's are; "ext:" are Deno's, "bun:" Bun's. Of WebAssembly V8 names a
 * hash, no file that anybody wrote.
 */
const PLATFORM =
  /^(node:|bun:|internal[/:]|v8\/|ext:|wasm:\/\/|electron\/js2c\/|\[eval\]-wrapper|\[native code\]|<anonymous>|native$|native [\w-]+\.js$)|\/electron\.asar\//;
/** Before Node 16 its own scripts had plain names: "fs.js", "_http_server.js". */
const PLAIN_CORE =
  /^(assert|async_hooks|buffer|child_process|cluster|console|constants|crypto|dgram|diagnostics_channel|dns|domain|events|fs|http|http2|https|inspector|module|net|os|path|perf_hooks|process|punycode|querystring|readline|repl|stream|string_decoder|sys|timers|tls|trace_events|tty|url|util|v8|vm|wasi|worker_threads|zlib|bootstrap_node|node|freelist|_(?:http|stream|tls|debug)_\w+|_debugger|_linklist)(\.js)?$/;
/** What bundlers add to a bundle, and what package managers load packages with. */
const LOADERS =
  /^webpack(?:-internal)?:\/\/[^/]*\/(?:webpack\/|external )|^turbopack:\/\/\/\[turbopack\]|(?:^|\/)\.yarn\/(?:releases|plugins|sdks)\/|(?:^|\/)\.pnp\.(?:c?js|loader\.mjs)$/;
/** Where Debian installs packages, and the folder of global packages that Node itself looks into. */
const SYSTEM_FOLDERS = /^(\/usr\/(?:local\/)?(?:share\/nodejs|lib\/(?:[^/]+\/)?nodejs|lib\/node)\/)/;
const INNERMOST = /^(.*(?:^|\/)node_modules\/)/;

/** The owner of a path, or of a script's URL as V8 names it. "" is V8's own code: "node". */
export function ownerOf(pathOrUrl: string): Owner {
  if (pathOrUrl === '') return 'node';
  if (DATA_URL.test(pathOrUrl)) return 'app';
  if (OWN_SCRIPT.test(pathOrUrl)) return 'own';
  const path = plainPath(pathOrUrl).replace(/\\/g, '/');
  if (PLATFORM.test(path) || PLAIN_CORE.test(path)) return 'node';
  const found = packageOf(path);
  if (found) return found.name === OWN_PACKAGE ? 'own' : 'library';
  return LOADERS.test(path) || INNERMOST.test(path) ? 'library' : 'app';
}

/** The package that a path or URL lies in: of nested ones the innermost. Null outside of packages. */
export function packageOf(pathOrUrl: string): PackageInPath | null {
  if (DATA_URL.test(pathOrUrl)) return null;
  const plain = plainPath(pathOrUrl);
  const path = plain.replace(/\\/g, '/');
  const root = (INNERMOST.exec(path) ?? SYSTEM_FOLDERS.exec(path))?.[1];
  if (root === undefined) return null;
  const name = /^(?:@[^/]+\/)?[^/]+/.exec(path.slice(root.length))?.[0];
  // Without a node_modules below, it is the store's own file.
  if (name === undefined || name === '.pnpm') return null;
  return { name, version: versionIn(root, name), folder: plain.slice(0, root.length + name.length) };
}

/**
 * A `file:` URL as the path that it names, without its query: CommonJS and ES modules of one program are told alike.
 * "file:///C:/a%20b.mjs" is "C:\a b.mjs", as Windows writes it. Anything else stays as it is, broken escapes, too.
 */
export function plainPath(pathOrUrl: string): string {
  if (!/^file:\/\//i.test(pathOrUrl)) return pathOrUrl;
  const path = unescaped(pathOrUrl.slice('file://'.length).replace(/[?#].*$/, ''));
  const onWindows = /^\/([A-Za-z]:(?:\/.*)?)$/s.exec(path)?.[1];
  return onWindows === undefined ? path : onWindows.replace(/\//g, '\\');
}

function unescaped(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
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

// Whose code a script is, told by its path or URL alone: the program's, a library's, Node's own or culprit's. It runs on
// Node 16, because the code that runs inside of other processes asks it, too; like all of that it uses no regular expressions
// (test/capture/probe-texts.test.ts says why).
import { isLetter, isWord } from './ascii.ts';

/** "own" is culprit's: its probe, and its assertions in people's tests. */
export type Owner = 'app' | 'library' | 'node' | 'own';

const OWN_SCRIPT = 'culprit:';
const OWN_PACKAGE = 'culprit';
const PACKAGES = 'node_modules/';
/**
 * Electron's own scripts are compiled into it as Node's are; "ext:" are Deno's, "bun:" Bun's. Of WebAssembly V8 names a
 * hash, no file that anybody wrote.
 */
const PLATFORM = [
  'node:',
  'bun:',
  'internal/',
  'internal:',
  'v8/',
  'ext:',
  'wasm://',
  'electron/js2c/',
  '[eval]-wrapper',
  '[native code]',
  '<anonymous>',
];
/** Before Node 16 its own scripts had plain names: "fs.js", "_http_server.js". */
const PLAIN_CORE = [
  'assert async_hooks bootstrap_node buffer child_process cluster console constants crypto dgram diagnostics_channel dns',
  'domain events freelist fs http http2 https inspector module native net node os path perf_hooks process punycode querystring',
  'readline repl stream string_decoder sys timers tls trace_events tty url util v8 vm wasi worker_threads zlib _debugger _linklist',
]
  .join(' ')
  .split(' ');
const PLAIN_CORE_FAMILIES = ['_http_', '_stream_', '_tls_', '_debug_'];
/** What package managers load packages with. */
const LOADER_FOLDERS = ['/.yarn/releases/', '/.yarn/plugins/', '/.yarn/sdks/'];
const LOADER_FILES = ['/.pnp.js', '/.pnp.cjs', '/.pnp.loader.mjs'];

/** The owner of a path, or of a script's URL as V8 names it. "" is V8's own code: "node". */
export function ownerOf(pathOrUrl: string): Owner {
  if (pathOrUrl === '') return 'node';
  if (isDataUrl(pathOrUrl)) return 'app';
  if (pathOrUrl.startsWith(OWN_SCRIPT)) return 'own';
  const path = slashed(plainPath(pathOrUrl));
  if (isPlatform(path) || isPlainCore(path)) return 'node';
  const name = packageNameIn(path);
  if (name !== null) return name === OWN_PACKAGE ? 'own' : 'library';
  return isLoader(path) || innermostPackages(path) >= 0 ? 'library' : 'app';
}

/** Its text is code, and may hold whatever looks like a path. */
export function isDataUrl(pathOrUrl: string): boolean {
  return startsWithIgnoringCase(pathOrUrl, 'data:');
}

/**
 * A `file:` URL as the path that it names, without its query: CommonJS and ES modules of one program are told alike.
 * "file:///C:/a%20b.mjs" is "C:\a b.mjs", as Windows writes it. Anything else stays as it is, broken escapes, too.
 */
export function plainPath(pathOrUrl: string): string {
  if (!startsWithIgnoringCase(pathOrUrl, 'file://')) return pathOrUrl;
  const path = unescaped(upTo(upTo(pathOrUrl.slice('file://'.length), '?'), '#'));
  const isOnWindows = path[0] === '/' && isLetter(path[1]) && path[2] === ':' && (path[3] ?? '/') === '/';
  return isOnWindows ? path.slice(1).split('/').join('\\') : path;
}

/** With "/" on Windows, too. */
export function slashed(path: string): string {
  return path.includes('\\') ? path.split('\\').join('/') : path;
}

/** Where the names of packages begin in a path with "/": after the innermost node_modules or a folder of the system. -1: nowhere. */
export function packagesIn(path: string): number {
  const innermost = innermostPackages(path);
  return innermost >= 0 ? innermost : systemPackages(path);
}

/** "lru" or "@scope/name". Null outside of packages, and for a package manager's own file. */
export function packageNameIn(path: string): string | null {
  const root = packagesIn(path);
  if (root < 0) return null;
  const [first = '', second = ''] = path.slice(root).split('/', 2);
  const isScoped = first.length > 1 && first[0] === '@' && second !== '';
  const name = isScoped ? `${first}/${second}` : first;
  // Without a node_modules below, it is the store's own file.
  return name === '' || name === '.pnpm' ? null : name;
}

function innermostPackages(path: string): number {
  for (let at = path.lastIndexOf(PACKAGES); at >= 0; at = at > 0 ? path.lastIndexOf(PACKAGES, at - 1) : -1)
    if (at === 0 || path[at - 1] === '/') return at + PACKAGES.length;
  return -1;
}

/** Where Debian installs packages, and the folder of global packages that Node itself looks into. */
function systemPackages(path: string): number {
  if (!path.startsWith('/usr/')) return -1;
  const parts = path.split('/', 7);
  const at = parts[2] === 'local' ? 3 : 2;
  const [folder, name, below] = parts.slice(at);
  const isDirect = name === 'nodejs' || (folder === 'lib' && name === 'node');
  const isBelow = folder === 'lib' && below === 'nodejs';
  if ((folder !== 'share' && folder !== 'lib') || !(isDirect || isBelow)) return -1;
  const end = at + (isDirect ? 2 : 3);
  return parts.length > end ? parts.slice(0, end).join('/').length + 1 : -1;
}

function isPlatform(path: string): boolean {
  if (PLATFORM.some((prefix) => path.startsWith(prefix)) || path.includes('/electron.asar/')) return true;
  const isPlainName = path.startsWith('native ') && path.endsWith('.js');
  return path === 'native' || (isPlainName && isWord(path.slice('native '.length, -'.js'.length), '-'));
}

function isPlainCore(path: string): boolean {
  const name = path.endsWith('.js') ? path.slice(0, -'.js'.length) : path;
  const isOfFamily = (family: string) => name.startsWith(family) && isWord(name.slice(family.length));
  return PLAIN_CORE.includes(name) || PLAIN_CORE_FAMILIES.some(isOfFamily);
}

/** What bundlers add to a bundle, and what package managers load packages with. */
function isLoader(path: string): boolean {
  if (path.startsWith('turbopack:///[turbopack]')) return true;
  const scheme = ['webpack://', 'webpack-internal://'].find((prefix) => path.startsWith(prefix));
  if (scheme !== undefined) {
    const at = path.indexOf('/', scheme.length) + 1;
    if (at > 0 && (path.startsWith('webpack/', at) || path.startsWith('external ', at))) return true;
  }
  const whole = `/${path}`;
  return (
    LOADER_FOLDERS.some((folder) => whole.includes(folder)) ||
    LOADER_FILES.some((file) => whole.endsWith(file))
  );
}

function startsWithIgnoringCase(text: string, prefix: string): boolean {
  return text.slice(0, prefix.length).toLowerCase() === prefix;
}

function upTo(text: string, end: string): string {
  const at = text.indexOf(end);
  return at < 0 ? text : text.slice(0, at);
}

function unescaped(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

// Errors that say by themselves that a program could not start, whenever they came: modules, addons, syntax, ports.
import { ownerOf } from '../../../model/owner/owner.ts';
import { type Cause, errorCause, printed } from '../cause.ts';
import { isFromParser } from '../loading.ts';
import { wordsLike } from '../patterns.ts';
import { codeOf, SETTINGS_CURE } from './start.ts';

const LOADER_FRAME = 'Module._load (node:internal/modules/cjs/loader:1225:15)';

/** The path that could not be loaded, as it was asked for; "" for packages, and files of packages. */
function missingFileIn(message: string): string {
  const asked = /^Cannot find module '([^']{1,500})'/.exec(message)?.[1] ?? '';
  return /^(\.{0,2}[\\/]|file:|[A-Za-z]:[\\/])/.test(asked) && ownerOf(asked) === 'app' ? asked : '';
}

const NOT_FOUND = wordsLike(['MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND']);
const ES_MODULE = wordsLike(['ERR_REQUIRE_ESM', 'ERR_REQUIRE_ASYNC_MODULE']);
const EXTENSION = wordsLike([
  'ERR_UNKNOWN_FILE_EXTENSION',
  'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
  'ERR_INVALID_TYPESCRIPT_SYNTAX',
]);
const NOT_EXPORTED = wordsLike(['ERR_PACKAGE_PATH_NOT_EXPORTED', 'ERR_PACKAGE_IMPORT_NOT_DEFINED']);
const OTHER_LOADING = wordsLike([
  'ERR_UNSUPPORTED_DIR_IMPORT',
  'ERR_UNKNOWN_BUILTIN_MODULE',
  'ERR_UNSUPPORTED_ESM_URL_SCHEME',
  'ERR_INVALID_PACKAGE_*',
  'ERR_IMPORT_ATTRIBUTE_MISSING',
  'ERR_IMPORT_ASSERTION_TYPE_MISSING',
  'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING',
  'ERR_AMBIGUOUS_MODULE_SYNTAX',
  'ERR_INVALID_MODULE_SPECIFIER',
]);
const ADDON_WORDS = /was compiled against a different Node\.js version|invalid ELF header/;

export const CANNOT_START: Cause[] = [
  errorCause({
    id: 'missing-file',
    label: 'startup-failure',
    confidence: 0.93,
    sign: ({ message }) => missingFileIn(message) !== '',
    cure: ({ chain }) => [
      `${missingFileIn(chain[0]!.message)} is a file of the program, not a package: is it in the image at that path (not left out by .dockerignore or .gitignore), spelled correctly (case matters on Linux), and built or mounted before the start?`,
    ],
    example: { log: printed("Error: Cannot find module './db'", LOADER_FRAME, "code: 'MODULE_NOT_FOUND'") },
  }),
  errorCause({
    id: 'missing-package',
    label: 'startup-failure',
    confidence: 0.93,
    sign: ({ code, message }) => NOT_FOUND.test(code) || /^Cannot find (module|package) '/.test(message),
    resembles: ({ message }, end) => NOT_FOUND.test(codeOf(end)) || /^Cannot find/.test(message),
    cure: () => [
      'Is it in package.json under dependencies (not devDependencies), installed in the image, spelled correctly (case matters on Linux), and built before the start?',
    ],
    example: { log: printed("Error: Cannot find module 'pg'", LOADER_FRAME, "code: 'MODULE_NOT_FOUND'") },
  }),
  errorCause({
    id: 'port-in-use',
    label: 'startup-failure',
    confidence: 0.93,
    sign: ({ code, message }) => code === 'EADDRINUSE' || /^listen EADDRINUSE/.test(message),
    // Old Node.js prints the message alone.
    resembles: ({ message }, end) => codeOf(end) === 'EADDRINUSE' || /^listen EADDRINUSE/.test(message),
    cure: ({ chain }) => [
      `Something listens there already: \`ss -ltnp\` names it. The usual causes are an earlier copy that has not ended, or a second call of listen()${chain[0]?.properties.port ? `; port ${chain[0].properties.port}` : ''}.`,
    ],
    example: {
      log: printed(
        'Error: listen EADDRINUSE: address already in use :::3000',
        'Server.setupListenHandle [as _listen2] (node:net:1463:16)',
        "code: 'EADDRINUSE'",
      ),
    },
  }),
  errorCause({
    id: 'cannot-listen',
    label: 'startup-failure',
    confidence: 0.93,
    sign: ({ code, message, properties }) =>
      code === 'EADDRNOTAVAIL' ||
      (/^(EACCES|EPERM)$/.test(code) && properties.syscall === 'listen') ||
      /^listen EACCES/.test(message),
    resembles: ({ message, properties }) => properties.syscall === 'listen' || /^listen E/.test(message),
    cure: () => [
      'Ports below 1024 need privileges: listen on a higher port, and let the service or the load balancer map it.',
    ],
    example: {
      log: printed(
        'Error: listen EACCES: permission denied 0.0.0.0:80',
        'Server.setupListenHandle [as _listen2] (node:net:1463:16)',
        "code: 'EACCES',\n  syscall: 'listen'",
      ),
    },
  }),
  errorCause({
    id: 'require-of-es-module',
    label: 'startup-failure',
    confidence: 0.93,
    sign: ({ code }) => ES_MODULE.test(code),
    resembles: (_, end) => ES_MODULE.test(codeOf(end)),
    cure: () => [
      'The package is an ES module: load it with `await import()`, make the caller an ES module, or use Node 20.19, 22.12 or newer, where require() loads it if it has no top-level await.',
    ],
    example: {
      log: printed(
        'Error [ERR_REQUIRE_ESM]: require() of ES Module /app/node_modules/got/index.js is not supported.',
        'go (/app/app.js:3:1)',
      ),
    },
  }),
  errorCause({
    id: 'unknown-extension',
    label: 'startup-failure',
    confidence: 0.93,
    sign: ({ code }) => EXTENSION.test(code),
    resembles: (_, end) => EXTENSION.test(codeOf(end)),
    cure: () => [
      'Start the compiled file, or a loader (tsx), or Node 22.18, 24 or newer, which strips types (not in node_modules, and no enums or other syntax that has to be compiled).',
    ],
    example: {
      log: printed(
        'TypeError [ERR_UNKNOWN_FILE_EXTENSION]: Unknown file extension ".ts" for /app/app.ts',
        'Object.getFileProtocolModuleFormat [as file:] (node:internal/modules/esm/get_format:217:9)',
      ),
    },
  }),
  errorCause({
    id: 'not-exported',
    label: 'startup-failure',
    confidence: 0.93,
    sign: ({ code }) => NOT_EXPORTED.test(code),
    resembles: (_, end) => NOT_EXPORTED.test(codeOf(end)),
    cure: () => [
      'The package does not export that path in this version: import what its package.json lists under "exports", or pin the version that had it.',
    ],
    example: {
      log: printed(
        'Error [ERR_PACKAGE_PATH_NOT_EXPORTED]: Package subpath \'./lib\' is not defined by "exports" in /app/node_modules/a/package.json',
        'exportsNotFound (node:internal/modules/esm/resolve:301:10)',
      ),
    },
  }),
  errorCause({
    id: 'addon-does-not-fit',
    label: 'startup-failure',
    confidence: 0.93,
    sign: ({ code, message }) => code === 'ERR_DLOPEN_FAILED' || ADDON_WORDS.test(message),
    resembles: ({ message }, end) => /DLOPEN/.test(codeOf(end)) || /NODE_MODULE_VERSION/.test(message),
    cure: () => [
      'The native addon was built for another platform or Node version: run `npm ci` or `npm rebuild` in the image itself, with the Node version and the C library that run it.',
    ],
    example: {
      log: printed(
        'Error: /app/node_modules/a/build/a.node: invalid ELF header',
        'Module._extensions..node (node:internal/modules/cjs/loader:1586:18)',
        "code: 'ERR_DLOPEN_FAILED'",
      ),
    },
  }),
  errorCause({
    id: 'syntax-error',
    label: 'startup-failure',
    confidence: 0.93,
    sign: (error) => error.name === 'SyntaxError' && isFromParser(error),
    resembles: ({ name }) => name === 'SyntaxError',
    cure: () => [
      'Correct the syntax at that line; if it is newer syntax, the Node version is too old for it, and if it is `import` or `export`, package.json lacks "type": "module".',
    ],
    example: {
      log: printed(
        "SyntaxError: Unexpected token '}'",
        'wrapSafe (node:internal/modules/cjs/loader:1378:20)',
      ),
    },
  }),
  errorCause({
    id: 'cannot-load',
    label: 'startup-failure',
    confidence: 0.93,
    sign: ({ code }) => OTHER_LOADING.test(code),
    cure: () => SETTINGS_CURE,
    example: {
      log: printed(
        "Error [ERR_UNSUPPORTED_DIR_IMPORT]: Directory import '/app/lib' is not supported",
        'finalizeResolution (node:internal/modules/esm/resolve:263:11)',
      ),
    },
  }),
];

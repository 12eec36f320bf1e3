// Programs that could not start: options, modules, ports, settings and files that are not as they expect.
import type { CrashError } from '../../ends/crash-error.ts';
import { eventOf } from '../../ends/ending.ts';
import { anyOf, type Cause, type EndFacts, errorCause, printed, wordsLike } from '../cause.ts';
import { isFromParser, isWhileLoading } from '../loading.ts';

const LOADER_FRAME = 'Module._load (node:internal/modules/cjs/loader:1225:15)';

/** Of the first cause; of the error itself where that has none. */
const codeOf = ({ chain, error }: EndFacts) => chain[0]?.code || error?.code || '';

const BAD_OPTION: Cause = {
  id: 'bad-option',
  label: 'startup-failure',
  confidence: 0.95,
  matches: ({ ending }) => eventOf(ending, 'bad-option') !== undefined,
  resembles: ({ ending }) => eventOf(ending, 'bad-option') !== undefined,
  cure: ({ ending }) => [
    `Correct or remove it where the command is written, or in NODE_OPTIONS: ${eventOf(ending, 'bad-option')!.option}. \`node --help\` lists the options of that version.`,
  ],
  example: { log: 'node: bad option: --max-old-space' },
};

const UNSETTLED_CURE = [
  'Nothing was left that could settle the await: what should resolve it never runs, or its handle was unreferenced or closed.',
];
const UNSETTLED_AWAIT: Cause = {
  id: 'unsettled-await',
  label: 'startup-failure',
  confidence: 0.95,
  matches: ({ ending }) => eventOf(ending, 'unsettled-await') !== undefined,
  resembles: ({ ending, code }) => eventOf(ending, 'unsettled-await') !== undefined || code === 13,
  cure: () => UNSETTLED_CURE,
  example: { log: 'Warning: Detected unsettled top-level await at file:///app/app.mjs:1' },
};

/** Told by Node where the log is without its warning. */
export const EXIT_13: Cause = {
  id: 'exit-code-13',
  label: 'startup-failure',
  confidence: 0.9,
  matches: ({ code }) => code === 13,
  cure: () => UNSETTLED_CURE,
  example: { log: 'web exited with code 13' },
};

/** What ends before anything of the program runs. */
export const BEFORE_START = [BAD_OPTION, UNSETTLED_AWAIT];

/** The path that could not be loaded, as it was asked for; "" for packages, and files of packages. */
function missingFileIn(message: string): string {
  const asked = /^Cannot find module '([^']{1,500})'/.exec(message)?.[1] ?? '';
  return /^(\.{0,2}[\\/]|file:|[A-Za-z]:[\\/])/.test(asked) && !/[\\/]node_modules[\\/]/.test(asked)
    ? asked
    : '';
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

const SETTINGS_CURE = [
  'Set what the message names in the environment of this deployment, and compare with one that starts.',
];
const STATUS_CURE = ['Correct what the status names; `kubectl describe pod` shows the whole message.'];

/** Modules that cannot be loaded. */
const LOADING: Cause[] = [
  errorCause({
    id: 'missing-file',
    label: 'startup-failure',
    confidence: 0.93,
    sign: ({ message }) => missingFileIn(message) !== '',
    cure: ({ chain }) => [
      `${missingFileIn(chain[0]!.message)} is a file of the program, not a package: is it in the image at that path (not left out by .dockerignore or .gitignore), spelled as the file is (case counts on Linux), and built or mounted before the start?`,
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
      'Is it in package.json under dependencies (not devDependencies), installed in the image, spelled as the file is (case counts on Linux), and built before the start?',
    ],
    example: { log: printed("Error: Cannot find module 'pg'", LOADER_FRAME, "code: 'MODULE_NOT_FOUND'") },
  }),
  errorCause({
    id: 'port-in-use',
    label: 'startup-failure',
    confidence: 0.93,
    sign: ({ code, message }) => code === 'EADDRINUSE' || /^listen EADDRINUSE/.test(message),
    resembles: (_, end) => codeOf(end) === 'EADDRINUSE',
    cure: ({ chain }) => [
      `Something listens there already: \`ss -ltnp\` names it. Usually an earlier copy that has not ended, or listen() called twice${chain[0]?.properties.port ? `; port ${chain[0].properties.port}` : ''}.`,
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
    resembles: ({ properties }) => properties.syscall === 'listen',
    cure: () => [
      'Ports below 1024 need privileges: listen above, and let the service or the balancer map the port.',
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
      'The package is an ES module: load it with `await import()`, make the caller an ES module, or use Node 22.12 or newer, where require() loads it.',
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
    cure: () => ['Start the compiled file, or a loader (tsx), or Node 22.18 or newer, which strips types.'],
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
      'The native addon does not fit: run `npm ci` or `npm rebuild` in the image itself, with the Node version and the C library that run it.',
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

/** Errors that say by themselves that a program could not start, whenever they came. */
export const CANNOT_START = LOADING;

/** "DATABASE_URL", "pool_size". */
const VARIABLE = /\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b/.source;
const LACKS = /\b(missing|invalid|required|unset|undefined|must be set|not set)\b/.source;
const IS_WRONG =
  /\b(is|must be|was|are) (missing|required|invalid|not set|undefined|unset|not defined|set|defined)/.source;
const SETTING = /\b(config|configuration|settings?|env|environment|variable|secret)\b/.source;

const ABOUT_SETTINGS = anyOf(
  /environment variable/,
  /\benv(ironment)? ?vars?\b/,
  /\bconfig(uration)?\b.*\b(missing|invalid|required|not (set|found|defined))/,
  new RegExp(`${LACKS}.*(${SETTING}|${VARIABLE})`),
  new RegExp(`${VARIABLE}.*${IS_WRONG}`),
);
const FILE_CODES = wordsLike(['ENOENT', 'EACCES', 'EPERM', 'ENOTDIR', 'EISDIR']);
const ofFile = (end: EndFacts) => FILE_CODES.test(codeOf(end));
const isMessageAlone = ({ name, frames }: CrashError) => name === '' && frames.length === 0;

/** Errors that keep a program from starting when they come while it is loaded. */
export const WHILE_LOADING: Cause[] = [
  errorCause({
    id: 'setting',
    label: 'startup-failure',
    confidence: 0.85,
    sign: ({ message }, { error }) => ABOUT_SETTINGS.test(message) && isWhileLoading(error!),
    resembles: (_, end) => !ofFile(end),
    cure: () => SETTINGS_CURE,
    example: {
      log: printed('Error: DATABASE_URL is required', 'need (node:internal/main/run_main_module:23:47)'),
    },
  }),
  errorCause({
    id: 'file-of-the-start',
    label: 'startup-failure',
    confidence: 0.8,
    sign: ({ code }, { error }) => FILE_CODES.test(code) && isWhileLoading(error!),
    resembles: (_, end) => ofFile(end),
    cure: ({ chain }) => [
      `The file must be there and readable for the user of the process${chain[0]?.properties.path ? `: ${chain[0].properties.path}` : ''}; check the mount and the working directory.`,
    ],
    example: {
      log: printed(
        "Error: ENOENT: no such file or directory, open '/etc/app.json'",
        'Module._compile (node:internal/modules/cjs/loader:1554:14)',
        "code: 'ENOENT'",
      ),
    },
  }),
];

/** A message without an error is all that its writer gives as the reason. */
export const isOnlyMessage = ({ error, decidedBy, isRejection }: EndFacts) =>
  decidedBy === 'program' && !isRejection && isMessageAlone(error!);

export const SETTING_SAID = errorCause({
  id: 'setting-said',
  label: 'startup-failure',
  confidence: 0.8,
  sign: (_, end) => isOnlyMessage(end) && ABOUT_SETTINGS.test(end.error!.message),
  resembles: () => false,
  cure: () => SETTINGS_CURE,
  example: { log: '{"level":60,"pid":7,"msg":"Missing environment variable DATABASE_URL"}' },
});

export const NOT_STARTED_BY_KUBERNETES: Cause = {
  id: 'container-cannot-start',
  label: 'startup-failure',
  confidence: 0.95,
  matches: ({ ending }) => eventOf(ending, 'told')?.label === 'startup-failure',
  cure: () => STATUS_CURE,
  example: {
    told: [{ kind: 'told', label: 'startup-failure', statement: 'the container cannot start', lines: [] }],
  },
};

/** 9: an invalid argument; 12: an invalid debugging option. */
export const BAD_START_CODE: Cause = {
  id: 'exit-code-9-or-12',
  label: 'startup-failure',
  confidence: 0.7,
  matches: ({ code }) => code === 9 || code === 12,
  cure: () => STATUS_CURE,
  example: { log: 'web exited with code 9' },
};

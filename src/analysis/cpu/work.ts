// What a busy stack is doing, in common words: known by the frames of Node and V8, and where V8 shows none (JSON, regular
// expressions and Intl run inside the caller's frame) by the text of the hot line.
import type { Frame } from '../../model/frame.ts';
import { isPassThrough } from './blame/pass-through.ts';

export type WorkKind =
  | 'console'
  | 'sync-fs'
  | 'child-process'
  | 'crypto'
  | 'zlib'
  | 'json'
  | 'regexp'
  | 'compile'
  | 'intl'
  | 'sort'
  | 'stack-trace'
  | 'dns'
  | 'serving'
  | 'plain';

export interface Work {
  kind: WorkKind;
  /** The call as people know it: "fs.readFileSync", "JSON.parse", "crypto.pbkdf2Sync"; null for plain code. */
  call: string | null;
}

/** Kinds that hold the event loop although an asynchronous form exists. */
export const SYNCHRONOUS: readonly WorkKind[] = ['console', 'sync-fs', 'child-process', 'crypto', 'zlib'];

/** How each kind is said in a sentence. */
export const WORK_NAMES: Record<WorkKind, string> = {
  console: 'synchronous writes to the console',
  'sync-fs': 'synchronous file access',
  'child-process': 'a synchronous child process',
  crypto: 'synchronous cryptography',
  zlib: 'synchronous compression',
  json: 'JSON conversion',
  regexp: 'a regular expression',
  compile: 'compiling code',
  intl: 'formatting by Intl',
  sort: 'sorting',
  'stack-trace': 'formatting stack traces',
  dns: 'name resolution',
  serving: 'reading and writing sockets',
  plain: 'plain code',
};

const MODULES: [pattern: RegExp, kind: WorkKind, prefix: string][] = [
  [/^node:(internal\/)?child_process$|^node:internal\/child_process/, 'child-process', 'child_process'],
  [/^node:(internal\/)?zlib$/, 'zlib', 'zlib'],
  [/^node:crypto$|^node:internal\/crypto\//, 'crypto', 'crypto'],
  [/^node:(fs|internal\/fs\/)/, 'sync-fs', 'fs'],
  [/^node:(vm|internal\/vm|internal\/modules|wasm)/, 'compile', 'vm'],
];

/**
 * `frames` innermost first; `lineText` is the hot line of the first frame that has a file. `isInTrace`: whether a frame before the
 * application's is a stack formatter; then of the others those up to the first of a user are enough.
 */
export function classifyWork(
  frames: readonly Frame[],
  lineText: string | undefined,
  isInTrace = formatsStack(frames),
): Work {
  const innermostUser = frames.findIndex((frame) => frame.owner === 'app' || frame.owner === 'library');
  const below = innermostUser < 0 ? frames : frames.slice(0, innermostUser);
  const written = consoleCall(below, frames[innermostUser]);
  if (written !== null) return { kind: 'console', call: written };
  if (isInTrace) return { kind: 'stack-trace', call: 'error.stack' };
  const byModule = classifyNodeFrames(below);
  if (byModule) return byModule;
  if (below.some((frame) => frame.functionName.startsWith('RegExp: '))) return { kind: 'regexp', call: null };
  if (
    below.some(
      (frame) =>
        frame.owner === 'node' &&
        /net$|http|stream|timers|process\/task|events|tls|diagnostics_channel|async_/.test(frame.file ?? ''),
    )
  )
    return { kind: 'serving', call: null };
  const byText = lineText === undefined ? null : classifyText(lineText);
  return byText && byText.kind !== 'plain' ? byText : { kind: 'plain', call: nativeCall(below) };
}

/** The name of the one function of V8's, Node's or an addon's that all of it is spent in; null where it is spent in JavaScript. */
function nativeCall([innermost, ...others]: readonly Frame[]): string | null {
  if (!innermost || others.some(({ owner }) => owner !== 'native')) return null;
  // What calls back is its callback's time.
  if (isPassThrough(innermost)) return null;
  if (innermost.file?.startsWith('wasm://')) return 'WebAssembly';
  const isNamed = innermost.owner === 'native' && /^[\w$.]+$/.test(innermost.functionName);
  return isNamed ? innermost.functionName : null;
}

/** V8 asks for the text when error.stack is first read; who looks up source maps for it does so there. */
export function isStackFormatter({ functionName }: Frame): boolean {
  return /(^|\.)prepareStackTrace/.test(functionName);
}

function formatsStack(frames: readonly Frame[]): boolean {
  const first = frames.find((frame) => frame.owner === 'app' || isStackFormatter(frame));
  return first !== undefined && first.owner !== 'app';
}

/** Loggers end in a synchronous write, too, where nobody told them otherwise. */
const LOGGERS =
  /^(pino|sonic-boom|winston|bunyan|log4js|debug|consola|signale|npmlog|loglevel|tslog|roarr)(@|$)/;
const CONSOLE =
  /^(node:)?(internal\/console\/|internal\/bootstrap\/switches\/is_main_thread|internal\/fs\/sync_write_stream|console)/;
/** Standard output is a socket, a terminal or a file; all of them write before they return. */
const WRITES =
  /^(node:)?(internal\/streams\/writable|_stream_writable|net|tty|internal\/stream_base_commons|fs)(\.js)?$/;

/** Old versions put the class before it. */
const METHOD = /^(?:Console\.)?(log|error|warn|info|debug|trace|dir|table|group|assert)$/;

/**
 * "console.error" where Node's frames show that the time goes into writing to the console; null elsewhere. `user` is the
 * frame that called them.
 */
function consoleCall(below: readonly Frame[], user: Frame | undefined): string | null {
  const own = below.filter((frame) => frame.owner === 'node');
  const inside = own.filter(({ file }) => CONSOLE.test(file ?? ''));
  const method = inside.map(({ functionName }) => METHOD.exec(functionName)?.[1]).findLast(Boolean);
  if (method) return `console.${method}`;
  // Loading the console, or making one, writes nothing.
  const isWritten = inside.length > 0 && own.some((frame) => WRITES.test(frame.file ?? ''));
  if (isWritten || below.some(({ functionName }) => functionName === 'consoleCall')) return 'console';
  const isLogger = user?.package != null && LOGGERS.test(user.package);
  return isLogger && own.some((frame) => WRITES.test(frame.file ?? ''))
    ? user.package!.replace(/(?<=.)@[^@/]*$/, '')
    : null;
}

/** The outermost of Node's frames is the function that was called: "pbkdf2Sync" rather than "run". */
function classifyNodeFrames(below: readonly Frame[]): Work | null {
  const nodeFrames = below.filter((frame) => frame.owner === 'node');
  for (const frame of nodeFrames.toReversed()) {
    const found = MODULES.find(([pattern]) => pattern.test(frame.file ?? ''));
    if (!found) continue;
    const [, kind, prefix] = found;
    const isSync = /Sync$/.test(frame.functionName) || kind === 'crypto' || kind === 'compile';
    if (!isSync && kind !== 'zlib') continue;
    const call =
      frame.functionName === 'syncBufferWrapper' ? `${prefix} *Sync` : `${prefix}.${frame.functionName}`;
    return { kind, call: frame.functionName === '(anonymous)' ? prefix : call };
  }
  return null;
}

const TEXTS: [pattern: RegExp, kind: WorkKind, call: string | null][] = [
  [/\bJSON\.parse\s*\(/, 'json', 'JSON.parse'],
  [/\bJSON\.stringify\s*\(/, 'json', 'JSON.stringify'],
  [/\w\.stringify\s*\(/, 'json', null],
  [/\bstructuredClone\s*\(/, 'json', 'structuredClone'],
  [/\.toLocale(String|DateString|TimeString)\s*\(|\bIntl\.|\.localeCompare\s*\(/, 'intl', null],
  [
    /\.(test|exec|match|matchAll)\s*\(|\.replace(All)?\s*\(\s*\/|\.split\s*\(\s*\/|new RegExp\s*\(/,
    'regexp',
    null,
  ],
  [/\bnew Function\s*\(|\beval\s*\(|\bvm\.|\brequire\s*\(/, 'compile', null],
  [/\.(sort|toSorted)\s*\(/, 'sort', null],
];

function classifyText(text: string): Work {
  const found = TEXTS.find(([pattern]) => pattern.test(text));
  return found ? { kind: found[1], call: found[2] } : { kind: 'plain', call: null };
}

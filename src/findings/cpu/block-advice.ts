// What to do about a call that blocks the event loop, by what it does and by what was profiled.
import type { BlockGroup } from '../../analysis/cpu/blocks.ts';
import type { WorkKind } from '../../analysis/cpu/work.ts';
import type { ProgramKind } from '../../model/profile-tables.ts';
import { formatDuration } from '../../units/units.ts';
import { packageOf, place } from '../wording.ts';

export const BLOCK_ADVICE: Record<WorkKind, string> = {
  console:
    'Log less here, or asynchronously: writes to a file, and outside Windows to a terminal, are synchronous, and each write to a pipe is a system call. A logger with its own thread or buffer (pino with a transport, sonic-boom with sync: false) does not block the event loop.',
  'sync-fs':
    'Use the asynchronous form (fs.promises). Read once at start and keep the result; write less often, and several changes at once.',
  'child-process':
    'Use spawn(), or execFile() with a callback: the *Sync form blocks everything until the child ends.',
  crypto:
    'Use the asynchronous form (crypto.pbkdf2, scrypt, randomBytes with a callback): it runs on the thread pool.',
  zlib: 'Use the asynchronous form or a stream (zlib.gzip, createGzip): it runs on the thread pool.',
  json: 'Send or parse less at once: page the result, stream it, or do it in a worker thread.',
  regexp:
    'Where the expression backtracks (nested repetition, alternatives that begin alike), rewrite it; bound the length of the input, or parse by hand.',
  compile: 'Load and compile once at start, not while serving.',
  intl: 'Create one Intl formatter for each locale and time zone, and reuse it: creating one costs far more than using it.',
  'stack-trace':
    'Read error.stack less often: its text is made when it is first read. With source maps (--enable-source-maps, source-map-support) each frame is looked up in the map, which Node.js 16 and older decode again each time. Do not read or log the stacks of errors that are expected, or run without source maps.',
  sort: 'Sort less at once, keep the data sorted, or sort in a worker thread.',
  dns: 'Use the asynchronous form.',
  serving: 'Send smaller parts at once.',
  plain:
    'Split the work into parts and yield to the event loop between them (setImmediate), or move it to a worker thread.',
};

/** Of code in a package, which nobody rewrites who uses it: what it can be given, and what it may be told. */
const PACKAGE_ADVICE: Partial<Record<WorkKind, string>> = {
  regexp:
    'The regular expressions belong to that package: bound the length of the input, cache the results of repeated inputs, and check whether a newer version is faster.',
  'sync-fs':
    'It accesses files synchronously: check whether it has an asynchronous form, or an option that avoids this (caching; no automatic updates or reloading).',
  'child-process':
    'Each call runs a child process and waits for it: call it once and keep the answer, or use its asynchronous form.',
  compile:
    'It compiles code: have it compile once, keep the result, and check whether caching is switched on (many packages cache only with NODE_ENV=production).',
  crypto: 'It computes on this thread: look for an asynchronous form in it, or use that of node:crypto.',
  zlib: 'It compresses on this thread: look for an asynchronous form in it, or use that of node:zlib.',
  json: 'It converts JSON: give it less at once, check which of its options skip work (checks, escaping, indentation), or cache the converted form.',
  intl: 'It makes locale formatters: have it keep one for each locale and time zone, or replace it with a cached Intl formatter.',
};

/** `name` is the package that the time goes to; null where it was said before. Null: what is said of all code holds. */
export function packageAdvice(kind: WorkKind, name: string | null): string | null {
  const advice = PACKAGE_ADVICE[kind];
  return advice ? `${name === null ? '' : `The time goes to ${name}. `}${advice}` : null;
}

const LONG_TASK =
  'Cut the task into parts that let the page answer in between (scheduler.yield(), or setTimeout), or move it to a Web Worker.';
const NATIVE_TASK =
  'Cut the task into parts that let the app answer in between (InteractionManager, setTimeout), or move it to native code.';

/** One call that nothing can cut into parts. `program` as below. */
export function nativeCallAdvice(call: string, program: ProgramKind | null): string {
  const elsewhere = program === 'page' ? 'a Web Worker' : 'a worker thread';
  return `\`${call}\` is a native call, and nothing else runs until it returns: give it less at once (a limit, an index, a smaller input), or call it in ${elsewhere}.`;
}

/** Methods of the language, whose cure is another way to write the code: `indexOf`, `slice`. */
export function isOfLanguage(call: string): boolean {
  return OF_LANGUAGE.has(call);
}

const OF_LANGUAGE: ReadonlySet<string> = new Set(
  [Array, String, Map, Set, RegExp, Uint8Array, Object.getPrototypeOf(Uint8Array) as { prototype: object }]
    .flatMap(({ prototype }) => Object.getOwnPropertyNames(prototype))
    .concat(Object.getOwnPropertyNames(Object)),
);

/** `program` null: a process that we watched. */
export function blockAdvice(kind: WorkKind, program: ProgramKind | null): string {
  const isPlain = ['plain', 'serving', 'sort', 'json', 'compile'].includes(kind);
  if (program === 'page' && isPlain) return LONG_TASK;
  if (program === 'react-native' && isPlain) return NATIVE_TASK;
  return BLOCK_ADVICE[kind];
}

/** What would make long blocks harmless, or cannot be told of them. */
export function blockInnocence(program: ProgramKind | null, uptimeSeconds: number | null): string {
  switch (program) {
    case null:
    case 'server':
      return uptimeSeconds === null
        ? 'Loading and compiling at start-up also block the event loop. These blocks occurred while the process was serving.'
        : `Loading and compiling at start-up also block the event loop. The process had been up for ${formatDuration(uptimeSeconds * 1_000)} when this capture began.`;
    case 'page':
      return 'While a page loads, long tasks are less noticeable than when somebody clicks or types.';
    case 'react-native':
      return 'While an app starts, long tasks are less noticeable than when somebody touches it.';
    default:
      return 'The profile does not show what waited for this event loop. At start-up, and in a program that serves no clients, a block does no harm.';
  }
}

/** A package is not cut into parts by who uses it: its input, its options and its versions are what can be changed. */
export function adviceFor(
  { blame: { app, library, inner }, work }: BlockGroup,
  program: ProgramKind | null,
): string[] {
  const isNative = work.kind === 'plain' && work.call !== null;
  const usual = isNative ? nativeCallAdvice(work.call!, program) : blockAdvice(work.kind, program);
  const owner = inner ?? library;
  if (!owner) return [usual];
  const known = packageAdvice(work.kind, packageOf(owner));
  if (known) return [known];
  if (work.kind !== 'plain') return [usual];
  const given = app ? `what ${place(app)} passes to it` : 'its input';
  return [
    `The time goes to ${packageOf(owner)}: bound ${given} (size, depth, number of parts), see which of its options limit the work, and whether a newer version does it faster.`,
    app ? usual : 'Or do this work in a worker thread.',
  ];
}

export function othersAdvice({ blame, others }: BlockGroup, program: ProgramKind | null): string[] {
  const told = (blame.inner ?? blame.library)?.package;
  return others.map(({ work, frame }) => {
    const name = frame.package;
    const known = name === null ? null : packageAdvice(work.kind, name === told ? null : name);
    return known ?? blockAdvice(work.kind, program);
  });
}

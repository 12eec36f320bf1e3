// What to do about a call that blocks the event loop, by what it does and by what was profiled.
import type { WorkKind } from '../../analysis/cpu/work.ts';
import type { ProgramKind } from '../../model/profile-tables.ts';
import { formatDuration } from '../../units/units.ts';

export const BLOCK_ADVICE: Record<WorkKind, string> = {
  console:
    'Log less here, or asynchronously: writes to a terminal, a file or a pipe are synchronous. A logger with its own thread or buffer (pino with a transport, sonic-boom with sync: false) does not hold the loop.',
  'sync-fs':
    'Use the asynchronous form (fs.promises). Read once at start and keep the result; write less often, several changes at once.',
  'child-process':
    'Use spawn or execFile with a callback: the *Sync form stops everything until the child ends.',
  crypto:
    'Use the asynchronous form (crypto.pbkdf2, scrypt, randomBytes with a callback): it runs on the thread pool.',
  zlib: 'Use the asynchronous form or a stream (zlib.gzip, createGzip): it runs on the thread pool.',
  json: 'Send or parse less at once: page the result, stream it, or do it in a worker thread.',
  regexp:
    'The expression backtracks. Remove nested repetition such as (a+)+, bound the length of the input, or parse by hand.',
  compile: 'Load and compile once at start, not while serving.',
  intl: 'Create one Intl formatter for each locale and time zone, and use it again: to create one costs far more than to use it.',
  sort: 'Sort less at once, keep the data sorted, or sort in a worker thread.',
  dns: 'Use the asynchronous form.',
  serving: 'Send smaller parts at once.',
  plain:
    'Cut the work into parts and give the event loop a turn between them (setImmediate), or move it to a worker thread.',
};

const LONG_TASK =
  'Cut the task into parts that let the page answer in between (scheduler.yield(), or setTimeout), or move it to a Web Worker.';
const NATIVE_TASK =
  'Cut the task into parts that let the app answer in between (InteractionManager, setTimeout), or move it to native code.';

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
        ? 'Loading and compiling at start-up block as well. These blocks came while the process was serving.'
        : `Loading and compiling at start-up block as well. The process had been up for ${formatDuration(uptimeSeconds * 1_000)} when this capture began.`;
    case 'page':
      return 'While a page loads, long tasks are less noticeable than when somebody clicks or types.';
    case 'react-native':
      return 'While an app starts, long tasks are less noticeable than when somebody touches it.';
    default:
      return 'The profile does not show what waited for this event loop. At start-up, and in a program that serves no clients, a block does no harm.';
  }
}

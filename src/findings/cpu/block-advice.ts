// What to do about a call that blocks the event loop, by what it does.
import type { WorkKind } from '../../analysis/cpu/work.ts';

export const BLOCK_ADVICE: Record<WorkKind, string> = {
  'sync-fs': 'Use the asynchronous form (fs.promises), or read once at start and keep the result.',
  'child-process':
    'Use spawn or execFile with a callback: the *Sync form stops everything until the child ends.',
  crypto:
    'Use the asynchronous form (crypto.pbkdf2, scrypt, randomBytes with a callback): it runs on the thread pool.',
  zlib: 'Use the asynchronous form or a stream (zlib.gzip, createGzip): it runs on the thread pool.',
  json: 'Send or parse less at once: page the result, stream it, or do it in a worker thread.',
  regexp:
    'The expression backtracks. Remove nested repetition such as (a+)+, bound the length of the input, or parse by hand.',
  compile: 'Load and compile once at start, not while serving.',
  intl: 'Make one Intl formatter for each locale and keep it.',
  sort: 'Sort less at once, keep the data sorted, or sort in a worker thread.',
  dns: 'Use the asynchronous form.',
  serving: 'Send smaller parts at once.',
  plain:
    'Cut the work into parts that give the event loop a turn (setImmediate), or move it to a worker thread.',
};

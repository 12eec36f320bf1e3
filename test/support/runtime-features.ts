// What differs between the versions of Node.js that a target may run: the source of the table in docs/node-versions.md.
// test/live/runtime-features.test.ts holds each row against the real binaries.
import { END_OF_LIFE } from '../../src/model/node-releases.ts';
import { MAJORS } from '../live/support/node-versions.ts';

export interface RuntimeFeature {
  /** A cell of Markdown. */
  what: string;
  /** Versions that have it. */
  majors: readonly number[];
  /**
   * How a process of that version tells. `code`: CommonJS that calls `tell(boolean)`; `flags`: node starts with them. A string: the
   * test that holds it.
   */
  seen: { code: string } | { flags: readonly string[] } | string;
}

const from = (oldest: number) => MAJORS.filter((major) => major >= oldest);

/** On 16 an inspector that was closed from inside does not open elsewhere while it is used. */
export const MOVES_INSPECTOR = from(18);

export const RUNTIME_FEATURES: readonly RuntimeFeature[] = [
  {
    what: '`--trace`: Node’s trace events',
    majors: from(16),
    seen: {
      code: `const { Session } = require('inspector'); const session = new Session(); session.connect();
session.post('NodeTracing.getCategories', (error) => tell(!error));`,
    },
  },
  {
    what: '`--why-alive`: timers that keep it alive are counted',
    majors: from(16),
    seen: { code: `tell(typeof process.getActiveResourcesInfo === 'function');` },
  },
  {
    what: 'inspector moved to a free port during a capture, so that processes that share a port can be watched at once',
    majors: MOVES_INSPECTOR,
    seen: 'test/live/side-by-side.test.ts',
  },
  {
    what: 'requests of the global `fetch`',
    majors: from(18),
    seen: { code: `tell(typeof fetch === 'function');` },
  },
  {
    what: 'requests of `node:http` are seen when they are made; before, when they get a socket',
    majors: from(22),
    seen: {
      code: `let made = false; require('diagnostics_channel').channel('http.client.request.created').subscribe(() => { made = true; });
require('http').get({ port: 1, host: '127.0.0.1' }).on('error', () => {}); setTimeout(() => tell(made), 50);`,
    },
  },
  {
    what: 'threads of libuv’s pool are distinguished from worker threads',
    majors: from(22),
    seen: {
      code: `require('crypto').pbkdf2('a', 'b', 1, 9, 'sha1', () => { const fs = require('fs');
tell(fs.readdirSync('/proc/self/task').some((id) => fs.readFileSync('/proc/self/task/' + id + '/comm', 'utf8') === 'libuv-worker\\n')); });`,
    },
  },
  {
    what: 'has `--disable-sigusr1`, which keeps culprit from attaching by pid',
    majors: from(22),
    seen: { flags: ['--disable-sigusr1'] },
  },
  {
    what: 'has `--permission`, which keeps culprit from attaching by pid',
    majors: from(22),
    seen: { flags: ['--permission'] },
  },
  {
    what: 'has `--allow-inspector`, which lets culprit attach under `--permission`',
    majors: from(24),
    seen: { flags: ['--permission', '--allow-inspector'] },
  },
];

/** culprit itself, and `culprit/testing`. */
const RUNS_CULPRIT = from(20);

/** The whole table of docs/node-versions.md. */
export function runtimeTable(): string {
  const row = (what: string, cell: (major: number) => string) =>
    `| ${what} | ${MAJORS.map(cell).join(' | ')} |`;
  const has = (majors: readonly number[]) => (major: number) => (majors.includes(major) ? 'yes' : '-');
  return [
    row('', String),
    `| --- |${' --- |'.repeat(MAJORS.length)}`,
    row('end of support', (major) => END_OF_LIFE[major] ?? 'not yet known'),
    row('runs culprit and `culprit/testing`', has(RUNS_CULPRIT)),
    row(
      'target of a capture, in a pod, too; `culprit triage` and `culprit heap` read what it wrote',
      () => 'yes',
    ),
    ...RUNTIME_FEATURES.map(({ what, majors }) => row(what, has(majors))),
  ].join('\n');
}

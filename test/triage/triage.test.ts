import { describe, expect, test } from 'vitest';
import { parseErrorText } from '../../src/triage/events/error-text.ts';
import { readNotice } from '../../src/triage/events/notices.ts';
import { readGcTrace } from '../../src/triage/read/gc-trace.ts';
import { linesOf } from '../../src/triage/read/lines.ts';
import { createUnwrapper } from '../../src/triage/read/unwrap.ts';
import { triage } from '../../src/triage/triage.ts';

async function* pieces(...parts: (string | Uint8Array)[]) {
  yield* parts;
}
const look = (log: string, exitCode?: number) =>
  triage({
    logs: [{ name: 'app', chunks: pieces(log) }],
    exit: exitCode === undefined ? undefined : { code: exitCode, signal: null },
    version: 'test',
  });
const boom = (line: number, id: number) =>
  `/app/a.js:${line}\n  throw new Error('no order ${id}');\n  ^\n\nError: no order ${id}\n    at find (/app/a.js:${line}:9)\n    at node:internal/timers:1:1\n\nNode.js v22.0.0\n`;

describe('lines', () => {
  test('cut between chunks, inside a character, with NULs and carriage returns', async () => {
    const bytes = Buffer.from('ä\0b\r\nlast');
    const lines: string[] = [];
    for await (const batch of linesOf(pieces(bytes.subarray(0, 1), bytes.subarray(1, 5), bytes.subarray(5))))
      lines.push(...batch.lines);
    expect(lines).toEqual(['äb', 'last']);
  });

  test('of many megabytes are cut, not kept', async () => {
    const lines: string[] = [];
    const huge = 'x'.repeat(1_000_000);
    for await (const batch of linesOf(pieces(huge, huge, huge, '\nend\n'))) lines.push(...batch.lines);
    expect(lines.map(({ length }) => length)).toEqual([64 * 1024, 3]);
  });
});

describe('what drivers put around a line', () => {
  test.each([
    ['2026-11-27T01:02:03.000000001Z Error: x', 'Error: x', ''],
    ['2026-11-27T01:02:03.000000001Z FATAL ERROR: Reached heap limit', 'FATAL ERROR: Reached heap limit', ''],
    ['2026-11-27T01:02:03.000000001Z     at f (/a.js:1:1)', '    at f (/a.js:1:1)', ''],
    ['[pod/a-1/web] 2026-11-27T01:02:03Z hi', 'hi', 'pod/a-1/web'],
    ['2026-11-27T01:02:03.1Z stderr F hi', 'hi', ''],
    ['Nov 27 01:02:03 host node[12]: hi', 'hi', ''],
    ['web-1  | hi', 'hi', 'web-1'],
    ['0|app  | hi', 'hi', 'app:0'],
    ['PM2        | 2026-01-02T10:00:00: PM2 log: hi', 'PM2 log: hi', ''],
    ['2026-01-02T10:00:00.000000+00:00 app[web.1]: hi', 'hi', 'web.1'],
    ['2026-01-02T10:00:00.000000+00:00 heroku[web.1]: hi', 'hi', 'web.1'],
    ['2026-01-02T10:00:00.000000+00:00 heroku[router]: hi', 'hi', ''],
    ['2026-01-02T10:00:00Z app[48e7e62f574d58] ams [info] hi', 'hi', ''],
    ['{"log":"hi\\n","stream":"stdout","time":"2026-11-27T01:02:03Z"}', 'hi', ''],
    ['\u001b[31mhi\u001b[0m', 'hi', ''],
    ['plain: words | here', 'plain: words | here', ''],
  ])('%j', (line, text, writer) => {
    expect(createUnwrapper()(line)).toMatchObject({ text, writer });
  });

  test('lines that CRI cut are whole again', () => {
    const unwrap = createUnwrapper();
    expect(unwrap('2026-11-27T01:02:03.1Z stdout P Error: ')).toBeNull();
    expect(unwrap('2026-11-27T01:02:03.1Z stdout F too long')?.text).toBe('Error: too long');
  });
});

test('one bug over restarts is one finding, whatever its ids and lines', async () => {
  const { findings } = await look(boom(3, 17) + boom(4, 99_812) + boom(3, 5));
  expect(findings.map(({ crash }) => crash.occurrences)).toEqual([3]);
});

test('two bugs are two findings, the more frequent first', async () => {
  const other = boom(9, 1).replaceAll('no order', 'no stock').replaceAll('find', 'take');
  const { findings } = await look(boom(3, 1) + other + boom(3, 2));
  expect(findings.map(({ crash }) => crash.occurrences)).toEqual([2, 1]);
});

test('an uncaught error, npm’s noise and the exit code are one finding', async () => {
  const { findings } = await look(
    `${boom(3, 1)}npm error code 1\nnpm error path /app\nweb-1 exited with code 1\n`,
    1,
  );
  expect(findings).toHaveLength(1);
  expect(findings[0]!.crash).toMatchObject({ label: 'uncaught-exception', exitCode: 1 });
});

test('an error that was logged long before a failed exit is not its cause', async () => {
  const log = `Error: old\n    at f (/app/a.js:1:1)\n${'served a request\n'.repeat(50)}`;
  const { findings } = await look(log, 1);
  expect(findings.map(({ crash }) => crash.label)).toEqual(['unknown']);
  expect(findings[0]!.crash.lines).toContain('served a request');
});

test.each([
  'searched for Killed',
  'GET /Aborted 200',
  'the worker exited with code 0 of the manual',
  '"Killed"',
  'User Terminated the session',
  'worker 4711 exited',
  'child process was killed by signal SIGTERM',
  'panic: runtime error: index out of range',
  'Memory limit of 512 MiB with 3 replicas',
  'logrotate.service: Deactivated successfully.',
  'postgresql.service: Main process exited, code=killed, status=9/KILL',
  'Out of memory: Killed process 12 (mysqld) total-vm:1kB, anon-rss:2kB',
  'Abort',
  'Job failed: no such order',
  'the renderer process was started, reason: user',
])('%j tells of no end', (line) => {
  expect(readNotice(line)).toEqual([]);
});

test.each([
  ['bash: line 1: 77 Segmentation fault      (core dumped) node a.js', { signal: 'SIGSEGV' }],
  ['Killed', { signal: 'SIGKILL' }],
  ['npm ERR! errno 134', { code: 134 }],
  ['shop.service: Main process exited, code=killed, status=9/KILL', { signal: 'SIGKILL' }],
  ['cronicle.service: Main process exited, code=killed, status=9/KILL', { signal: 'SIGKILL' }],
  ['PM2 log: App [app:0] exited with code [1] via signal [SIGINT]', { code: 1, signal: null }],
  [
    '[12.5] Memory cgroup out of memory: Killed process 9 (node) total-vm:1kB, anon-rss:2048kB',
    { rssBytes: 2_097_152 },
  ],
])('%j tells of an end', (line, told) => {
  expect(readNotice(line)).toMatchObject([told]);
});

test('the members of an AggregateError and their codes are read', () => {
  const error = parseErrorText([
    'AggregateError [ECONNREFUSED]: ',
    '    at internalConnectMultiple (node:net:1:1) {',
    "  code: 'ECONNREFUSED',",
    '  [errors]: [',
    '    Error: connect ECONNREFUSED ::1:5432',
    '        at afterConnect (node:net:2:2) {',
    "      address: '::1',",
    '      port: 5432',
    '    },',
    '    Error: connect ECONNREFUSED 127.0.0.1:5432',
    '  ]',
    '}',
  ]);
  expect(error).toMatchObject({ name: 'AggregateError', code: 'ECONNREFUSED' });
  expect(error.causes.map(({ message, properties }) => [message, properties.port])).toEqual([
    ['connect ECONNREFUSED ::1:5432', '5432'],
    ['connect ECONNREFUSED 127.0.0.1:5432', undefined],
  ]);
});

test('a GC trace is read in numbers', () => {
  const line =
    '[1:0x2] 1226 ms: Mark-Compact (reduce) 30.5 (34.0) -> 30.0 (32.5) MB, pooled: 0 MB, 20.45 / 0.00 ms  (average mu = 0.1)';
  expect(readGcTrace([line])).toEqual({
    beforeBytes: 30.5 * 2 ** 20,
    afterBytes: 30 * 2 ** 20,
    committedBytes: 34 * 2 ** 20,
    pauseMillis: 20.45,
    count: 1,
    uptimeMillis: 1226,
  });
});

test('a log that begins inside a stack still tells of the end', async () => {
  const { findings } = await look(
    'r (/app/a.js:1:1)\n    at find (/app/a.js:3:9)\n    at node:internal/timers:1:1\n\nNode.js v22.0.0\n',
  );
  expect(findings.map(({ crash, subject }) => [crash.label, subject.function])).toEqual([
    ['uncaught-exception', 'find'],
  ]);
});

test('a program that prints its Node version has not ended', async () => {
  expect((await look('Node.js v22.0.0\nlistening\n')).findings).toEqual([]);
});

test('a fatal error in JSON and then a new life is an end, under the same pid as well', async () => {
  const life = [
    '{"level":30,"pid":1,"msg":"listening on 3000"}',
    '{"level":60,"pid":1,"err":{"type":"RangeError","message":"too far","stack":"RangeError: too far\\n    at go (/app/a.js:1:1)"},"msg":"giving up"}',
  ];
  const { findings } = await look(`${[...life, ...life, ...life].join('\n')}\n`);
  expect(findings.map(({ crash }) => [crash.label, crash.occurrences])).toEqual([['uncaught-exception', 3]]);
});

test('two pods in one log, line by line in turn, are kept apart', async () => {
  const lines = boom(3, 1).split('\n');
  const both = lines.flatMap((line) => [`[pod/a-1/web] ${line}`, `[pod/b-2/web] ${line}`]).join('\n');
  const { findings } = await look(both);
  expect(findings.map(({ crash }) => [crash.occurrences, crash.writers])).toEqual([
    [2, ['pod/a-1/web', 'pod/b-2/web']],
  ]);
});

// What a program logged last: when it is the reason of its end, when it was survived, and when nobody can tell.
import { expect, test } from 'vitest';
import { triage } from '../../src/triage/triage.ts';

async function* text(log: string) {
  yield log;
}
const look = (lines: string[], exitCode?: number, podStatus?: unknown) =>
  triage({
    logs: [{ name: 'app.log', chunks: text(`${lines.join('\n')}\n`) }],
    exit: exitCode === undefined ? undefined : { code: exitCode, signal: null },
    podStatus,
    version: 'test',
  });
const line = (level: number, msg: string, more: object = {}) =>
  JSON.stringify({ level, time: 1_795_745_472_000, pid: 41, hostname: 'h', ...more, msg });
const err = (type: string, message: string, more: object = {}) => ({
  err: { type, message, stack: `${type}: ${message}\n    at go (/app/a.js:1:1)`, ...more },
});
const labels = ({ findings }: Awaited<ReturnType<typeof look>>) => findings.map(({ crash }) => crash.label);

const fatal = line(60, 'cache lost', err('Error', 'cache lost'));
const serving = line(30, 'still serving');

test('a fatal line is no crash when the same process goes on with its work', async () => {
  const report = await look([line(30, 'up'), fatal, line(50, 'retrying'), serving, serving]);
  expect(report.findings).toEqual([]);
  expect(report).toMatchObject({
    verdict: 'too-little-data',
    verdictReason:
      'No crash seen in 5 lines; the log does not say how the process ended: give --exit-code CODE or --pod-status FILE. Errors were logged that did not end the process; the last one: retrying',
  });
});

test('a fatal line is the end when only words of closing down follow, and is not called the last', async () => {
  const { findings } = await look([fatal, line(30, 'shutting down'), line(30, 'server closed')]);
  expect(findings[0]!.evidence[0]!.statement).toBe('the program logged it as fatal');
  const last = (await look([line(30, 'up'), fatal])).findings[0]!;
  expect(last.evidence[0]!.statement).toBe('the program logged it as fatal, and logged nothing after that');
});

test('a sibling that writes into the same log neither ends nor saves a process', async () => {
  const sibling = (msg: string) => line(30, msg, { pid: 42 });
  expect(labels(await look([sibling('up'), fatal, sibling('served')]))).toEqual(['uncaught-exception']);
});

test('nothing that was logged is a crash of a container that runs and was never restarted', async () => {
  const state = { name: 'web', restartCount: 0, state: { running: {} }, lastState: {} };
  const pod = { kind: 'Pod', metadata: { name: 'a' }, status: { containerStatuses: [state] } };
  expect(await look([fatal], undefined, pod)).toMatchObject({ verdict: 'healthy', findings: [] });
  const again = { ...pod, status: { containerStatuses: [{ ...state, restartCount: 2 }] } };
  expect(labels(await look([fatal], undefined, again))).toEqual(['uncaught-exception']);
});

test.each([undefined, 1])('a fatal message without an error is the reason, exit code %s', async (code) => {
  const { findings } = await look([line(60, 'Missing required environment variable DATABASE_URL')], code);
  expect(findings.map(({ title, crash }) => [title, crash.label, crash.component?.name])).toEqual([
    ['It could not start: Missing required environment variable DATABASE_URL', 'startup-failure', 'config'],
  ]);
});

test('the last error before a failed exit is the reason, whatever it says', async () => {
  const { findings } = await look([line(30, 'up'), line(50, 'The quota file has a bad checksum')], 1);
  expect(findings.map(({ title }) => title)).toEqual([
    'It ended with exit code 1 after it logged: The quota file has a bad checksum',
  ]);
  expect(findings[0]!.advice.join()).not.toContain('--exit-code');
});

test.each([
  ['JSON', [line(50, 'x', err('Error', 'listen EADDRINUSE: address already in use 0.0.0.0:3000'))]],
  ['text', ['Error: listen EADDRINUSE: address already in use 0.0.0.0:3000', '    at go (/app/a.js:1:1)']],
])('a log that ends with an error cannot tell whether that ended the process: %s', async (_, lines) => {
  const report = await look(lines);
  expect(report).toMatchObject({
    findings: [],
    verdict: 'too-little-data',
    verdictReason:
      'The log ends with an error but does not show whether the error ended the process: give --exit-code CODE or --pod-status FILE. The error: Error: listen EADDRINUSE: address already in use 0.0.0.0:3000',
  });
  expect((await look([...lines, serving])).verdictReason).toContain('No crash seen in');
  expect(labels(await look(lines, 1))).toEqual(['startup-failure']);
});

const topology = { type: 'Unknown', servers: {}, stale: false };

test('printed state under cause or reason is no cause, in JSON', async () => {
  const failed = err('MongooseServerSelectionError', 'connect ECONNREFUSED 127.0.0.1:27099', {
    reason: topology,
    cause: topology,
  });
  const { findings } = await look([line(60, 'giving up', failed)]);
  expect(findings[0]!.crash.causes.map(({ name }) => name)).toEqual(['MongooseServerSelectionError']);
  expect(findings[0]!.title).toBe(
    'The database at 127.0.0.1:27099 could not be reached: MongooseServerSelectionError: connect ECONNREFUSED 127.0.0.1:27099',
  );
});

test('printed state under cause or reason is no cause, in text', async () => {
  const { findings } = await look([
    '/app/a.js:1',
    '    throw e;',
    '    ^',
    '',
    'SelectionError: connect ECONNREFUSED 127.0.0.1:27099',
    '    at async main (/app/a.js:3:1) {',
    '  reason: TopologyDescription {',
    "    '127.0.0.1:27099' => ServerDescription {",
    '      error: NetworkError: connect ECONNREFUSED 127.0.0.1:27099',
    '          at afterConnect (/app/b.js:1:1)',
    '    }',
    '  },',
    '  [cause]: TopologyDescription {',
    '    error: NetworkError: x',
    '        at y (/app/z.js:1:1)',
    '  }',
    '}',
    '',
    'Node.js v22.1.0',
  ]);
  expect(findings[0]!.crash.causes.map(({ message }) => message)).toEqual([
    'connect ECONNREFUSED 127.0.0.1:27099',
  ]);
});

const refused = (port: number) => [
  `[driver] Unhandled error event: Error: connect ECONNREFUSED 127.0.0.1:${port}`,
  '    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1637:16)',
];
const gaveUp = [
  '/app/node_modules/driver/a.js:182',
  '    flush(e);',
  '    ^',
  '',
  'MaxRetriesPerRequestError: Reached the max retries per request limit (which is 1).',
  '    at Socket.<anonymous> (/app/node_modules/driver/a.js:182:37)',
  '',
  'Node.js v22.1.0',
];

test('an error without an address takes it from the errors logged just before', async () => {
  const { findings } = await look(['starting', ...refused(6399), ...refused(6399), ...gaveUp]);
  expect(findings[0]!.title).toContain('The cache at 127.0.0.1:6399 could not be reached');
  expect(findings[0]!.evidence.map(({ statement }) => statement)).toContain(
    'shortly before that, it logged: Error: connect ECONNREFUSED 127.0.0.1:6399',
  );
  expect(findings[0]!.advice[0]).toContain('Nothing listens at 127.0.0.1:6399');
});

test.each([
  ['two addresses', [...refused(6399), ...refused(5432)]],
  ['long ago', [...refused(6399), ...Array(60).fill('served')]],
])('no address is taken from errors of %s', async (_, before) => {
  const { findings } = await look([...before, ...gaveUp]);
  expect(findings[0]!.title).toContain('The cache could not be reached');
});

const full = (limit: string) => [
  `> node ${limit} app.js`,
  '<--- Last few GCs --->',
  '[1:0x2] 1226 ms: Mark-Compact 60.4 (68.0) -> 60.0 (66.5) MB, pooled: 0 MB, 20.45 / 0.00 ms  (average mu = 0.1)',
  'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
];

test.each([
  [
    '--max-old-space-size=60',
    '--max-old-space-size=96 instead of 60, 1.5 times the 60.4 MB that were in use',
  ],
  ['--max-old-space-size=200', '--max-old-space-size=304 instead of 200, 1.5 times that'],
  ['', '--max-old-space-size=96, 1.5 times the 60.4 MB that were in use'],
])('the heap limit to set agrees with its reason: %j', async (set, words) => {
  expect((await look(full(set))).findings[0]!.advice[1]).toContain(words);
});

test.each([
  ['./config/production.json', 'is a file of the program'],
  ['/app/dist/server.js', 'is a file of the program'],
  ['left-pad', 'Is it in package.json'],
  ['/app/node_modules/a/b.js', 'Is it in package.json'],
])('what cannot be found gets the advice for what it is: %s', async (asked, words) => {
  const { findings } = await look([
    'node:internal/modules/cjs/loader:1228',
    '  throw err;',
    '  ^',
    '',
    `Error: Cannot find module '${asked}'`,
    '    at Module._load (node:internal/modules/cjs/loader:1225:15) {',
    "  code: 'MODULE_NOT_FOUND'",
    '}',
    '',
    'Node.js v22.1.0',
  ]);
  expect(findings[0]!.advice[0]).toContain(words);
});

// A project of its own for one test runner, in a temporary folder: an application with leaks and healthy twins, a test
// file with expectNoLeak around each, and test files that leave something behind. Ran for real, read from its reports.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from './root.ts';

export type Runner = 'vitest' | 'jest' | 'node:test';

export interface Outcome {
  isPassed: boolean;
  message: string;
}

export interface RunnerProject {
  /** Runs these test files; outcomes by test name, and by file name for what failed beside the tests. */
  run(files: string[], env?: Record<string, string>): Promise<Map<string, Outcome>>;
  remove(): void;
}

const APP = `const { EventEmitter } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const net = require('node:net');
const { Worker } = require('node:worker_threads');
const sessions = new Map();
const bus = new EventEmitter().setMaxListeners(0);
const cache = new Map();
const agent = new http.Agent({ keepAlive: true });
let count = 0;
let server;
async function listen() {
  server ??= await new Promise((resolve) => {
    const made = http.createServer((_, response) => response.end('x'));
    made.listen(0, '127.0.0.1', () => resolve(made));
  });
  return server.address().port;
}
function remember() {
  sessions.set(count++, { at: count });
}
function poll() {
  setInterval(() => {}, 1000);
}
function follow() {
  bus.on('order', () => count);
}
async function connect() {
  const socket = net.connect(await listen(), '127.0.0.1');
  await new Promise((resolve) => socket.on('connect', resolve));
}
async function serve() {
  const extra = net.createServer();
  await new Promise((resolve) => extra.listen(0, '127.0.0.1', resolve));
}
function open() {
  fs.openSync('/etc/hostname', 'r');
}
async function work() {
  const worker = new Worker('setInterval(() => {}, 1000)', { eval: true });
  await new Promise((resolve) => worker.on('online', resolve));
}
function bounded() {
  cache.set(count++, 1);
  if (cache.size > 40) cache.delete(cache.keys().next().value);
}
async function request() {
  const options = { port: await listen(), agent, host: '127.0.0.1' };
  await new Promise((resolve, reject) =>
    http.get(options, (response) => response.resume().on('end', resolve)).on('error', reject),
  );
}
async function wait() {
  const timer = setInterval(() => {}, 5);
  await new Promise((resolve) => setTimeout(resolve, 12));
  clearInterval(timer);
}
module.exports = { remember, poll, follow, connect, serve, open, work, bounded, request, wait, listen };
`;

/** The line in the application, 1-based, that a leak of each kind must name. */
export function appLine(text: string): number {
  return APP.split('\n').findIndex((line) => line.includes(text)) + 1;
}

export const LEAKY = ['remember', 'poll', 'follow', 'connect', 'serve', 'open', 'work'];
export const CLEAN = ['bounded', 'request', 'wait', 'mock'];

const LEFT_BEHIND: Record<string, string> = {
  interval: 'setInterval(() => {}, 1000);',
  server:
    "await new Promise((resolve) => require('node:net').createServer().listen(0, '127.0.0.1', resolve));",
  worker:
    "await new Promise((resolve) => new (require('node:worker_threads').Worker)('setInterval(() => {}, 1000)', { eval: true }).on('online', resolve));",
  listener: "process.on('SIGUSR2', () => {});",
  file: "require('node:fs').openSync('/etc/hostname', 'r');",
};
export const LEFT = Object.keys(LEFT_BEHIND);

const TIDY = `let server;
test('requests over kept connections', async () => {
  const http = require('node:http');
  const agent = new http.Agent({ keepAlive: true });
  server = http.createServer((_, response) => response.end('x'));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const options = { port: server.address().port, agent, host: '127.0.0.1' };
  await new Promise((resolve) => http.get(options, (response) => response.resume().on('end', resolve)));
});
test('timers, files and listeners that are given back', async () => {
  const timer = setInterval(() => {}, 5);
  await new Promise((resolve) => setTimeout(resolve, 10));
  clearInterval(timer);
  setTimeout(() => {}, 200);
  setInterval(() => {}, 100).unref();
  await (await require('node:fs').promises.open('/etc/hostname')).close();
  const listener = () => {};
  process.on('SIGUSR2', listener);
  process.off('SIGUSR2', listener);
});
afterAll(() => new Promise((resolve) => setTimeout(() => {
  server.close(resolve);
  server.closeAllConnections();
}, 50)));
`;

/** Makes the project, with the packages of this one linked in. */
export function makeRunnerProject(runner: Runner): RunnerProject {
  const folder = mkdtempSync(join(tmpdir(), 'culprit-runner-'));
  const extension = runner === 'jest' ? 'js' : 'mjs';
  const head = headOf(runner);
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(ROOT, join(folder, 'node_modules/culprit'));
  const require = createRequire(join(ROOT, 'package.json'));
  for (const name of ['vitest', 'jest'])
    symlinkSync(dirname(require.resolve(`${name}/package.json`)), join(folder, 'node_modules', name));
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  write('app.cjs', APP);
  write('package.json', JSON.stringify({ name: 'tried', private: true }));
  write(
    'vitest.config.mjs',
    "export default { test: { include: ['*.test.mjs'], setupFiles: process.env.SET_UP ? ['culprit/testing/vitest'] : [] } };\n",
  );
  write(
    'jest.config.js',
    "module.exports = { testEnvironment: 'node', setupFilesAfterEnv: process.env.SET_UP ? ['culprit/testing/jest'] : [] };\n",
  );
  const timeout = runner === 'node:test' ? '' : ', 20000';
  const bodies = [...LEAKY, ...CLEAN].map(
    (name) =>
      `test('${name}', async () => { await expectNoLeak(() => ${name === 'mock' ? 'mock({ a: 1 })' : `app.${name}()`}); }${timeout});\n`,
  );
  write(
    `rounds.test.${extension}`,
    `${head}const { expectNoLeak } = require('culprit/testing');\nconst app = require('./app.cjs');\nconst mock = makeMock();\n${bodies.join('')}`,
  );
  write(`tidy.test.${extension}`, head + TIDY);
  for (const [name, line] of Object.entries(LEFT_BEHIND))
    write(`${name}.test.${extension}`, `${head}test('leaves it', async () => {\n  ${line}\n});\n`);
  return {
    run: (files, env = {}) =>
      runIn(
        folder,
        runner,
        files.map((name) => `${name}.test.${extension}`),
        env,
      ),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function headOf(runner: Runner): string {
  if (runner === 'jest') return 'const makeMock = () => jest.fn();\n';
  const more =
    "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);\n";
  return runner === 'vitest'
    ? `import { test, afterAll, vi } from 'vitest';\n${more}const makeMock = () => vi.fn();\n`
    : `import { test, after as afterAll, mock as mocks } from 'node:test';\n${more}const makeMock = () => mocks.fn();\n`;
}

const LONGEST_MILLIS = 50_000;

async function runIn(
  folder: string,
  runner: Runner,
  files: string[],
  env: Record<string, string>,
): Promise<Map<string, Outcome>> {
  const words = {
    vitest: ['node_modules/vitest/vitest.mjs', 'run', '--reporter=json', '--root', '.', ...files],
    jest: ['node_modules/jest/bin/jest.js', '--json', '--forceExit', '--runInBand', ...files],
    'node:test': [
      ...(env.SET_UP ? ['--import', 'culprit/testing/node'] : []),
      '--test-force-exit',
      '--test-reporter=tap',
      '--test',
      ...files,
    ],
  }[runner];
  const text = await outputOf(folder, words, env);
  return runner === 'node:test' ? fromTap(text) : fromJson(text);
}

function outputOf(cwd: string, words: string[], env: Record<string, string>): Promise<string> {
  // Of the runner that runs us, nothing may come through.
  const own = Object.entries(process.env).filter(([name]) => !/^(VITEST|JEST|NODE_|TEST|CULPRIT)/.test(name));
  return new Promise((resolve) => {
    const child = spawn(process.execPath, words, { cwd, env: { ...Object.fromEntries(own), ...env } });
    let text = '';
    child.stdout.on('data', (data) => {
      text += data;
    });
    child.stderr.resume();
    const late = setTimeout(() => child.kill('SIGKILL'), LONGEST_MILLIS);
    child.on('close', () => {
      clearTimeout(late);
      resolve(text);
    });
  });
}

interface JsonReport {
  testResults: {
    name: string;
    status: string;
    message?: string;
    assertionResults: { title: string; status: string; failureMessages: string[] }[];
  }[];
}

/** vitest and jest report alike. */
function fromJson(text: string): Map<string, Outcome> {
  const report = JSON.parse(text.slice(text.indexOf('{"num'))) as JsonReport;
  const outcomes = new Map<string, Outcome>();
  for (const { name, status, message = '', assertionResults } of report.testResults) {
    const file = /([\w-]+)\.test\./.exec(name)![1]!;
    outcomes.set(`${file}.test`, { isPassed: status === 'passed', message });
    for (const { title, status, failureMessages } of assertionResults)
      outcomes.set(title, { isPassed: status === 'passed', message: failureMessages.join('\n') });
  }
  return outcomes;
}

/** A hook that fails is told under the name of our own script: which file it was of is in the message. */
function fromTap(text: string): Map<string, Outcome> {
  const outcomes = new Map<string, Outcome>();
  for (const [, not, name, message = ''] of text.matchAll(/^(not )?ok \d+ - (.*)\n((?: .*\n)*)/gm)) {
    const file = /Leak: \S*\/([\w-]+\.test)\.mjs left something/.exec(message)?.[1];
    outcomes.set(file ?? name!, { isPassed: not === undefined, message });
  }
  return outcomes;
}

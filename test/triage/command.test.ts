// The command as people call it: files, options, exit codes, and what it says of bad input.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { reportErrors } from '../support/json-schemas.ts';
import { OUTPUTS } from './corpus.ts';

const CULPRIT = fileURLToPath(new URL('../../bin/culprit.js', import.meta.url));
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'culprit-triage-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const log = (name: string) => join(OUTPUTS, name, 'output.log');
function culprit(args: string[], input?: string | Buffer) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CULPRIT, 'triage', ...args], {
    encoding: 'utf8',
    input,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '' },
  });
  return { status, stdout, stderr };
}
function write(name: string, content: string | Buffer): string {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
}

test.each([
  'heap-limit-24-npm',
  'pg-refused-22',
  'cause-chain-24',
  'type-error-22-restarts',
  'ok-logged-errors',
])('what it prints: %s', async (name) => {
  const { stdout, status } = culprit([log(name)]);
  expect(status).toBe(0);
  await expect(stdout).toMatchFileSnapshot(`../golden/triage/${name}.txt`);
});

test('the JSON keeps to the schema', () => {
  for (const name of ['heap-limit-24-npm', 'aggregate-22', 'killed-22', 'ok-clean-exit']) {
    expect(reportErrors(JSON.parse(culprit([log(name), '--json']).stdout))).toEqual([]);
  }
});

test('a pod status says the same in YAML as in JSON', () => {
  const status = {
    kind: 'Pod',
    metadata: { name: 'shop' },
    status: {
      containerStatuses: [
        { name: 'shop', restartCount: 3, lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } } },
      ],
    },
  };
  const [json, yaml] = [write('pod.json', JSON.stringify(status)), write('pod.yaml', stringify(status))];
  const said = culprit(['--pod-status', yaml]);
  expect(said.stdout).toMatch(/OOMKilled|out of memory|memory limit/i);
  expect(said).toEqual(culprit(['--pod-status', json]));
});

test('a gate fails with 1, a quiet look says the title only', () => {
  const { stdout, status } = culprit([log('pg-refused-22'), '--fail-on', 'critical', '--quiet']);
  expect(status).toBe(1);
  expect(stdout.split('\n').filter((line) => line !== '')).toHaveLength(3);
  expect(culprit([log('ok-clean-exit'), '--fail-on', 'notice', '--exit-code', '0']).status).toBe(0);
});

test('a gate does not pass where the log does not say how the process ended', () => {
  const { stdout, status } = culprit([log('ok-retries'), '--fail-on', 'critical']);
  expect(status).toBe(3);
  expect(stdout).toContain('No crash seen in');
  expect(stdout).toContain('the log does not say how the process ended');
  expect(culprit([log('ok-retries')]).status).toBe(0);
  expect(culprit(['--help']).stdout.replaceAll(/\s+/g, ' ')).toContain(
    '3 with --fail-on, the log shows neither a crash nor how the process ended',
  );
});

test('standard input, .gz and several files in order', () => {
  const text = '/app/a.js:1\nx()\n^\n\nReferenceError: x is not defined\n    at run (/app/a.js:1:1)\n';
  const first = write('1.log.gz', gzipSync(text));
  const second = write('2.log', '    at node:internal/main/run_main_module:23:47\n\nNode.js v20.1.0\n');
  expect(culprit([first, second]).stdout).toContain(
    'Uncaught ReferenceError: x is not defined in run (/app/a.js:1)',
  );
  expect(culprit(['-'], text).stdout).toContain('ReferenceError');
});

test('source maps name the line that people wrote', () => {
  const source = write(
    'app.ts',
    '// A comment.\ninterface Cart { items?: string[] }\nfunction total(cart: Cart) {\n  return cart.items!.length;\n}\ntotal({});\n',
  );
  buildSync({
    entryPoints: [source],
    outfile: join(dir, 'app.js'),
    sourcemap: true,
    minify: true,
    bundle: true,
    platform: 'node',
  });
  const run = spawnSync(process.execPath, [join(dir, 'app.js')], { encoding: 'utf8' });
  const crash = write('crash.log', run.stderr.replaceAll(dir, '/app/dist'));
  expect(culprit([crash, '--sources', dir]).stdout).toContain('(/app/dist/app.ts:4)');
  expect(culprit([crash]).stdout).toContain('(/app/dist/app.js:1)');
});

describe('bad input is one sentence with the cure, exit code 2:', () => {
  const cases: [string, () => string[], string][] = [
    ['nothing', () => [], 'There is nothing to read.'],
    ['no such file', () => [join(dir, 'none.log')], 'does not exist.'],
    ['a folder', () => [dir], 'is a folder.'],
    ['an empty file', () => [write('empty.log', '')], 'is empty.'],
    ['a program', () => [process.execPath], 'is not a text file.'],
    [
      'a report of culprit',
      () => [write('c.json', JSON.stringify({ tool: { name: 'culprit' } }, null, 2))],
      'is a report that culprit wrote.',
    ],
    [
      'a pod status as a log',
      () => [write('p.json', JSON.stringify({ kind: 'Pod', status: {} }, null, 2))],
      "is a pod's status.",
    ],
    [
      'other JSON',
      () => [write('o.json', JSON.stringify({ a: { b: 1 } }, null, 2))],
      'neither a log nor a diagnostic report',
    ],
    [
      'a broken .gz',
      () => [write('b.gz', gzipSync('a'.repeat(9_000)).subarray(0, 20))],
      'cannot be unzipped',
    ],
    ['no exit code', () => [log('killed-22'), '--exit-code', 'many'], 'is not an exit code.'],
    ['no pod status', () => ['--pod-status', log('killed-22')], 'cannot be read as JSON or YAML'],
    [
      'events of another sort',
      () => [log('killed-22'), '--events', write('e.json', '{"a":1}')],
      'is not a list of events.',
    ],
    ['no folder of sources', () => [log('killed-22'), '--sources', log('killed-22')], 'is not a folder.'],
  ];
  test.each(cases)('%s', (_, args, words) => {
    const { status, stderr, stdout } = culprit(args());
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(words);
    expect(stderr.trimEnd().split('\n')).toHaveLength(2);
  });

  test('an empty standard input', () => {
    expect(culprit(['-'], '')).toMatchObject({ status: 2 });
  });
});

test('names from a log cannot write to the terminal', () => {
  const hostile = `/app/a.js:1\nx\n^\n\nError: \u001b]0;owned\u0007<script>\u202e\n    at f (/app/a.js:1:1)\n    at node:internal/x:1:1\n\nNode.js v20.1.0\n`;
  expect(culprit(['-'], hostile).stdout).not.toMatch(/[\u001b\u0007\u202e]/u);
});

test('the help names the sources of logs', () => {
  expect(execFileSync(process.execPath, [CULPRIT, 'triage', '--help'], { encoding: 'utf8' })).toContain(
    'kubectl logs',
  );
});

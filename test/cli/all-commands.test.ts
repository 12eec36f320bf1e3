// What is the same for all commands: exit codes, and what goes to which stream.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { afterAll, describe, expect, test } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';

const CULPRIT = fileURLToPath(new URL('../../bin/culprit.js', import.meta.url));
const all = (command: Command): Command[] => command.commands.flatMap((sub) => [sub, ...all(sub)]);
const nameOf = (command: Command): string =>
  command.parent?.parent == null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
const NAMES = all(createProgram([])).map(nameOf);

/** Not a git repository, and empty. */
const folder = mkdtempSync(join(tmpdir(), 'culprit-codes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function culprit(words: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CULPRIT, ...words], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { status, stdout, stderr };
}

/** Above every pid that Linux gives. */
const NOBODY = '99999999';

/** Words that each command takes, for what is not there. */
const NOT_THERE: Readonly<Record<string, readonly string[]>> = {
  diagnose: [NOBODY],
  record: [NOBODY, '--out', 'new.tgz'],
  watch: [NOBODY],
  k8s: ['shop', '--via', 'nobody'],
  analyze: ['none.tgz'],
  heap: ['none.heapsnapshot'],
  flame: ['none.tgz'],
  triage: ['none.log'],
  'triage k8s': ['shop', '--via', 'nobody'],
  open: ['none.html'],
  compare: ['none.tgz', 'none.tgz'],
  bench: ['--base', 'none', '--run', 'none'],
  ps: ['none'],
  preflight: [NOBODY],
  audit: [NOBODY],
  'audit k8s': ['shop', '--via', 'nobody'],
  help: ['none'],
  explain: ['none'],
  completion: ['none'],
};

/** Serves until its input ends, so there is nothing that is not there. */
const WITHOUT = new Set(['mcp']);

test('all commands are in the table', () => {
  expect(Object.keys(NOT_THERE).sort()).toEqual(NAMES.filter((name) => !WITHOUT.has(name)).sort());
});

describe.each(NAMES)('culprit %s', (name) => {
  const command = name.split(' ');

  test('ends with 0 after its help', () => {
    expect(culprit([...command, '--help'])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(`Usage: culprit ${name}`),
      stderr: '',
    });
  });

  test('ends with 2 for an option that it does not know', () => {
    const words = [...command, ...(NOT_THERE[name] ?? []), '--no-such-option'];
    expect(culprit(words)).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining("unknown option '--no-such-option'"),
    });
  });
});

test.each(Object.entries(NOT_THERE))(
  'culprit %s ends with 2 for what is not there, and says on standard error what to do',
  (name, words) => {
    const { status, stdout, stderr } = culprit([...name.split(' '), ...words]);
    expect({ status, stdout }, stderr).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^culprit: [^\n]+\n {2}[^\n]+\n/);
  },
);

// The commands of the CI examples in the documentation are commands that culprit takes. That they also work from end to end is for
// test/stress/ci-examples.mjs, which takes minutes.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { exampleCommands } from '../support/ci-commands.mjs';
import { CLI } from './support/root.ts';

const dir = mkdtempSync(join(tmpdir(), 'culprit-ci-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('there is one for GitHub Actions and one for GitLab CI', () => {
  expect(exampleCommands()).toHaveLength(2);
});

test.each(exampleCommands())('%s', (command) => {
  const bin = join(dir, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'culprit'), `#!/bin/sh\nexec ${process.execPath} ${CLI} "$@"\n`);
  chmodSync(join(bin, 'culprit'), 0o755);
  execFileSync('git', ['init', '-q', dir]);
  const env = {
    ...process.env,
    PATH: `${bin}:${process.env.PATH}`,
    GITHUB_BASE_REF: 'no-such-branch',
    CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'no-such-branch',
  };
  const { status, stderr } = spawnSync('/bin/sh', ['-c', command], { cwd: dir, env, encoding: 'utf8' });
  // Every option and every gate is understood: what is missing is the commit.
  expect([status, stderr]).toEqual([
    2,
    expect.stringContaining('There is no commit "origin/no-such-branch" here'),
  ]);
});

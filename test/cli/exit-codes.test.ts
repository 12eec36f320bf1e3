// The exit codes: one source of what they mean.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { exitCodesHelp } from '../../src/cli/options/help-text.ts';
import { AttachError, RecordingError, UsageError, WorkloadError } from '../../src/errors.ts';
import { EXIT, EXIT_MEANINGS, type ExitName, exitCodeOfError } from '../../src/exit-codes.ts';

test('the table in the README is what the code says', () => {
  const names = Object.keys(EXIT) as ExitName[];
  const rows = names.map(
    (name) => `| ${EXIT[name]} | ${EXIT_MEANINGS[name].brief}${EXIT_MEANINGS[name].detail} |`,
  );
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(['| exit code | meaning |', '| --- | --- |', ...rows, ''].join('\n'));
});

test('a help names the codes of its command only, in the order of the codes', () => {
  expect(exitCodesHelp({ cannotAttach: 'cannot attach', done: 'can attach' })).toBe(
    'Exit codes: 0 can attach, 3 cannot attach.',
  );
});

test('errors with a cure are wrong use, but for what could not be attached to or run', () => {
  expect([UsageError, RecordingError].map((kind) => exitCodeOfError(new kind('x')))).toEqual([2, 2]);
  expect([AttachError, WorkloadError].map((kind) => exitCodeOfError(new kind('x')))).toEqual([3, 3]);
});

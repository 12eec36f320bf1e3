// Errors that a program logs and lives on with: the most frequent one is said where nothing tells of an end.
import { expect, test } from 'vitest';
import { createLoggedErrors } from '../../src/triage/writer/logged-errors.ts';
import { triageText } from './triage-text.ts';

const emfile = (n: number) => `12:00:${n} Error: EMFILE: too many open files, open '/data/plugin-${n}.zip'`;

test('are one kind whatever their paths and numbers, and said with what to do next', async () => {
  const log = [
    'listening on 8080',
    emfile(10),
    'GET /plugins/10 500',
    emfile(11),
    "Error: ENOENT: no such file or directory, open '/data/x'",
    emfile(12),
    'GET /plugins/12 500',
  ].join('\n');
  const { verdict, verdictReason } = await triageText(log);
  expect(verdict).toBe('too-little-data');
  expect(verdictReason).toContain(
    "Errors were logged, most often (3 times): EMFILE: too many open files, open '/data/plugin-10.zip'. File descriptors had run out: `culprit diagnose PID` on the running process names what keeps them open.",
  );
});

test('are not said when logged once, nor of words that look alike', async () => {
  for (const log of [emfile(1), 'Error: EVERYTHING is fine\nError: EVERYTHING is fine', 'EMFILE\nEMFILE'])
    expect((await triageText(log)).verdictReason).not.toContain('most often');
});

test('are bounded', () => {
  const errors = createLoggedErrors();
  const letters = (n: number) => String.fromCharCode(65 + (n % 26), 65 + ((n / 26) % 26));
  for (let i = 0; i < 600; i++) errors.take(`Error: EA${letters(i)}X: no`);
  errors.take(`Error: EIO: ${'x'.repeat(5_000)}`);
  errors.take(`Error: EIO: ${'x'.repeat(5_000)}`);
  expect(errors.mostFrequent()).toBeNull();
});

// Set-up for vitest (`setupFiles: ['culprit/testing/vitest']`): each test file is checked before and after.
import { afterAll, expect } from 'vitest';
import { answerFor, leakCheckForFile, leakMode } from './file-check.ts';

if (leakMode() !== 'off') {
  const check = leakCheckForFile();
  // Hooks of a file run in reverse order: this one is the last.
  afterAll(() => answerFor(check, expect.getState().testPath ?? 'this test file'), 30_000);
}

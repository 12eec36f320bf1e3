// Set-up for node:test (`node --import culprit/testing/node --test`): each test file, a process of its own there, is
// looked at before and after. The process that only starts the others is left alone.
import process from 'node:process';
import { after } from 'node:test';
import { isMainThread } from 'node:worker_threads';
import { answerFor, leakCheckForFile, leakMode } from './file-check.ts';

const isTestFile = process.env.NODE_TEST_CONTEXT !== undefined || !process.execArgv.includes('--test');

if (isTestFile && isMainThread && leakMode() !== 'off') {
  const check = leakCheckForFile();
  // Hooks run in the order they were added: one added by a hook is the last.
  after(() => after(() => answerFor(check, process.argv[1] ?? 'this test file')));
}

// Set-up for node:test (`node --import culprit/testing/node --test`): each test file, a process of its own there, is checked
// before and after. The process that only starts the others is left alone.
import { AsyncResource } from 'node:async_hooks';
import process from 'node:process';
import { after, afterEach } from 'node:test';
import { isMainThread } from 'node:worker_threads';
import { answerFor, leakCheckForFile, leakMode, leakModeOf } from './file-check.ts';

/** Processes that a test forks inherit what Node was started with: they are no test files. */
const isForked = process.env.NODE_TEST_CONTEXT === undefined && process.channel !== undefined;
const isTestFile = process.env.NODE_TEST_CONTEXT !== undefined || !process.execArgv.includes('--test');

if (isTestFile && !isForked && isMainThread && leakMode() !== 'off') {
  const check = leakCheckForFile();
  const file = process.argv[1] ?? 'this test file';
  // A hook belongs to the test it is added in; from here it belongs to the file.
  const outside = new AsyncResource('culprit');
  let last = 0;
  const mode = process.env.CULPRIT_LEAKS;
  process.env.CULPRIT_LEAKS = 'off';
  // Hooks run in the order they were added: one is added after each test, and the last of them does it.
  afterEach(() => {
    const mine = ++last;
    outside.runInAsyncScope(() =>
      after(() => (mine === last ? answerFor(check, file, leakModeOf(mode)) : undefined)),
    );
  });
}

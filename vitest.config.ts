// Sorts of tests: those that need no process run side by side; those under test/live start servers and attach to them, and
// run one file at a time because cores are few; those of `culprit bench` and under test/pods take minutes and have scripts of their own.
import { defineConfig } from 'vitest/config';
import { viteCodeAsText } from './code-as-text.mjs';

/** Whole comparisons of commits: minutes. */
const BENCH = 'test/live/bench.test.ts';

export default defineConfig({
  test: {
    globalSetup: 'test/live/support/build-once.ts',
    projects: [
      {
        plugins: [viteCodeAsText],
        test: {
          name: 'offline',
          include: ['test/**/*.test.ts'],
          exclude: ['test/live/**', 'test/pods/**'],
          testTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        plugins: [viteCodeAsText],
        test: {
          name: 'live',
          include: ['test/live/**/*.test.ts'],
          exclude: [BENCH],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          maxWorkers: 1,
          maxConcurrency: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        plugins: [viteCodeAsText],
        test: {
          name: 'bench',
          include: [BENCH],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxConcurrency: 2,
          sequence: { groupOrder: 3 },
        },
      },
      {
        plugins: [viteCodeAsText],
        test: {
          name: 'pods',
          include: ['test/pods/**/*.test.ts'],
          testTimeout: 60_000,
          fileParallelism: false,
          maxConcurrency: 2,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});

// Sorts of tests: those that need no process of their own run side by side; those under test/live start servers and attach to them, and
// run one file at a time because cores are few. `npm test` runs the first and the core of the second, which needs nothing of the system.
// `npm run test:all` runs everything: whole comparisons (`culprit bench`) and containers (test/pods) as well, which take minutes.
import { defineConfig } from 'vitest/config';
import { viteCodeAsText } from './code-as-text.mjs';

/** Attach and leave no trace, export what was recorded, and the commands of the CI examples. */
const CORE = ['restore', 'pprof-export', 'ci-examples'].map((name) => `test/live/${name}.test.ts`);
/** Whole comparisons of commits. */
const BENCH = ['bench', 'action'].map((name) => `test/live/${name}.test.ts`);

const live = (name: string, groupOrder: number) => ({
  name,
  testTimeout: 60_000,
  hookTimeout: 60_000,
  fileParallelism: false,
  maxWorkers: 1,
  maxConcurrency: 2,
  // They look at processes on a machine that others use, too: in CI one that fails is tried twice more.
  retry: process.env.CI ? 2 : 0,
  sequence: { groupOrder },
});

export default defineConfig({
  test: {
    globalSetup: 'test/live/support/build-once.ts',
    reporters: ['default', './test/support/skips-reporter.ts'],
    projects: [
      {
        plugins: [viteCodeAsText],
        test: {
          name: 'offline',
          include: ['test/**/*.test.ts'],
          exclude: ['test/live/**', 'test/pods/**'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // The default leaves one core free, which is half of a small machine.
          maxWorkers: '100%',
          sequence: { groupOrder: 0 },
        },
      },
      { plugins: [viteCodeAsText], test: { ...live('core', 1), include: CORE } },
      {
        plugins: [viteCodeAsText],
        test: { ...live('live', 2), include: ['test/live/**/*.test.ts'], exclude: [...CORE, ...BENCH] },
      },
      { plugins: [viteCodeAsText], test: { ...live('pods', 3), include: ['test/pods/**/*.test.ts'] } },
      { plugins: [viteCodeAsText], test: { ...live('bench', 4), include: BENCH } },
    ],
  },
});

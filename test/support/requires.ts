// What tests need and a machine may not have. A test that lacks something is skipped with the reason, which the run lists at
// its end; in CI, a skip that is not expected fails the run (test/support/skips-reporter.ts).
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { beforeAll, beforeEach, type TestContext } from 'vitest';
import { findChromium } from '../live/support/chromium.ts';
import { containersUnavailable } from '../live/support/containers.ts';
import { findKubectl } from '../live/support/kubectl.ts';
import { installNodes } from '../live/support/node-versions.ts';
import { installProfilers } from '../live/support/profilers.ts';
import { whyNoGroup } from '../stress/memory-group.mjs';

/** Where Debian installs it. */
export const INIT = '/usr/bin/tini';

/** Each answers null, or why it is not there, in words for the list. */
const NEEDS = {
  chromium: () => (findChromium() === null ? 'no chromium or google-chrome is on the PATH' : null),
  containers: containersUnavailable,
  fish: () => unlessRuns('fish'),
  init: () => (existsSync(INIT) ? null : `${INIT} is not there (Debian: apt-get install tini)`),
  kubectl: async () => {
    const found = await findKubectl();
    return 'reason' in found ? found.reason : null;
  },
  mandoc: () => (existsSync('/usr/bin/mandoc') ? null : 'mandoc is not installed'),
  linux: () => (process.platform === 'linux' ? null : 'this is not Linux'),
  'memory group': () => whyNoGroup() ?? null,
  'other Node versions': installNodes,
  'other profilers': installProfilers,
  schedstat: () => (existsSync('/proc/self/schedstat') ? null : 'this kernel has no schedstat'),
  taskset: () => unlessRuns('taskset'),
  /** A distribution's Node may be a tiny program around libnode.so, which only its name gives away. */
  'whole node': () =>
    statSync(process.execPath).size > 30e6 ? null : `${process.execPath} is not all of Node.js`,
  zsh: () => unlessRuns('zsh'),
} satisfies Record<string, () => string | null | Promise<string | null>>;
export type Need = keyof typeof NEEDS;

function unlessRuns(program: string): string | null {
  const { status } = spawnSync(program, ['--version'], { stdio: 'ignore' });
  return status === 0 ? null : `${program} is not installed`;
}

const answers = new Map<Need, Promise<string | null>>();

/** The first that is missing, with the reason; null: all is there. Each is asked once a file, and installed where npm has it. */
export async function lacking(...needs: readonly Need[]): Promise<string | null> {
  for (const need of needs) {
    const answer = answers.get(need) ?? Promise.resolve(NEEDS[need]());
    answers.set(need, answer);
    const reason = await answer;
    if (reason !== null) return `${need}: ${reason}`;
  }
  return null;
}

/** An installation from npm. */
const ASKING_MILLIS = 320_000;

/** For all tests of the file or `describe` that calls it. Its own hooks follow; what they set up, they set up unless `lacking`. */
export function requires(...needs: readonly Need[]): void {
  asksFor(...needs);
  beforeEach((context) => skipUnless(context, ...needs));
}

/** For a file in which single tests call `skipUnless`: asks before them, because an installation takes longer than a test may. */
export function asksFor(...needs: readonly Need[]): void {
  beforeAll(async () => {
    await lacking(...needs);
  }, ASKING_MILLIS);
}

/** What it needs to run this binary, an entry of `thisNodeAnd`. */
export function needsOf(binary: string): readonly Need[] {
  return binary === process.execPath ? [] : ['other Node versions'];
}

/** For one test. */
export async function skipUnless(context: TestContext, ...needs: readonly Need[]): Promise<void> {
  const reason = await lacking(...needs);
  if (reason !== null) context.skip(reason);
}

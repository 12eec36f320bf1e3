// A reporter of vitest: lists at the end of a run what was skipped, by reason. With CULPRIT_TEST_SKIPS=fail, as CI sets it, a skip
// that EXPECTED does not name fails the run.
import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node';

/** Skips that depend on what happens, on a machine that has everything: file, and a part of the reason. */
const EXPECTED: readonly [file: string, reason: string, why: string][] = [
  [
    'test/live/cpu-starved.test.ts',
    'the kernel let it wait for',
    'the scheduler may favour the server over its neighbours, and then nothing is starved',
  ],
];

interface Skip {
  file: string;
  name: string;
  reason: string;
}

export default class SkipsReporter implements Reporter {
  private isSelection = false;

  onInit({ config }: Vitest): void {
    this.isSelection = config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    // With -t, all others are skipped.
    if (this.isSelection) return;
    const skips = modules.flatMap((module) => [...module.children.allTests()].flatMap(skipOf));
    if (skips.length === 0) return;
    process.stdout.write(`${describeSkips(skips)}\n`);
    const unexpected = skips.filter((skip) => !isExpected(skip));
    if (process.env.CULPRIT_TEST_SKIPS !== 'fail' || unexpected.length === 0) return;
    const list = unexpected.map(({ file, name, reason }) => `  ${file} > ${name}: ${reason}`);
    process.stderr.write(
      `${unexpected.length} skipped that should run here (expected skips: test/support/skips-reporter.ts):\n${list.join('\n')}\n`,
    );
    process.exitCode = 1;
  }
}

function skipOf(test: TestCase): Skip[] {
  const result = test.result();
  if (result.state !== 'skipped') return [];
  return [
    { file: test.module.relativeModuleId, name: test.fullName, reason: result.note ?? 'without a reason' },
  ];
}

function isExpected({ file, reason }: Pick<Skip, 'file' | 'reason'>): boolean {
  return EXPECTED.some(([where, part]) => file === where && reason.includes(part));
}

/** "12 skipped, containers: podman is not installed" */
function describeSkips(skips: readonly Skip[]): string {
  const counts = new Map<string, number>();
  for (const { reason } of skips) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, count]) => `${count} skipped, ${reason}`).join('\n');
}

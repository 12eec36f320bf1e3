// The live half of a comparison: check out both sides, run them in pairs until the verdict is sure or the budget is spent,
// compare. Everything that it creates is removed, however it ends.

import { UsageError, WorkloadError } from '../errors.ts';
import type { Comparison } from '../model/comparison/comparison.ts';
import { type Checkout, checkOut } from '../workload/checkout.ts';
import { startLeashed } from '../workload/leashed.ts';
import { findChangedFindings } from './bench-findings.ts';
import { measurePair, type PairSpec, SIDE_NAMES, type SideName } from './bench-pair.ts';
import { createPairs } from './bench-pairs.ts';
import { measureScriptPair } from './bench-script.ts';
import type { CompareResult } from './compare.ts';

export interface BenchOptions extends Omit<PairSpec, 'dirs'> {
  base: string;
  head: string;
  setup?: string;
  setupMillis: number;
  budgetMillis: number;
  /** So many, whatever the verdict; absent: until it is sure. */
  pairs?: number;
  smallest: number;
  /** Whether both sides are diagnosed at the end, for findings that are new. */
  diagnoses: boolean;
  /** Worktrees are made below it. */
  workDir: string;
  signal: AbortSignal;
  /** Whether the gates, too, are sure by now. */
  isDecided?(comparison: Comparison): boolean;
  onProgress?(step: string): void;
}

/** Throws UsageError or WorkloadError. Nothing of what it made is left when it is done, either way. */
export async function bench(options: BenchOptions): Promise<CompareResult> {
  const made: Checkout[] = [];
  try {
    for (const side of SIDE_NAMES) {
      options.onProgress?.(`checking out ${side}`);
      made.push(await checkOut(options[side], side, options.workDir));
    }
    const checkouts = { base: made[0]!, head: made[1]! };
    if (options.setup !== undefined) await setUp(options.setup, checkouts, options);
    return await runPairs(checkouts, options);
  } finally {
    for (const checkout of made) await checkout.remove();
  }
}

async function setUp(
  command: string,
  checkouts: Record<SideName, Checkout>,
  options: BenchOptions,
): Promise<void> {
  for (const side of SIDE_NAMES) {
    options.onProgress?.(`setting up ${side}`);
    const running = startLeashed(command, { cwd: checkouts[side].dir, env: process.env });
    const abort = () => void running.end();
    options.signal.addEventListener('abort', abort, { once: true });
    const timer = setTimeout(abort, options.setupMillis);
    const code = await running.ended;
    clearTimeout(timer);
    options.signal.removeEventListener('abort', abort);
    if (options.signal.aborted) throw new WorkloadError('Interrupted.');
    if (code !== 0)
      throw new WorkloadError(
        `The setup of ${side} failed: \`${command}\` ended with exit code ${code}.\n${running.tail().trim().split('\n').slice(-12).join('\n')}`,
        'Run it by hand in a clean checkout of that commit.',
      );
  }
}

const DIAGNOSIS_MILLIS = 20_000;

async function runPairs(
  checkouts: Record<SideName, Checkout>,
  options: BenchOptions,
): Promise<CompareResult> {
  const spec: PairSpec = { ...options, dirs: { base: checkouts.base.dir, head: checkouts.head.dir } };
  const diagnosisMillis = options.diagnoses ? DIAGNOSIS_MILLIS + 5_000 : 0;
  const measure = options.load === undefined ? measureScriptPair : measurePair;
  const pairs = createPairs(checkouts, {
    budgetMillis: Math.max(options.budgetMillis / 2, options.budgetMillis - diagnosisMillis),
    pairs: options.pairs,
    smallest: options.smallest,
    isDecided: options.isDecided,
    now: () => performance.now(),
    measure(pair, mode) {
      const words = mode === 'whole' ? 'pair of runs' : 'pair of runs with profiles';
      options.onProgress?.(`${words} ${pair + 1}`);
      return measure(pair, mode, spec, options.signal);
    },
  });
  const result = await pairs.untilSure();
  if (!options.diagnoses) return result;
  const look = { durationMillis: DIAGNOSIS_MILLIS, onProgress: options.onProgress };
  return pairs.look(await findChangedFindings(spec, look, options.signal));
}

/** A length of time that allows no pair at all is a mistake. */
export function checkBudget(budgetMillis: number): void {
  if (budgetMillis < 20_000)
    throw new UsageError(
      '--budget is too short: a pair of runs takes about 15 s.',
      'Give five minutes: --budget 5m.',
    );
}

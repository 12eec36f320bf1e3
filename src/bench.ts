// The live half of a comparison: check out both sides, run them in pairs until the verdict is sure or the budget is spent,
// compare. Whatever it makes is removed on every way out.

import { lookShare, plannedLooks } from './analysis/compare/looks.ts';
import { findChangedFindings } from './bench-findings.ts';
import { measurePair, type PairSpec, SIDE_NAMES, type SideName } from './bench-pair.ts';
import { measureScriptPair } from './bench-script.ts';
import type { RunMode } from './capture/run-capture.ts';
import { COMPARE_DEFAULTS, type CompareResult, compare } from './compare.ts';
import { UsageError, WorkloadError } from './errors.ts';
import type { Comparison, FindingChange } from './model/comparison.ts';
import type { Run } from './model/run.ts';
import { type Checkout, checkOut } from './workload/checkout.ts';
import { startLeashed } from './workload/leashed.ts';

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

/** Of the budget: to find out whether anything changed at all. The rest says which function it is. */
const WHOLE_PART = 0.62;
const LEAST_PARTS = 3;
const DIAGNOSIS_MILLIS = 20_000;

/** First pairs of whole runs until it is sure whether head differs; then pairs that tell the functions apart. */
async function runPairs(
  checkouts: Record<SideName, Checkout>,
  options: BenchOptions,
): Promise<CompareResult> {
  const diagnosisMillis = options.diagnoses ? DIAGNOSIS_MILLIS + 5_000 : 0;
  const budgetMillis = Math.max(options.budgetMillis / 2, options.budgetMillis - diagnosisMillis);
  const pairs = new Pairs(checkouts, { ...options, budgetMillis });
  await pairs.take('whole');
  const fits = (part: number) => Math.floor((part * budgetMillis) / pairs.spentMillis());
  const most = {
    whole: options.pairs ?? Math.max(2, fits(WHOLE_PART)),
    parts:
      options.pairs === undefined
        ? Math.max(LEAST_PARTS, fits(1 - WHOLE_PART))
        : Math.ceil(options.pairs / 2),
  };
  const isFixed = options.pairs !== undefined;
  const isWholeSure = ({ comparison }: CompareResult) =>
    comparison.verdict !== 'unsure' && (options.isDecided?.(comparison) ?? true);
  const isPartsSure = ({ comparison }: CompareResult) =>
    comparison.verdict === 'different' ? comparison.culprit !== null : pairs.count('parts') >= LEAST_PARTS;
  await pairs.until('whole', most.whole, isFixed ? () => false : isWholeSure);
  await pairs.until('parts', most.parts, isFixed ? () => false : isPartsSure);
  if (!options.diagnoses) return pairs.look();
  const look = { durationMillis: DIAGNOSIS_MILLIS, onProgress: options.onProgress };
  return pairs.look(await findChangedFindings(pairs.spec, look, options.signal));
}

/** The runs so far, and how often they were looked at. */
class Pairs {
  private readonly startedAt = performance.now();
  private readonly runs: Record<SideName, Run[]> = { base: [], head: [] };
  private readonly counts: Record<RunMode, number> = { whole: 0, parts: 0 };
  private readonly shares: Record<RunMode, number> = { whole: 1, parts: 1 };
  private looks = 0;
  readonly spec: PairSpec;

  constructor(
    private readonly checkouts: Record<SideName, Checkout>,
    private readonly options: BenchOptions,
  ) {
    this.spec = { ...options, dirs: { base: checkouts.base.dir, head: checkouts.head.dir } };
  }

  count(mode: RunMode): number {
    return this.counts[mode];
  }

  spentMillis(): number {
    return performance.now() - this.startedAt;
  }

  async take(mode: RunMode): Promise<void> {
    const pair = this.runs.base.length;
    this.options.onProgress?.(
      `${mode === 'whole' ? 'pair of runs' : 'pair of runs with profiles'} ${pair + 1}`,
    );
    const measure = this.spec.load === undefined ? measureScriptPair : measurePair;
    const { base, head } = await measure(pair, mode, this.spec, this.options.signal);
    this.runs.base.push(base);
    this.runs.head.push(head);
    this.counts[mode]++;
  }

  /** Takes pairs and looks at them from time to time, until it is sure, there are `most`, or the budget is spent. */
  async until(
    mode: RunMode,
    most: number,
    isSure: (result: CompareResult) => boolean,
  ): Promise<CompareResult> {
    let before = 0;
    for (const next of this.options.pairs === undefined ? plannedLooks(most) : [most]) {
      while (this.counts[mode] < next && this.hasTime(mode)) await this.take(mode);
      this.shares[mode] = lookShare(this.counts[mode], before, most);
      before = this.counts[mode];
      this.looks++;
      const result = this.look();
      if (isSure(result) || this.counts[mode] < next || next >= most) return result;
    }
    return this.look();
  }

  /** A few pairs tell nothing at all: those are taken whatever they cost. */
  private hasTime(mode: RunMode): boolean {
    if (this.options.pairs !== undefined || this.counts[mode] < 2) return true;
    const pairMillis = this.spentMillis() / this.runs.base.length;
    return this.spentMillis() + 0.8 * pairMillis < this.options.budgetMillis;
  }

  /** All that is known by now, with the findings where they were looked for. */
  look(findings?: FindingChange[]): CompareResult {
    const side = (name: SideName) => ({ ...this.checkouts[name], runs: this.runs[name] });
    const result = compare(side('base'), side('head'), findings ?? [], {
      ...COMPARE_DEFAULTS,
      smallest: this.options.smallest,
      lookShare: this.shares.whole,
      functionLookShare: this.shares.parts,
      looks: this.looks,
      seconds: Math.round(this.spentMillis() / 1_000),
    });
    result.comparison.findingsCompared = findings !== undefined;
    result.comparison.warnings.unshift(...SIDE_NAMES.flatMap((name) => this.checkouts[name].notes));
    return result;
  }
}

/** A length of time that allows no pair at all is a mistake. */
export function checkBudget(budgetMillis: number): void {
  if (budgetMillis < 20_000)
    throw new UsageError(
      '--budget is too short: a pair of runs takes some 15 s.',
      'Give five minutes: --budget 5m.',
    );
}

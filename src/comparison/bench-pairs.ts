// How many pairs of runs are taken, and when they are evaluated: whole runs, and runs that measure single functions, in
// turn, until it is sure whether head differs, and by which function.
import { lookShare, plannedLooks } from '../analysis/compare/looks.ts';
import type { RunMode } from '../capture/run-capture.ts';
import type { Comparison, FindingChange } from '../model/comparison/comparison.ts';
import type { Run } from '../model/comparison/run.ts';
import type { PairOfRuns, SideName } from './bench-pair.ts';
import { COMPARE_DEFAULTS, type CompareResult, compare } from './compare.ts';

export interface PairsPlan {
  budgetMillis: number;
  /** So many, whatever the verdict; of those with profiles half as many. Absent: until it is sure. */
  pairs?: number;
  smallest: number;
  /** Whether more than the verdict is sure by now. */
  isDecided?(comparison: Comparison): boolean;
  /** Milliseconds, monotonic. */
  now(): number;
  measure(pair: number, mode: RunMode): Promise<PairOfRuns>;
}

export interface MeasuredSide {
  label: string;
  commit: string | null;
  notes: string[];
}

export interface Pairs {
  /** Takes pairs until the verdict is sure or the budget is spent. */
  untilSure(): Promise<CompareResult>;
  /** All that is known by now, with the findings where they were looked for. */
  look(findings?: FindingChange[]): CompareResult;
}

export function createPairs(sides: Record<SideName, MeasuredSide>, plan: PairsPlan): Pairs {
  const startedAt = plan.now();
  const spentMillis = () => plan.now() - startedAt;
  const isFixed = plan.pairs !== undefined;
  const runs: Record<SideName, Run[]> = { base: [], head: [] };
  const counts: Record<RunMode, number> = { whole: 0, parts: 0 };
  let share = 1;
  let looks = 0;

  const take = async (mode: RunMode) => {
    const { base, head } = await plan.measure(runs.base.length, mode);
    runs.base.push(base);
    runs.head.push(head);
    counts[mode]++;
  };
  const look = (findings?: FindingChange[]): CompareResult => {
    const side = (name: SideName) => ({ ...sides[name], runs: runs[name] });
    const result = compare(side('base'), side('head'), findings ?? [], {
      ...COMPARE_DEFAULTS,
      smallest: plan.smallest,
      lookShare: share,
      functionLookShare: share,
      looks,
      seconds: Math.round(spentMillis() / 1_000),
    });
    result.comparison.findingsCompared = findings !== undefined;
    result.comparison.warnings.unshift(...sides.base.notes, ...sides.head.notes);
    return result;
  };
  const hasTime = () => {
    if (isFixed || counts.whole < LEAST_PAIRS) return true;
    const bothMillis = spentMillis() / counts.whole;
    return spentMillis() + (1 - OVERTIME) * bothMillis < plan.budgetMillis;
  };
  const isSure = ({ comparison }: CompareResult) => {
    const { verdict, culprit, metrics } = comparison;
    const isSlower = metrics.some(({ name, verdict }) => name === 'cpu.total' && verdict === 'different');
    if (verdict === 'unsure' || (isSlower && culprit === null)) return false;
    return plan.isDecided?.(comparison) ?? true;
  };
  const takeBoth = async () => {
    await take('whole');
    if (plan.pairs === undefined || counts.parts < plan.pairs / 2) await take('parts');
  };
  return {
    look,
    async untilSure() {
      await takeBoth();
      // As many as there is time for when all take as long as the first.
      const affordable = Math.floor(plan.budgetMillis / Math.max(1, spentMillis()) + OVERTIME);
      const most = plan.pairs ?? Math.max(LEAST_PAIRS, affordable);
      let before = 0;
      for (const next of isFixed ? [most] : plannedLooks(most)) {
        while (counts.whole < next && hasTime()) await takeBoth();
        const isOutOfTime = counts.whole < next;
        // The clock ends it, not what was seen: the last look takes what the looks before left.
        share = lookShare(isOutOfTime ? most : counts.whole, before, most);
        before = counts.whole;
        looks++;
        if (isOutOfTime || (!isFixed && isSure(look()))) break;
      }
      return look();
    },
  };
}

/** The part of a pair that the last one may take beyond the budget. */
const OVERTIME = 0.2;

/** Fewer tell nothing at all: they are taken whatever they cost. */
const LEAST_PAIRS = 2;

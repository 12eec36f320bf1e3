// How much each metric changed, with its interval and verdict.
import type { MetricChange } from '../../model/comparison/comparison.ts';
import { METRICS, type MetricName, type Run } from '../../model/comparison/run.ts';
import { changeOf, UNMEASURED } from './change.ts';
import { estimate, intervalOf } from './estimate.ts';
import type { Sides } from './sides.ts';

/**
 * The parts of the chance of a false alarm. What is not here is shown and can be gated, but says too little by itself to
 * call two sides different: it follows from the others, or it is the load tool's.
 */
export const METRIC_SHARES: Partial<Record<MetricName, number>> = {
  'cpu.total': 0.25,
  'alloc.perRequest': 0.1,
  'heap.leak': 0.1,
  'heap.floor': 0.05,
  // Measured only where the heap's floor is not.
  'heap.live': 0.05,
  'handles.after': 0.05,
  'fds.after': 0.05,
};
const OTHER_SHARE = 0.05;

/** What counts as the same, where a part of base says nothing; in the metric's unit. A leaked object has 16 bytes at least. */
const SMALLEST: Partial<Record<MetricName, number>> = {
  'heap.leak': 16,
  'handles.after': 0.5,
  'fds.after': 0.5,
  'gc.pause': 1,
  'loop.delay': 2,
};

/** What one run differs from the next at least, where the few seen happen to agree. */
const LEAST_SPREAD: Partial<Record<MetricName, number>> = {
  'handles.after': 0.3,
  'fds.after': 0.3,
  'heap.leak': 1,
};

/** A cache that fills once, code that is compiled: less is no news. */
const LEAST_HEAP_CHANGE = 512 * 1024;

export interface MetricLimits {
  /** For all that is compared, at this look. */
  falseAlarm: number;
  smallest: number;
  confidence: number;
}

/** Those measured on at least one side, in the order of METRICS. */
export function metricChanges(sides: Sides, limits: MetricLimits): MetricChange[] {
  return (Object.keys(METRICS) as MetricName[]).flatMap((name) => {
    const { better, words } = METRICS[name];
    const unit = unitOf(name, sides);
    const of = (run: Run) => run.metrics[name];
    const samples = sides.samples(of);
    const isMeasured = [...sides.base, ...sides.head].some((run) => of(run) !== undefined);
    if (!isMeasured || (isPerWork(name) && !isOneUnit([...sides.base, ...sides.head]))) return [];
    const common = { name, unit, better, words };
    if (!samples) return [{ ...common, ...UNMEASURED, ...sides.means(of) }];
    const change = changeOf(samples, {
      alpha: limits.falseAlarm * (METRIC_SHARES[name] ?? OTHER_SHARE),
      confidence: limits.confidence,
      better,
      isRelative: !(name in SMALLEST),
      smallest: SMALLEST[name] ?? smallestPart(name, samples.base, limits.smallest),
      leastSpread: LEAST_SPREAD[name] ?? 0,
    });
    // Not every run measures every metric: said are runs of all sorts.
    const runsNeeded = scaled(change.runsNeeded, sides.base.length / samples.base.length);
    return [{ ...common, ...change, runsNeeded, ...headInterval(sides.head, of, limits.confidence) }];
  });
}

/** Counted by what was done meanwhile: a request, a run of a script, or a second. */
const isPerWork = (name: MetricName) => METRICS[name].unit.endsWith('/request');

/** Whether costs of these runs are in one unit. */
export function isOneUnit(runs: readonly Run[]): boolean {
  return new Set(runs.map(({ per }) => per)).size < 2;
}

/** What is no request is not called one: a run of a script, or a second. */
function unitOf(name: MetricName, { base, head }: Sides): string {
  const per = [...base, ...head][0]?.per ?? 'request';
  const counted = per === 'second' ? 's' : per;
  return METRICS[name].unit.replace('/request', `/${counted}`);
}

export function scaled(runs: number | null, factor: number): number | null {
  return runs === null ? null : Math.ceil(runs * factor);
}

/** Of the mean of head's runs by itself. */
function headInterval(
  head: readonly Run[],
  of: (run: Run) => number | undefined,
  confidence: number,
): Pick<MetricChange, 'headLow' | 'headHigh'> {
  const values = head.map(of).filter((value) => value !== undefined);
  if (values.length < 2) return { headLow: null, headHigh: null };
  // Against nothing that varies: what is left is the spread of head.
  const [headLow, headHigh] = intervalOf(
    estimate({ paired: true, base: values.map(() => 0), head: values }),
    confidence,
  );
  return { headLow, headHigh };
}

function smallestPart(name: MetricName, base: readonly number[], smallest: number): number {
  if (name !== 'heap.floor' && name !== 'heap.live' && name !== 'rss.after') return smallest;
  const size = base.reduce((sum, value) => sum + value, 0) / base.length;
  return Math.max(smallest, LEAST_HEAP_CHANGE / Math.max(1, size));
}

// The verdict on two sides: different, same, or more runs are needed; and the function to name for it.
import type { ComparedRuns } from '../../analysis/compare/compare-runs.ts';
import { type ComparedFunction, ownerOfChange } from '../../analysis/compare/function-changes.ts';
import { METRIC_SHARES } from '../../analysis/compare/metric-changes.ts';
import { isInProportion } from '../../analysis/compare/proportion.ts';
import type {
  ChangeVerdict,
  Comparison,
  Direction,
  FindingChange,
  FunctionChange,
  MetricChange,
} from '../../model/comparison/comparison.ts';
import type { MetricName } from '../../model/comparison/run.ts';
import { reasonFor } from './comparison-words.ts';

export type Judgement = Pick<
  Comparison,
  'verdict' | 'direction' | 'verdictReason' | 'runsNeeded' | 'culprit'
>;

/** With fewer runs a side the spread of the runs is a guess. */
const LEAST_RUNS = 3;
/** A function that explains less of the change is not what changed. */
const CULPRIT_PART = 0.2;

export function judgeComparison(compared: ComparedRuns, findings: readonly FindingChange[]): Judgement {
  const judged = compared.metrics.filter(({ name }) => isJudged(name, compared));
  const changes = [...judged, ...compared.functions.map(({ change }) => change)];
  const different = changes.filter(({ verdict }) => verdict === 'different');
  const isNew = findings.some(({ presence, accepted }) => presence === 'new' && accepted === null);
  const unsure = judged.filter(
    ({ verdict, base, head }) => verdict === 'unsure' && base !== null && head !== null,
  );
  if (isNothing(compared, findings)) return NOTHING_COMPARED;
  const verdict: ChangeVerdict =
    different.length > 0 || isNew
      ? 'different'
      : unsure.length > 0 || isBlind(judged, compared)
        ? 'unsure'
        : 'same';
  const isEven = isAllInProportion(compared);
  const { culprit, library } = isEven ? { culprit: null, library: null } : findCulprit(compared);
  const judgement = {
    verdict,
    direction: directionOf(different, isNew),
    runsNeeded: verdict === 'unsure' ? runsNeeded(compared, unsure) : null,
    culprit,
  };
  return { ...judgement, verdictReason: reasonFor(judgement, compared, { findings, library, isEven }) };
}

/** Nothing was measured on both sides, and no finding says anything. */
function isNothing({ metrics, functions }: ComparedRuns, findings: readonly FindingChange[]): boolean {
  return !metrics.some(isOnBoth) && functions.length === 0 && findings.length === 0;
}

const isOnBoth = ({ base, head }: MetricChange) => base !== null && head !== null;

const NOTHING_COMPARED: Judgement = {
  verdict: 'unsure',
  direction: 'none',
  runsNeeded: null,
  culprit: null,
  verdictReason: 'Nothing was compared: no metric was measured on both sides.',
};

function isAllInProportion({ metrics, costs, sides }: ComparedRuns): boolean {
  const total = metrics.find(({ name }) => name === 'cpu.total' || name === 'heap.live');
  const isCounted = [...sides.base, ...sides.head].every(({ per }) => per !== 'second');
  return (
    isCounted &&
    total?.verdict === 'different' &&
    total.change !== null &&
    isInProportion(costs, total.change)
  );
}

/** What a second costs is as much a matter of the load as of the code. */
function isJudged(name: MetricName, { sides }: ComparedRuns): boolean {
  const isCounted = [...sides.base, ...sides.head].every(({ per }) => per !== 'second');
  return METRIC_SHARES[name] !== undefined && (isCounted || name !== 'cpu.total');
}

/** Nothing but functions to go by, and too few runs to know any of them. */
function isBlind(judged: readonly MetricChange[], { functions, sides }: ComparedRuns): boolean {
  if (judged.length > 0) return false;
  const runs = Math.min(sides.base.length, sides.head.length);
  return runs < LEAST_RUNS || functions.some(({ change }) => change.verdict === 'unsure');
}

/** What got worse counts more than what got better. */
function directionOf(different: readonly { direction: Direction }[], isNew: boolean): Direction {
  if (isNew || different.some(({ direction }) => direction === 'worse')) return 'worse';
  return different.length > 0 ? 'better' : 'none';
}

/** The metric that needs most; where nothing but functions is known, the function that does. */
function runsNeeded({ sides, functions }: ComparedRuns, unsure: readonly MetricChange[]): number | null {
  if (Math.min(sides.base.length, sides.head.length) < LEAST_RUNS) return LEAST_RUNS + 2;
  const cpu = unsure.filter(({ name }) => name === 'cpu.total');
  const open = functions.map(({ change }) => change).filter(({ verdict }) => verdict === 'unsure');
  const [asked] = [cpu, unsure, open].filter((changes) => changes.length > 0);
  const needed = (asked ?? []).map(({ runsNeeded }) => runsNeeded);
  return needed.length === 0 || needed.includes(null) ? null : Math.max(...needed.map((runs) => runs ?? 0));
}

interface Culprit {
  culprit: FunctionChange | null;
  /** When the time itself is spent in a library on the culprit's behalf. */
  library: FunctionChange | null;
}

function findCulprit(compared: ComparedRuns): Culprit {
  const { functions, metrics } = compared;
  const total = metrics.find(({ name }) => name === 'cpu.total');
  const sign = total?.verdict === 'different' && total.direction === 'better' ? -1 : 1;
  const [top] = functions
    .filter(({ change, net }) => change.verdict === 'different' && Math.sign(net) === sign)
    .sort((a, b) => Math.abs(b.net) - Math.abs(a.net));
  if (!top || !explains(top, total)) return { culprit: null, library: null };
  const owner = ownerOfChange(top, compared.costs, { sides: compared.profiled, limits: compared.limits });
  return owner ? { culprit: owner, library: top.change } : { culprit: top.change, library: null };
}

function explains({ net }: ComparedFunction, total: MetricChange | undefined): boolean {
  if (total?.verdict !== 'different' || total.change === null) return true;
  return Math.abs(net) >= CULPRIT_PART * Math.abs(total.change);
}

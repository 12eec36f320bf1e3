// Which parts of a comparison are shown, and in which group: functions that changed or only moved, findings by what became
// of them.
import type {
  Comparison,
  FindingChange,
  FunctionChange,
  MetricChange,
} from '../../model/comparison/comparison.ts';
import { SEVERITIES } from '../../model/finding.ts';

export interface FindingGroups {
  /** On head only, and accepted by nobody. */
  fresh: FindingChange[];
  /** On head, and accepted. */
  accepted: FindingChange[];
  /** On both sides, and accepted by nobody. */
  kept: FindingChange[];
  gone: FindingChange[];
}

/** Worst first in each group. */
export function groupFindings({ findings }: Comparison): FindingGroups {
  const sorted = findings.toSorted((a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity));
  const groups: FindingGroups = { fresh: [], accepted: [], kept: [], gone: [] };
  for (const finding of sorted) groups[groupOf(finding)].push(finding);
  return groups;
}

function groupOf({ presence, accepted }: FindingChange): keyof FindingGroups {
  if (presence === 'gone') return 'gone';
  if (accepted !== null) return 'accepted';
  return presence === 'new' ? 'fresh' : 'kept';
}

export const changedFunctions = ({ functions }: Comparison): FunctionChange[] =>
  functions.filter(({ verdict }) => verdict === 'different');

export const regressedFunctions = (comparison: Comparison): FunctionChange[] =>
  changedFunctions(comparison).filter(({ direction }) => direction === 'worse');

/** Its cost went elsewhere, or came from there: the sum did not change. */
export const movedFunctions = ({ functions }: Comparison): FunctionChange[] =>
  functions.filter(({ verdict, movedWith }) => verdict !== 'different' && movedWith.length > 0);

export const unsureFunctions = ({ functions }: Comparison): FunctionChange[] =>
  functions.filter(({ verdict }) => verdict === 'unsure');

export const regressedMetrics = ({ metrics }: Comparison): MetricChange[] =>
  metrics.filter(({ verdict, direction }) => verdict === 'different' && direction === 'worse');

export interface AllocationChange {
  of: FunctionChange;
  base: number | null;
  head: number | null;
  difference: number;
}

/** Of the largest difference: less is not worth a line. */
const SMALL_PART = 0.1;

/** Functions by how much their allocation differs, largest first; empty unless allocation as a whole changed. */
export function allocationChanges({ metrics, functions }: Comparison): AllocationChange[] {
  const isChanged = metrics.some(({ name, verdict }) => name.startsWith('alloc.') && verdict === 'different');
  if (!isChanged) return [];
  const changes = functions
    .flatMap((of) => {
      if (of.allocation === null) return [];
      const { base, head } = of.allocation;
      // On one side only: the other side allocated nothing there.
      if ((base === null || head === null) && of.presence === 'both') return [];
      return [{ of, base, head, difference: (head ?? 0) - (base ?? 0) }];
    })
    .filter(({ difference }) => Number.isFinite(difference) && difference !== 0)
    .toSorted((a, b) => Math.abs(b.difference) - Math.abs(a.difference));
  const largest = Math.abs(changes[0]?.difference ?? 0);
  return changes.filter(({ difference }) => Math.abs(difference) >= SMALL_PART * largest);
}

// How a comparison was measured, as short sentences: what the reader needs to trust it, or not.
import type { Comparison, SideSummary } from '../../model/comparison/comparison.ts';
import { formatCount, formatDuration, formatNumber, formatShare } from '../../units/units.ts';

/** One sentence a line, without a full stop. */
export function describeMethod({ base, head, method, per }: Comparison): string[] {
  const { paired, confidence, falseAlarm, smallest, looks, seconds } = method;
  const runs = paired
    ? `${formatCount(Math.min(base.runs, head.runs), 'pair')} of runs, side by side`
    : `${formatCount(base.runs, 'run')} of base, ${formatCount(head.runs, 'run')} of head, not in pairs`;
  return [
    `${runs}${seconds === null ? '' : `, in ${formatDuration(seconds * 1000)}`}; costs are counted per ${per}`,
    `Intervals hold with a confidence of ${formatShare(confidence)}`,
    `Chance of a false alarm, over all comparisons${looks > 1 ? ` and ${formatNumber(looks)} interim checks` : ''}: ${formatShare(falseAlarm)}`,
    `Changes smaller than ${formatShare(smallest)} count as the same`,
  ];
}

/** "main (3f2c1ab): 12 runs, 48,210 requests, Node.js v22.11.0". */
export function describeSide({ label, commit, runs, requests, nodeVersions }: SideSummary): string {
  const facts = [
    formatCount(runs, 'run'),
    requests === null ? '' : formatCount(Math.round(requests), 'request'),
    nodeVersions.length === 0 ? '' : `Node.js ${nodeVersions.join(', ')}`,
  ];
  return `${describeSideName({ label, commit })}: ${facts.filter(Boolean).join(', ')}`;
}

/** The label, and the commit where the label does not have it already. */
export function describeSideName({ label, commit }: { label: string; commit: string | null }): string {
  if (label === '') return commit === null ? 'unnamed' : commit.slice(0, 7);
  return commit === null || label.includes(commit.slice(0, 7)) ? label : `${label} (${commit.slice(0, 7)})`;
}

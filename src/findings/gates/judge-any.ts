// The rule "any": fails when the two sides are different and the difference is for the worse, wherever it is.
import type { Change, Comparison } from '../../model/comparison/comparison.ts';
import { formatCount } from '../../units/units.ts';
import { intervalOf } from './hold.ts';
import { acceptance } from './judge-findings.ts';
import { findingPlace, functionPlace, type Judgement, listed, moved, percent } from './wording.ts';

const isWorse = ({ verdict, direction }: Change) => verdict === 'different' && direction === 'worse';

export function judgeAny(comparison: Comparison): Judgement {
  const { verdict, direction, runsNeeded } = comparison;
  const fresh = comparison.findings.filter(({ presence }) => presence === 'new');
  const accepted = fresh.filter((finding) => finding.accepted !== null);
  const worse = [
    ...comparison.metrics
      .filter(isWorse)
      .map((metric) => [metric.name, `${metric.name} ${changeWords(metric)}`]),
    // Where a function only took over what another gave up, the whole is not worse.
    ...comparison.functions
      .filter((change) => direction === 'worse' && isWorse(change) && change.movedWith.length === 0)
      .map((change) => [functionPlace(change), `${functionPlace(change)} ${changeWords(change)}`]),
    ...fresh
      .filter((finding) => finding.accepted === null)
      .map((finding) => [finding.fingerprint, `new: ${findingPlace(finding)}`]),
  ] as [string, string][];
  const outcome = worse.length > 0 ? 'fail' : verdict === 'unsure' ? 'unsure' : 'pass';
  const needed = runsNeeded === null ? '' : `; ${formatCount(runsNeeded, 'run')} a side would be enough`;
  const statement = {
    fail: listed(worse.map(([, words]) => words)),
    unsure: `nothing is clearly worse, but the measurements cannot rule it out${needed}`,
    pass: verdict === 'different' ? 'there are differences, but none is worse' : 'nothing is different',
  }[outcome];
  return {
    outcome,
    statement,
    evidence: { verdict, direction, runsNeeded, ...Object.fromEntries(worse) },
    accepted: accepted.map(acceptance),
  };
}

function changeWords(change: Change): string {
  const interval = intervalOf(change, true);
  return interval === null ? 'is worse' : moved(interval, percent);
}

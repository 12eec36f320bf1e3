// The first screen of several processes side by side: the most serious cause, and which of them have it.
import type { FamilyReport } from '../../../model/finding.ts';
import { formatDuration, formatNumber } from '../../../units/units.ts';
import { arePods } from '../../text/member-words.ts';
import { causeOf, type Headline, withoutPlace } from './parts.ts';

export function familyHeadline({ causes, members, verdict, verdictReason }: FamilyReport): Headline {
  const [first] = causes;
  const what = arePods(members) ? 'Pod' : 'Process';
  const looked = members.flatMap(({ report }) => report ?? []);
  const sick = looked.filter(({ findings }) => findings.length > 0);
  const longest = Math.max(0, ...looked.map(({ capture }) => capture.durationMillis));
  const figures = [
    {
      value: `${formatNumber(sick.length)} of ${formatNumber(looked.length)}`,
      label: `${arePods(members) ? 'pods' : 'processes'} have a problem`,
    },
    { value: formatNumber(causes.length), label: causes.length === 1 ? 'cause' : 'causes' },
    { value: formatDuration(longest), label: 'watched, at the same time' },
  ];
  if (first) {
    const { severity, advice } = first.finding;
    return {
      tone: severity,
      mark: severity,
      sentence: `${what} ${first.members[0]}: ${withoutPlace(first.finding)}`,
      about: verdictReason,
      figures,
      cause: causeOf(first.finding),
      advice,
    };
  }
  return {
    tone: verdict === 'healthy' ? 'good' : 'unsure',
    mark: verdict.replaceAll('-', ' '),
    sentence: verdictReason,
    about: 'processes that do the same work, side by side',
    figures,
    cause: null,
    advice: ['Diagnose one of them for longer: `culprit diagnose <pid> --exact --duration 5m`.'],
  };
}

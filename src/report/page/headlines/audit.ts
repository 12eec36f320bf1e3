// The first screen of an audit: the level, and the first setting to change.
import type { AuditReport } from '../../../model/finding.ts';
import { formatDuration, formatNumber } from '../../../units/units.ts';
import { causeOf, type Headline, lastParts } from './parts.ts';

export function auditHeadline({ audit, findings, target, look }: AuditReport): Headline {
  const [first] = findings;
  return {
    tone: audit.level >= 4 ? 'good' : audit.level >= 3 ? 'warning' : 'critical',
    mark: `level ${audit.level} of 5`,
    sentence: first ? first.title : audit.meaning,
    about: `${lastParts(target.title ?? 'the process')}${target.pid === null ? '' : `, pid ${target.pid}`}: ${audit.meaning}; settings read in ${formatDuration(look.durationMillis)}`,
    figures: [
      { value: `${audit.level} / 5`, label: 'level' },
      {
        value: formatNumber(findings.length),
        label: findings.length === 1 ? 'setting to change' : 'settings to change',
      },
      {
        value: formatNumber(audit.checked.filter(({ outcome }) => outcome === 'ok').length),
        label: 'checks passed',
      },
    ],
    cause: first ? causeOf(first) : null,
    advice: first ? first.advice : audit.missingForNext,
  };
}

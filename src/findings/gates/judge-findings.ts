// Rules about findings that head has and base (or the stored baseline) does not: "findings.new:critical".
import type { Baseline } from '../../model/comparison/baseline.ts';
import type { Comparison, FindingChange } from '../../model/comparison/comparison.ts';
import { SEVERITIES } from '../../model/finding.ts';
import { formatCount } from '../../units/units.ts';
import type { FindingsRule } from './grammar/gate-rule.ts';
import { findingPlace, type Judgement, listed } from './wording.ts';

export function judgeFindings(
  rule: FindingsRule,
  comparison: Comparison,
  baseline: Baseline | null,
): Judgement {
  const trouble = whyUnknown(rule, comparison, baseline);
  const isUnjudged = rule.against === 'base';
  if (trouble !== null)
    return { outcome: isUnjudged ? 'unmeasured' : 'unsure', statement: trouble, evidence: {} };
  const known = rule.against === 'baseline' ? new Set(baseline?.findings) : null;
  const fresh = comparison.findings.filter((finding) => isNew(finding, known) && isMeant(rule, finding));
  const accepted = fresh.filter((finding) => finding.accepted !== null);
  const open = fresh.filter((finding) => finding.accepted === null);
  const since = known ? `the baseline of ${baseline?.storedAt.slice(0, 10)}` : 'base';
  return {
    outcome: open.length > 0 ? 'fail' : 'pass',
    statement: open.length > 0 ? `new: ${listed(open.map(findingPlace))}` : nothingNew(rule, since, accepted),
    evidence: Object.fromEntries(open.map((finding) => [finding.fingerprint, findingPlace(finding)])),
    accepted: accepted.map(acceptance),
  };
}

/** "3f2a91c0 listener-leak at src/ws.ts:88: known noise (ann, until 2027-01-31)" */
export function acceptance(finding: FindingChange): string {
  const { reason = '', by = '', until = '' } = finding.accepted ?? {};
  return `${finding.fingerprint} ${findingPlace(finding)}: ${reason} (${by}, until ${until})`;
}

function isNew({ presence, fingerprint }: FindingChange, known: Set<string> | null): boolean {
  return known ? presence !== 'gone' && !known.has(fingerprint) : presence === 'new';
}

function isMeant({ severity, kind }: FindingsRule, finding: FindingChange): boolean {
  if (kind !== null) return finding.kind === kind;
  return severity === null || SEVERITIES.indexOf(finding.severity) >= SEVERITIES.indexOf(severity);
}

function nothingNew({ severity, kind }: FindingsRule, since: string, accepted: readonly unknown[]): string {
  const sort =
    kind ?? (severity === null ? null : `${severity}${severity === 'critical' ? '' : ' or worse'}`);
  const what = sort === null ? 'finding' : `finding (${sort})`;
  const besides = accepted.length > 0 ? ` besides ${formatCount(accepted.length, 'accepted one')}` : '';
  return `no new ${what} since ${since}${besides}`;
}

function whyUnknown(rule: FindingsRule, comparison: Comparison, baseline: Baseline | null): string | null {
  if (rule.against === 'base')
    return comparison.findingsCompared === false
      ? 'findings could not be judged on both sides: that needs recordings'
      : null;
  if (baseline === null) return 'there is no stored baseline';
  if (baseline.findings === null) return 'the stored baseline has no findings: they could not be judged then';
  return null;
}

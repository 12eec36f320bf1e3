// Which findings one side has and the other has not, by fingerprint: what is new since base.
import type { FindingChange } from '../../model/comparison/comparison.ts';
import type { Finding, Report } from '../../model/finding.ts';
import { kindInfo } from '../kinds.ts';

/** A side has a finding when at least half of its looks have it; the other has it not when no look has it. */
export function compareFindings(base: readonly Report[], head: readonly Report[]): FindingChange[] {
  const [was, is] = [countByFingerprint(base), countByFingerprint(head)];
  const changes: FindingChange[] = [];
  for (const [fingerprint, { finding, count }] of is) {
    const before = was.get(fingerprint)?.count ?? 0;
    if (before > 0) changes.push(describe(finding, 'both'));
    else if (2 * count >= head.length) changes.push(describe(finding, 'new'));
  }
  for (const [fingerprint, { finding, count }] of was)
    if (!is.has(fingerprint) && 2 * count >= base.length) changes.push(describe(finding, 'gone'));
  return changes;
}

/** New ones that a second look at both sides does not bear out are no news: retry before accusing. */
export function confirmNew(
  first: readonly FindingChange[],
  second: readonly FindingChange[],
): FindingChange[] {
  const seen = new Map(second.map((change) => [change.fingerprint, change.presence]));
  return first.filter(({ fingerprint, presence }) => presence !== 'new' || seen.get(fingerprint) === 'new');
}

function countByFingerprint(reports: readonly Report[]): Map<string, { finding: Finding; count: number }> {
  const found = new Map<string, { finding: Finding; count: number }>();
  for (const { findings } of reports) {
    for (const finding of findings) {
      // A hot function at 24 % on one side and 26 % on the other is not news: its numbers are compared instead.
      if (kindInfo(finding.kind).isComparedAsNumber) continue;
      const known = found.get(finding.fingerprint);
      if (known) known.count++;
      else found.set(finding.fingerprint, { finding, count: 1 });
    }
  }
  return found;
}

function describe(finding: Finding, presence: FindingChange['presence']): FindingChange {
  const { fingerprint, kind, severity, title, subject, advice } = finding;
  const { file, line, function: name } = subject;
  return { fingerprint, kind, severity, title, file, line, function: name, advice, presence, accepted: null };
}

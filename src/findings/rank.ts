// The order of findings, one function: score = 100 x confidence x urgency. Urgency is 0..1 and comes from the rule:
//   a leak       by the time until its limit is met: 15 minutes and less is 1, a day about 0.55, unknown 0.7
//   CPU, GC      by its share of a core
//   a block      by its length (1 s is full) and its share of the time
//   a limit      by how close it is
// Equal scores are told apart by the order of the rules, then by fingerprint; scores are made strictly decreasing.
import { createHash } from 'node:crypto';
import type { Finding, FindingKind, Subject } from '../model/finding.ts';
import type { Joined } from './join.ts';

const LEAST_STEP = 0.1;
/** Nobody reads more. */
const MOST_FINDINGS = 30;

/** What comes of joined drafts: the first matters most. */
export function rankFindings(joined: readonly Joined[], ruleOrder: readonly FindingKind[]): Finding[] {
  const scored = joined.map(({ draft, symptoms }) => {
    const {
      urgency,
      asSymptom: _symptom,
      effect: _effect,
      explains: _explains,
      isInbound: _inbound,
      entriesPerSecond: _entries,
      ...rest
    } = draft;
    return {
      ...rest,
      symptoms,
      fingerprint: fingerprint(draft.kind, draft.subject),
      score: 100 * draft.confidence * urgency,
    };
  });
  return rankAndNumber(scored, ruleOrder);
}

/** What the order is made from; `score` is 100 x confidence x urgency. */
type Scored = Pick<Finding, 'kind' | 'fingerprint' | 'subject' | 'title' | 'confidence' | 'score'>;

/** The order of all findings, also of those without a rule: sorted, cut, told apart, numbered. */
export function rankAndNumber<F extends Scored>(
  scored: readonly F[],
  ruleOrder: readonly FindingKind[],
): (F & { rank: number })[] {
  const sorted = scored.toSorted(
    (a, b) =>
      b.score - a.score ||
      ruleOrder.indexOf(a.kind) - ruleOrder.indexOf(b.kind) ||
      compare(a.fingerprint, b.fingerprint) ||
      compare(a.title, b.title),
  );
  const shown = distinguish(sorted.slice(0, MOST_FINDINGS));
  let previous = Number.POSITIVE_INFINITY;
  return shown.map((finding, i) => {
    // Room for those that follow, so that every score is lower than the one before.
    const least = (shown.length - 1 - i) * LEAST_STEP;
    const score = Math.max(least, Math.min(finding.score, previous - LEAST_STEP));
    previous = Math.round(score * 10) / 10;
    return {
      ...finding,
      confidence: Math.round(finding.confidence * 100) / 100,
      score: previous,
      rank: i + 1,
    };
  });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Two anonymous functions of one file are two findings: the later in the file gets its number into the hash. */
function distinguish<F extends { fingerprint: string; subject: Subject }>(findings: F[]): F[] {
  return findings.map((finding) => {
    const alike = findings.filter(({ fingerprint: other }) => other === finding.fingerprint);
    const before = alike.filter(({ subject }) => (subject.line ?? 0) < (finding.subject.line ?? 0)).length;
    return before === 0 ? finding : { ...finding, fingerprint: hash([finding.fingerprint, String(before)]) };
  });
}

/** Eight hex digits of kind and subject: the same in every run and commit. Lines and temporary names are left out. */
export function fingerprint(kind: FindingKind, subject: Subject): string {
  const isTemporary = subject.type === 'file' || subject.type === 'process';
  const name = isTemporary ? subject.name.replaceAll(/\d+/g, '#') : subject.name;
  const identity = [
    kind,
    subject.type,
    name,
    subject.function ?? '',
    subject.file ?? '',
    subject.package?.replace(/@[^@]*$/, '') ?? '',
  ];
  return hash(identity);
}

function hash(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 8);
}

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

export function rankFindings(joined: readonly Joined[], ruleOrder: readonly FindingKind[]): Finding[] {
  const scored = joined.map(({ draft, symptoms }) => {
    const { urgency, asSymptom: _symptom, effect: _effect, explains: _explains, ...rest } = draft;
    return {
      ...rest,
      symptoms,
      fingerprint: fingerprint(draft.kind, draft.subject),
      score: 100 * draft.confidence * urgency,
    };
  });
  scored.sort(
    (a, b) =>
      b.score - a.score ||
      ruleOrder.indexOf(a.kind) - ruleOrder.indexOf(b.kind) ||
      (a.fingerprint < b.fingerprint ? -1 : 1),
  );
  let previous = Number.POSITIVE_INFINITY;
  return scored.map((finding, i) => {
    const score = Math.max(0, Math.min(Math.round(finding.score * 10) / 10, previous - LEAST_STEP));
    previous = score;
    const confidence = Math.round(finding.confidence * 100) / 100;
    return { ...finding, confidence, score: Math.round(score * 10) / 10, rank: i + 1 };
  });
}

/** Eight hex digits of kind and subject: the same in every run and commit. Lines and temporary names are left out. */
export function fingerprint(kind: FindingKind, subject: Subject): string {
  const name = subject.name.replaceAll(/\d+/g, '#');
  const identity = [
    kind,
    subject.type,
    name,
    subject.function ?? '',
    subject.file ?? '',
    subject.package?.replace(/@[^@]*$/, '') ?? '',
  ];
  return createHash('sha256').update(identity.join('\0')).digest('hex').slice(0, 8);
}

// Findings that a team has accepted, marked on the findings of a comparison. An expired entry no longer counts.
import type { AcceptedEntry } from '../../model/comparison/accepted.ts';
import type { FindingChange } from '../../model/comparison/comparison.ts';

export interface Acceptance {
  findings: FindingChange[];
  /** Entries that ran out and would still be needed, or are still in the file. */
  warnings: string[];
  /** Entries that match no finding: they can go. */
  notices: string[];
}

export function applyAccepted(
  findings: readonly FindingChange[],
  accepted: readonly AcceptedEntry[],
  now: Date,
): Acceptance {
  const today = now.toISOString().slice(0, 10);
  const valid = accepted.filter(({ until }) => until >= today);
  const matches = (entry: AcceptedEntry) => findings.some((finding) => isFor(entry, finding));
  return {
    findings: findings.map((finding) => {
      const entry = valid.find((each) => isFor(each, finding));
      return { ...finding, accepted: entry ? partOf(entry) : null };
    }),
    warnings: accepted
      .filter(({ until }) => until < today)
      .map(
        (entry) =>
          `${nameOf(entry)} was accepted until ${entry.until}; that has expired (${entry.reason}, ${entry.by}).`,
      ),
    notices: valid
      .filter((entry) => !matches(entry))
      .map(
        (entry) =>
          `${nameOf(entry)} is accepted, but culprit made no such finding. The entry can be removed.`,
      ),
  };
}

function isFor({ fingerprint, kind }: AcceptedEntry, finding: FindingChange): boolean {
  return finding.fingerprint === fingerprint && (kind === undefined || finding.kind === kind);
}

const partOf = ({ reason, by, until }: AcceptedEntry) => ({ reason, by, until });

const nameOf = ({ fingerprint, kind }: AcceptedEntry) =>
  kind === undefined ? `Finding ${fingerprint}` : `Finding ${fingerprint} (${kind})`;

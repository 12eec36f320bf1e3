// Which findings of a target are known: only a new one is reported. A known one ends when captures no longer see it.
import type { Finding, Severity } from '../../model/finding.ts';

export interface KnownFinding {
  fingerprint: string;
  kind: Finding['kind'];
  title: string;
  severity: Severity;
  /** When it was first seen, as wall-clock time; people read it. */
  firstSeen: string;
  /** Looks in a row that did not see it; from `GONE_AFTER` on it is over. */
  missed: number;
}

export type SeenFinding = Pick<Finding, 'fingerprint' | 'kind' | 'title' | 'severity'>;

/** One look may miss what the load of that minute does not touch. */
const GONE_AFTER = 3;
const MOST_KNOWN = 200;
const LONGEST_TITLE = 200;

export interface SeenResult {
  known: KnownFinding[];
  /** First seen in this look; notices are no news. */
  fresh: KnownFinding[];
}

/** After one look that saw `findings`. */
export function see(
  known: readonly KnownFinding[],
  findings: readonly SeenFinding[],
  seenAt: string,
): SeenResult {
  const seen = new Map(findings.map((finding) => [finding.fingerprint, finding]));
  const kept = known.flatMap((each): KnownFinding[] => {
    const again = seen.get(each.fingerprint);
    if (again) return [{ ...each, ...shortened(again), missed: 0 }];
    return each.missed + 1 >= GONE_AFTER ? [] : [{ ...each, missed: each.missed + 1 }];
  });
  const added = findings
    .filter(({ fingerprint }) => !known.some((each) => each.fingerprint === fingerprint))
    .map((finding): KnownFinding => ({ ...shortened(finding), firstSeen: seenAt, missed: 0 }));
  return {
    known: [...kept, ...added].slice(-MOST_KNOWN),
    fresh: added.filter(({ severity }) => severity !== 'notice'),
  };
}

const shortened = ({ fingerprint, kind, title, severity }: SeenFinding): SeenFinding => ({
  fingerprint,
  kind,
  severity,
  title: title.length > LONGEST_TITLE ? `${title.slice(0, LONGEST_TITLE - 1)}…` : title,
});

/** The worst of those that are there: 0 none, 1 a warning, 2 critical. */
export function worstOf(known: readonly KnownFinding[]): number {
  return Math.max(0, ...known.map(({ severity }) => ({ notice: 0, warning: 1, critical: 2 })[severity]));
}

// What a team has agreed to live with for a while: a finding by its fingerprint, with a reason, a name and a last day.
import type { FindingKind } from '../finding.ts';

export interface AcceptedEntry {
  fingerprint: string;
  /** Absent: whatever kind has this fingerprint. */
  kind?: FindingKind;
  reason: string;
  /** Who agreed to it. */
  by: string;
  /** The last day on which it holds, in UTC: "2027-01-31". */
  until: string;
}

// The words for the state in which the target was left.
import type { ReportLook } from '../../model/finding.ts';

/** The worst that can happen: said before everything but the answer. */
export const NOT_RESTORED = 'The target could NOT be restored: see the warnings.';

export function describeRestored({ restored, warnings }: Pick<ReportLook, 'restored' | 'warnings'>): string {
  if (restored === null) return 'the target ended, or its inspector was closed';
  if (!restored) return 'NO: see the warnings';
  const isSlower = warnings.some(({ code }) => code === 'awaits-slower');
  return isSlower
    ? 'yes, but its awaits are slower until it restarts: see the warnings'
    : 'yes, the process was left as it was found';
}

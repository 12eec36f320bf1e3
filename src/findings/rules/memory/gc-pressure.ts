// So much is allocated that collecting it takes a felt part of the time.
import { formatDuration, formatShare } from '../../../units/units.ts';
import type { Rule } from '../../rule.ts';
import { place, placeWithLibrary, subjectOf } from '../../wording.ts';

const LEAST_SHARE = 0.1;
const LEAST_SHARE_OF_BUSY = 0.3;
const LEAST_COLLECTIONS = 5;

export const gcPressure: Rule = {
  kind: 'gc-pressure',
  judge({ gc }) {
    if (!gc) return { notApplicable: 'no counters of garbage collection' };
    if (gc.count < LEAST_COLLECTIONS)
      return { notApplicable: `fewer than ${LEAST_COLLECTIONS} collections in the interval` };
    const isHigh =
      gc.shareOfTime >= LEAST_SHARE ||
      (gc.shareOfTime >= LEAST_SHARE / 2 && gc.shareOfBusy >= LEAST_SHARE_OF_BUSY);
    if (!isHigh) return [];
    const site = gc.sites[0];
    const named = site?.blame.subject ?? null;
    const where =
      site && named
        ? `, set off by what \`${named.functionName}\` allocates (${placeWithLibrary(site.blame)})`
        : '';
    return [
      {
        kind: 'gc-pressure',
        severity: gc.shareOfTime >= 0.25 ? 'critical' : 'warning',
        confidence: Math.min(0.95, 0.6 + (site?.share ?? 0) * 0.4),
        urgency: Math.min(1, 0.35 + gc.shareOfTime * 1.5),
        title: `Garbage collection takes ${formatShare(gc.shareOfTime)} of the time${where}`,
        subject: subjectOf(named ? 'function' : 'memory', named?.functionName ?? 'garbage collection', named),
        impact: { metric: 'gc', value: gc.shareOfTime, unit: 'share', share: gc.shareOfBusy },
        evidence: [
          {
            source: 'gc',
            statement: `${gc.count} collections (${gc.majorCount} major), longest pause ${formatDuration(gc.longestPauseMillis)}, ${formatShare(gc.shareOfBusy)} of the busy time`,
            value: gc.shareOfTime,
            unit: 'share',
          },
          ...gc.sites.slice(0, 3).map((s) => ({
            source: 'cpu-profile',
            statement: `${formatShare(s.share)} of the collection time began while ${place(s.blame.subject!)} ran`,
            value: s.share,
            unit: 'share',
          })),
        ],
        innocentExplanation:
          'A heap close to its limit collects without end, too; then the limit is the cause, not the allocations.',
        advice: [
          'Allocate less for each request: do not copy large structures, reuse buffers, build strings once.',
          'Where many short-lived objects are needed, a larger young generation helps: --max-semi-space-size=64.',
        ],
        caveats: [],
        asSymptom: `garbage collection takes ${formatShare(gc.shareOfTime)} of the time`,
        effect: 'gc',
        explains: [],
      },
    ];
  },
};

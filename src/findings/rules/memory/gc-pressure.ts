// So much is allocated that garbage collection takes a noticeable part of the time.
import type { Blame } from '../../../analysis/cpu/blame/blame.ts';
import type { Facts } from '../../../analysis/facts.ts';
import { formatDuration, formatShare } from '../../../units/units.ts';
import { throughLibrary } from '../../creation-site.ts';
import type { Draft, Rule } from '../../rule.ts';
import { GC_PRESSURE } from '../../thresholds/memory.ts';
import { onScale } from '../../thresholds/scale.ts';
import { nameOfCode, packageOf, place, placeWithLibrary, subjectOf } from '../../wording.ts';

type Gc = NonNullable<Facts['gc']>;

export const gcPressure: Rule = {
  kind: 'gc-pressure',
  judge(facts) {
    const { gc } = facts;
    if (!gc) return { notApplicable: 'no counters of garbage collection' };
    if (gc.count < GC_PRESSURE.leastCollections)
      return {
        notApplicable: `fewer than ${GC_PRESSURE.leastCollections} garbage collections in the capture`,
      };
    return isHigh(gc) ? [describe(gc, facts)] : [];
  },
};

/** Nobody gives them options of V8. */
const OTHERS: readonly Facts['program'][] = ['page', 'react-native'];
const LARGER_YOUNG_GENERATION =
  'Where many short-lived objects are needed, a larger young generation helps: --max-semi-space-size=64.';

function countOf({ count, majorCount }: Gc): string {
  return majorCount === null
    ? `${count} collections were sampled`
    : `${count} collections (${majorCount} major)`;
}

function isHigh({ shareOfTime, shareOfBusy }: Gc): boolean {
  const { leastShare, leastShareOfBusy } = GC_PRESSURE;
  return shareOfTime >= leastShare || (shareOfTime >= leastShare / 2 && shareOfBusy >= leastShareOfBusy);
}

function describe(gc: Gc, facts: Facts): Draft {
  const site = gc.sites[0];
  const by = site ? throughLibrary(site.blame, facts) : null;
  const named = by?.subject ?? null;
  // Where a package allocates later, its caller allocates nothing.
  const isSeen = !by?.app || site?.blame.app;
  const where =
    by && named
      ? `, triggered by allocations in ${isSeen ? nameOfCode(named) : packageOf((by.inner ?? by.library)!)} (${placeWithLibrary(by)})`
      : '';
  return {
    kind: 'gc-pressure',
    // Nobody waits for a run that is seen as a whole.
    severity:
      gc.shareOfTime >= GC_PRESSURE.criticalShare && (facts.program === null || facts.program === 'server')
        ? 'critical'
        : 'warning',
    confidence: onScale(GC_PRESSURE.confidence, site?.share ?? 0),
    urgency: onScale(GC_PRESSURE.urgency, gc.shareOfTime),
    title: `Garbage collection takes ${formatShare(gc.shareOfTime)} of the time${where}`,
    subject: subjectOf(named ? 'function' : 'memory', named?.functionName ?? 'garbage collection', named),
    impact: { metric: 'gc', value: gc.shareOfTime, unit: 'share', share: gc.shareOfBusy },
    evidence: [
      {
        source: gc.majorCount === null ? 'cpu-profile' : 'gc',
        statement: `${countOf(gc)}, longest pause ${formatDuration(gc.longestPauseMillis)}, ${formatShare(gc.shareOfBusy)} of the busy time`,
        value: gc.shareOfTime,
        unit: 'share',
      },
      ...gc.sites.slice(0, 3).map(({ share, blame }) => ({
        source: 'cpu-profile',
        statement: `${formatShare(share)} of the time in garbage collection was spent in collections that began while ${place(blame.subject!)} ran`,
        value: share,
        unit: 'share',
      })),
    ],
    innocentExplanation:
      'A heap close to its limit is collected all the time as well. Then the limit is the cause, and not the allocations.',
    advice: [
      adviceFor(by, facts.program),
      ...(OTHERS.includes(facts.program) ? [] : [LARGER_YOUNG_GENERATION]),
    ],
    caveats: [],
    asSymptom: `garbage collection takes ${formatShare(gc.shareOfTime)} of the time`,
    effect: 'gc',
    explains: [],
  };
}

function adviceFor(by: Blame | null, program: Facts['program']): string {
  const each = program === null || program === 'server' ? ' for each request' : '';
  if (!by?.app || !by.library)
    return `Allocate less${each}: do not copy large structures, reuse buffers, build strings once.`;
  const name = packageOf(by.inner ?? by.library);
  return `Have ${name} allocate less in ${place(by.app)}: create what is the same each time (schemas, templates, formatters, clients) once, at start or for each kind of input, and keep it. Pass smaller structures.`;
}

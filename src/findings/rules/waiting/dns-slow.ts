// Names that take long to look up: every new connection waits for it, and dns.lookup holds a thread of the pool.
import type { Facts } from '../../../analysis/facts.ts';
import { survivingSites } from '../../../analysis/growth/resource-growth.ts';
import type { LookupSummary } from '../../../analysis/waiting/lookups.ts';
import { formatCount, formatDuration, formatNumber } from '../../../units/units.ts';
import { type CreationSite, fromSurvivors } from '../../creation-site.ts';
import type { Draft, Rule } from '../../rule.ts';
import { confidenceAt } from '../../thresholds/scale.ts';
import { DNS_SLOW } from '../../thresholds/waiting.ts';
import { inBrackets, perSecond, subjectOf } from '../../wording.ts';

export const dnsSlow: Rule = {
  kind: 'dns-slow',
  judge(facts) {
    if (!facts.lookups)
      return { notApplicable: 'this version of Node.js does not report how long lookups take' };
    const slow = slowOnes(facts.lookups);
    return slow.length === 0 ? [] : [describe(slow, facts)];
  },
};

/** Names that are slow each time; or many names that are slow all together. */
function slowOnes(lookups: LookupSummary[]): LookupSummary[] {
  const often = lookups.filter(
    ({ count, meanMillis }) => count >= DNS_SLOW.leastCount && meanMillis >= DNS_SLOW.slowMillis,
  );
  if (often.length > 0) return often;
  // The first lookup of a name is nobody's fault; the second of what could have been remembered is.
  const slow = lookups.filter(({ count, meanMillis }) => count > 1 && meanMillis >= DNS_SLOW.slowMillis);
  const countOf = (some: LookupSummary[]) => some.reduce((sum, { count }) => sum + count, 0);
  const isUsual = countOf(slow) >= DNS_SLOW.leastCount && countOf(slow) >= countOf(lookups) * DNS_SLOW.most;
  return isUsual ? slow : [];
}

function describe(slow: LookupSummary[], facts: Facts): Draft {
  const [worst] = slow as [LookupSummary];
  const all = facts.lookups!;
  const rate = slow.reduce((sum, { perSecond: each }) => sum + each, 0);
  const count = slow.reduce((sum, lookup) => sum + lookup.count, 0);
  const mean = slow.reduce((sum, lookup) => sum + lookup.count * lookup.meanMillis, 0) / count;
  const site = siteOf(worst, facts);
  const names = slow.length === 1 ? `'${worst.name}'` : `'${worst.name}' and ${slow.length - 1} more`;
  const isPooled = worst.call === 'lookup';
  const took = formatDuration(mean);
  return {
    kind: 'dns-slow',
    severity: mean >= DNS_SLOW.criticalMillis ? 'critical' : 'warning',
    confidence: confidenceAt(DNS_SLOW.confidence, site),
    urgency: urgencyOf(mean, rate),
    title: `Lookups of ${names} take ${took} each, at ${perSecond(rate)}${inBrackets(site?.blame)}`,
    subject: subjectOf('host', worst.name, site?.frame ?? null),
    impact: { metric: 'lookups', value: mean, unit: 'ms' },
    evidence: [
      {
        source: 'dns',
        statement: `${formatCount(count, 'lookup')} took ${took} on average and ${formatDuration(Math.max(...slow.map(({ longestMillis }) => longestMillis)))} at most, of ${formatNumber(all.reduce((sum, lookup) => sum + lookup.count, 0))} lookups in all (${isPooled ? 'dns.lookup, in a thread of the pool' : `dns.${worst.call}`})`,
        value: mean,
        unit: 'ms',
      },
      ...(site ? [site.evidence] : []),
    ],
    innocentExplanation:
      'The first lookup of a name may be slow until a resolver has cached it. These were slow again and again.',
    advice: [
      'Keep connections open (an Agent with keepAlive: true) so that fewer names are looked up, and cache the answers for their time to live (a caching lookup function, a resolver on the machine).',
      'In Kubernetes, a name with fewer dots than `ndots` is tried with each search domain first: end it with a dot, or lower ndots.',
    ],
    caveats: site ? [] : ['The code that looks them up is unknown.'],
    asSymptom: `lookups of ${names}: ${took} each`,
    effect: 'lookups',
    explains: ['waiting', 'thread-pool', 'heap', 'gc'],
  };
}

function urgencyOf(meanMillis: number, rate: number): number {
  const { from, perMilli, perLookupASecond, most } = DNS_SLOW.urgency;
  return Math.min(most, from + meanMillis * perMilli + rate * perLookupASecond);
}

function siteOf({ call }: LookupSummary, facts: Facts): CreationSite | null {
  const type = call.startsWith('query') ? 'QUERYWRAP' : 'GETADDRINFOREQWRAP';
  const best = survivingSites(facts.observations.asyncObservations, [type], 'all')
    .filter(({ blame }) => blame.subject)
    .sort((a, b) => b.madePerSecond - a.madePerSecond)[0];
  return best ? fromSurvivors(best) : null;
}

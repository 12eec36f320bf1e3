// Child processes that are started and never end, or end and are never waited for.
import { formatNumber } from '../../../units/units.ts';
import { siteOfSurvivors } from '../../creation-site.ts';
import type { Rule } from '../../rule.ts';
import { perSecond, placeWithLibrary, risen, subjectOf } from '../../wording.ts';

const LEAST_RISE = 3;

export const childProcessLeak: Rule = {
  kind: 'child-process-leak',
  judge(facts) {
    if (!facts.observations.passive.some((sample) => sample.children))
      return { notApplicable: 'the children of the process could not be read' };
    const growing = facts.children.filter(
      ({ trend }) => trend.verdict === 'growing' && trend.last - trend.first >= LEAST_RISE,
    );
    return growing.map(({ subject: child, trend }) => {
      const site = siteOfSurvivors(facts, ['PROCESSWRAP'], trend.slopePerSecond);
      const rate = perSecond(trend.slopePerSecond);
      const what =
        child.state === 'Z' ? `Zombies of \`${child.command}\`` : `Child processes \`${child.command}\``;
      return {
        kind: 'child-process-leak',
        severity: 'critical',
        confidence: site ? 0.95 : 0.85,
        urgency: 0.92,
        title: `${what} pile up by ${rate} and never end${site ? ` (${placeWithLibrary(site.blame)})` : ''}`,
        subject: subjectOf('process', child.command, site?.frame ?? null),
        impact: { metric: 'processes', value: trend.slopePerSecond, unit: 'per second' },
        evidence: [
          {
            source: 'proc',
            statement: `children \`${child.command}\` ${risen(trend)}, from ${formatNumber(trend.first)} to ${formatNumber(trend.last)}`,
            value: trend.slopePerSecond,
            unit: 'per second',
          },
          ...(site ? [site.evidence] : []),
        ],
        innocentExplanation: 'Jobs that run for long would end some time; none of these did while we looked.',
        advice: [
          'Kill the child when its client goes away, give it a timeout (the `timeout` or `signal` option of spawn), and wait for its "exit".',
        ],
        caveats: [],
        asSymptom: `child processes \`${child.command}\`: ${rate} more`,
        effect: 'processes',
        explains: ['fds', 'heap', 'sockets', 'native', 'external'],
      };
    });
  },
};

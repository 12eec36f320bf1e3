// Child processes that are started and never end, or end and are never waited for.

import type { Facts } from '../../../analysis/facts.ts';
import type { CountGrowth } from '../../../analysis/growth/resource-growth.ts';
import type { ChildProcess } from '../../../model/samples.ts';
import { siteOfSurvivors } from '../../creation-site.ts';
import { countEvidence, leakDraft } from '../../leak-draft.ts';
import type { Draft, Rule } from '../../rule.ts';
import { CHILD_PROCESS_LEAK } from '../../thresholds/handles.ts';
import { inBrackets, perSecond } from '../../wording.ts';

export const childProcessLeak: Rule = {
  kind: 'child-process-leak',
  judge(facts) {
    if (!facts.observations.passive.some((sample) => sample.children))
      return { notApplicable: 'the children of the process could not be read' };
    return facts.children
      .filter(
        ({ trend }) =>
          trend.verdict === 'growing' && trend.last - trend.first >= CHILD_PROCESS_LEAK.leastRise,
      )
      .map((group) => describe(group, facts));
  },
};

function describe({ subject: child, trend }: CountGrowth<ChildProcess>, facts: Facts): Draft {
  const site = siteOfSurvivors(facts, ['PROCESSWRAP'], trend.slopePerSecond);
  const what = child.state === 'Z' ? 'Zombies of' : 'Child processes';
  return leakDraft({
    kind: 'child-process-leak',
    title: `${what} \`${child.command}\` accumulate at ${perSecond(trend.slopePerSecond)} and never end${inBrackets(site?.blame)}`,
    subject: { type: 'process', name: child.command },
    site,
    metric: 'processes',
    ratePerSecond: trend.slopePerSecond,
    evidence: [countEvidence(`children \`${child.command}\``, trend)],
    innocentExplanation: 'Long-running jobs would eventually finish; none of these did during the capture.',
    advice:
      'Kill the child when its client goes away, give it a timeout (the `timeout` or `signal` option of spawn), and wait for its "exit".',
    things: `child processes \`${child.command}\``,
    effect: 'processes',
    explains: ['fds', 'heap', 'sockets', 'native', 'external'],
    confidence: CHILD_PROCESS_LEAK.confidence,
    severity: 'critical',
    urgency: CHILD_PROCESS_LEAK.urgency,
  });
}

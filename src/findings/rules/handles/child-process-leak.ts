// Child processes that are started and never end, or end and are never waited for; and what they started, where it outlives
// them.

import type { Facts } from '../../../analysis/facts.ts';
import type { ChildGroup } from '../../../analysis/growth/child-growth.ts';
import type { CountGrowth } from '../../../analysis/growth/resource-growth.ts';
import {
  type CreationSite,
  endsHardly,
  orWhoAnswers,
  siteOfMakers,
  siteOfSurvivors,
} from '../../creation-site.ts';
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

function describe({ subject: child, trend }: CountGrowth<ChildGroup>, facts: Facts): Draft {
  const { things, title, advice, innocent } = wordsOf(child);
  const site = orWhoAnswers(findSite(child, trend.slopePerSecond, facts), facts, trend.slopePerSecond);
  return leakDraft(facts, {
    kind: 'child-process-leak',
    title: title(perSecond(trend.slopePerSecond), inBrackets(site?.blame), endsHardly(site)),
    subject: { type: 'process', name: child.command },
    site,
    metric: 'processes',
    ratePerSecond: trend.slopePerSecond,
    evidence: [countEvidence(`${things} \`${child.command}\``, trend)],
    innocentExplanation: innocent,
    advice,
    caveats: site ? [] : ['The code that starts them is unknown: it runs rarely, or on another thread.'],
    things: `${things} \`${child.command}\``,
    effect: 'processes',
    explains: ['fds', 'heap', 'sockets', 'native', 'external'],
    confidence: CHILD_PROCESS_LEAK.confidence,
    severity: 'critical',
    urgency: CHILD_PROCESS_LEAK.urgency,
  });
}

/** Node itself has let go of a child that has ended: of orphans and zombies, whoever starts children is the place. */
function findSite({ isOrphan, isZombie }: ChildGroup, pace: number, facts: Facts): CreationSite | null {
  const types = ['PROCESSWRAP'];
  return isOrphan || isZombie ? siteOfMakers(facts, types, pace) : siteOfSurvivors(facts, types, pace);
}

interface Words {
  things: string;
  /** `isMost`: hardly any of those that are started end. */
  title: (rate: string, where: string, isMost: boolean) => string;
  advice: string;
  innocent: string;
}

function wordsOf({ command, isZombie, isOrphan }: ChildGroup): Words {
  if (isOrphan)
    return {
      things: 'processes that outlive the child which started them',
      title: (rate, where) =>
        `Processes \`${command}\` accumulate at ${rate}: the child process that started them has ended, but they keep running${where}`,
      advice:
        'A timeout or kill() ends only the child, not what it has started: the commands of a shell keep running. Start the program without a shell (execFile or spawn), or with detached: true and end its whole group with process.kill(-child.pid).',
      innocent:
        'The number of daemons that are meant to outlive their shell would level off. This one rose until the end of the capture.',
    };
  if (isZombie)
    return {
      things: 'zombies',
      title: (rate, where) =>
        `Zombies of \`${command}\` accumulate at ${rate} and are not waited for${where}`,
      advice:
        'Node waits for each child that it starts, as soon as its event loop runs. Zombies that remain were started by native code, or were reparented to this process: run an init (tini, `docker run --init`) as process 1, or wait for them where they are started.',
      innocent: 'Zombies disappear once the event loop runs again. These remained during the capture.',
    };
  return {
    things: 'children',
    title: (rate, where, isMost) =>
      `Child processes \`${command}\` accumulate at ${rate}${isMost ? ' and never end' : ': some of them never end'}${where}`,
    advice:
      'Kill the child when its client disconnects, give it a timeout (the `timeout` or `signal` option of spawn), and wait for its "exit". A child whose output is not read blocks forever: read it, or destroy child.stdout.',
    innocent: 'Long-running jobs would eventually finish; none of these did during the capture.',
  };
}

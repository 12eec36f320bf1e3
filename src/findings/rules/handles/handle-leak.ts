// Handles of other types than sockets, files, processes, watchers and timers: message ports and their like, that are opened
// again and again and never closed.
import type { Facts } from '../../../analysis/facts.ts';
import { type HandleGrowth, paceOf } from '../../../analysis/growth/handle-growth.ts';
import type { SurvivingSite } from '../../../analysis/growth/resource-growth.ts';
import type { Evidence } from '../../../model/finding.ts';
import { clientGrowth } from '../../clients.ts';
import {
  type CreationSite,
  fromSurvivors,
  neverEnded,
  siteOfSurvivors,
  throughLibrary,
} from '../../creation-site.ts';
import { countEvidence, isPilingUp, leakDraft } from '../../leak-draft.ts';
import type { Draft, Rule } from '../../rule.ts';
import { FOLLOWS_CLIENTS } from '../../thresholds/growth.ts';
import { HANDLE_LEAK } from '../../thresholds/handles.ts';
import { capitalised, inBrackets, perSecond } from '../../wording.ts';
import { handleWords } from '../../words/handle-words.ts';

export const handleLeak: Rule = {
  kind: 'handle-leak',
  judge(facts) {
    const { asyncObservations, runtime } = facts.observations;
    if (asyncObservations.length === 0 && !runtime.some(({ resources }) => resources))
      return { notApplicable: 'open handles were neither counted nor watched' };
    const clients = clientGrowth(facts);
    return facts.handles
      .flatMap((growth) => leakOf(growth))
      .filter((leak) => clients < paceOf(leak) * FOLLOWS_CLIENTS)
      .slice(0, HANDLE_LEAK.most)
      .map((leak) => describe(leak, facts));
  },
};

/** Only what accumulates in it; nothing where nothing does. */
function leakOf({ type, counted, stays }: HandleGrowth): HandleGrowth[] {
  const leak = {
    type,
    counted: counted.filter(({ trend }) => isPilingUp(trend)),
    stays: stays.filter(isStaying),
  };
  return leak.counted.length > 0 || leak.stays.length > 0 ? [leak] : [];
}

function isStaying({ alive, survival, trend, blame }: SurvivingSite): boolean {
  return (
    blame.subject !== null &&
    alive >= HANDLE_LEAK.leastAlive &&
    (survival ?? 0) >= HANDLE_LEAK.leastSurvival &&
    isPilingUp(trend)
  );
}

function describe(leak: HandleGrowth, facts: Facts): Draft {
  const { type, counted, stays } = leak;
  const { many, advice } = handleWords(type);
  const pace = paceOf(leak);
  const site = siteOf(leak, facts);
  return leakDraft(facts, {
    kind: 'handle-leak',
    title: `${capitalised(many)} accumulate at ${perSecond(pace)} ${neverEnded('closed', site)}${inBrackets(site?.blame)}`,
    subject: {
      type: site ? 'function' : 'handle',
      name: site?.frame.functionName ?? many,
      thread: stays[0]?.site.thread ?? counted[0]?.thread ?? 0,
    },
    site,
    metric: 'handles',
    ratePerSecond: pace,
    evidence: [
      ...counted.map(({ thread, trend }): Evidence => {
        const where = thread === 0 ? 'of the main thread' : `of thread ${thread}`;
        return { ...countEvidence(`active ${many} ${where}`, trend), source: 'resources' };
      }),
      ...(counted.length > 0 ? [HELD] : []),
    ],
    innocentExplanation:
      'If each of a fixed number of clients or jobs has one, the count stops growing once all are there. This count rose until the end of the capture.',
    advice,
    caveats: site ? [] : ['The code that opens them is unknown: it runs rarely, or on another thread.'],
    things: many,
    effect: 'handles',
    explains: ['handles', 'heap', 'native', 'external', 'gc', 'slower'],
    confidence: counted.length > 0 ? HANDLE_LEAK.confidence : HANDLE_LEAK.uncounted,
    severity: 'warning',
    urgency: HANDLE_LEAK.urgency,
  });
}

const HELD: Evidence = {
  source: 'resources',
  statement:
    'an active handle stays in memory until it is closed, with its listeners and all that they close over',
};

function siteOf({ type, counted, stays }: HandleGrowth, facts: Facts): CreationSite | null {
  const [first] = stays;
  if (first) return fromSurvivors({ ...first, blame: throughLibrary(first.blame, facts) });
  return siteOfSurvivors(facts, [type], Math.max(...counted.map(({ trend }) => trend.slopePerSecond)));
}

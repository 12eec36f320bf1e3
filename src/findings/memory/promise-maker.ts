// Which code creates the promises, where a heap rises by promises that V8 allocates outside of any function of the program:
// continuations of awaits are created between two turns.
import type { Blame } from '../../analysis/cpu/blame/blame.ts';
import type { Facts } from '../../analysis/facts.ts';
import { type SurvivingSite, survivingSites } from '../../analysis/growth/resource-growth.ts';
import { HEAP_CAUSE } from '../thresholds/memory.ts';

export interface PromiseMaker {
  /** A place of it: where promises were seen to stay, else where most are made. */
  blame: Blame;
  /** Of the promises whose making was seen, 0..1. */
  share: number;
  perSecond: number;
}

/** The package, or the file of the application, that makes most promises of this thread; null where none makes most. */
export function promiseMaker(facts: Facts, thread: number): PromiseMaker | null {
  const sites = survivingSites(facts.observations.asyncObservations, ['PROMISE'], 'all').filter(
    ({ site, blame }) => site.thread === thread && blame.subject,
  );
  const byMaker = new Map<string, SurvivingSite[]>();
  for (const site of sites) {
    const key = makerOf(site.blame);
    byMaker.set(key, [...(byMaker.get(key) ?? []), site]);
  }
  const all = rateOf(sites);
  const [most] = [...byMaker.values()].sort((a, b) => rateOf(b) - rateOf(a));
  if (!most || rateOf(most) < all * HEAP_CAUSE.leastMakerShare) return null;
  const [place] = most.toSorted((a, b) => stays(b) - stays(a) || b.madePerSecond - a.madePerSecond);
  return { blame: place!.blame, share: rateOf(most) / all, perSecond: rateOf(most) };
}

const makerOf = ({ inner, app }: Blame): string => inner?.package ?? inner?.file ?? app?.file ?? '';

const rateOf = (sites: readonly SurvivingSite[]): number =>
  sites.reduce((sum, { madePerSecond }) => sum + madePerSecond, 0);

/** Of those that were watched, what is still there. */
function stays({ site }: SurvivingSite): number {
  const last = site.reads.at(-1);
  return last && last.watched > 0 ? last.alive / last.watched : 0;
}

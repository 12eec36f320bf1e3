// Which promises remain, and when that is proof enough although the rise of the heap is within its noise; and functions that
// wait for their own next call.
import type { Facts } from '../../analysis/facts.ts';
import type { HeapGrowth } from '../../analysis/growth/heap-growth.ts';
import { type SurvivingSite, survivingSites } from '../../analysis/growth/resource-growth.ts';
import type { Frame } from '../../model/frame.ts';
import { clientGrowth } from '../clients.ts';
import { survivors } from '../creation-site.ts';
import { PROMISE_LEAK } from '../thresholds/memory.ts';

/**
 * The places of this thread whose promises stay, the most numerous first. One line may make several at a time, of which some settle and
 * are collected: each is judged by itself.
 */
export function lastingPromises({ thread }: HeapGrowth, facts: Facts): SurvivingSite[] {
  const isLasting = ({ site, trend, survival }: SurvivingSite) =>
    site.thread === thread && trend.verdict === 'growing' && (survival ?? 0) >= PROMISE_LEAK.leastSurvival;
  return survivors(facts, ['PROMISE'], isLasting).filter(
    ({ trend }) => trend.slopePerSecond >= PROMISE_LEAK.leastPerSecond,
  );
}

/**
 * Without a heap that is seen to rise: all that were made there stay, many were watched, and nothing that ends (clients,
 * requests, timers) is waited for.
 */
export function surelyLasting(growth: HeapGrowth, facts: Facts): SurvivingSite[] {
  const { unmeasured } = PROMISE_LEAK;
  const { slopeInterval, verdict, first, last } = growth.floor;
  if (verdict === 'falling' || slopeInterval[0] <= 0) return [];
  if (last - first < unmeasured.leastRiseBytes || isWaitingForOthers(facts)) return [];
  const clients = clientGrowth(facts);
  return lastingPromises(growth, facts).filter((promises) => {
    const { site, trend, survival } = promises;
    return (
      (site.reads.at(-1)?.oldWatched ?? 0) >= unmeasured.leastWatched &&
      (survival ?? 0) >= unmeasured.leastSurvival &&
      trend.slopePerSecond >= unmeasured.leastPerSecond &&
      clients < trend.slopePerSecond * unmeasured.mostClients &&
      !isWaitingInLine(promises, facts)
    );
  });
}

/** Requests that become more and have no answer yet: their promises go with them. */
function isWaitingForOthers({ requests: { inbound, outbound, unended } }: Facts): boolean {
  return inbound.length + outbound.length + unended.length > 0;
}

/** The same line starts what a promise may wait for, and that lasts, too: a timer of a minute, a slow request. */
function isWaitingInLine({ site, blame }: SurvivingSite, { observations }: Facts): boolean {
  const others = [
    ...new Set(observations.asyncObservations.flatMap(({ sites }) => sites.map(({ type }) => type))),
  ].filter((type) => type !== site.type);
  return survivingSites(observations.asyncObservations, others).some(
    (other) =>
      other.site.thread === site.thread &&
      other.blame.app !== null &&
      other.blame.app.file === blame.app?.file &&
      other.blame.app.line === blame.app.line &&
      (other.survival ?? 0) >= PROMISE_LEAK.unmeasured.leastOthersSurvival,
  );
}

/**
 * The line with which a function calls itself, of an async function that waits for this; null where it does not. Behind an
 * await the function that waits for this one is the next on the stack.
 */
export function callOfItself({ site: { frames } }: SurvivingSite): Frame | null {
  const [inner, outer] = frames.filter(({ owner }) => owner === 'app' || owner === 'library');
  const isSame = inner && outer && inner.functionName === outer.functionName && inner.file === outer.file;
  return isSame && inner.functionName !== '(anonymous)' ? outer : null;
}

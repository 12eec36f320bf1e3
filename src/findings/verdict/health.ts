// What a healthy verdict says: what was watched, what grew too little to report, how close each limit was, and what was not
// judged. Health is claimed only for what was measured.
import type { Facts } from '../../analysis/facts.ts';
import type { HeapGrowth } from '../../analysis/growth/heap-growth.ts';
import { answererOf, type HangingRequests } from '../../analysis/waiting/hanging-requests.ts';
import { feltWait } from '../../analysis/waiting/late/felt-waits.ts';
import type { FindingKind, NotApplicable } from '../../model/finding.ts';
import { formatBytes, formatCount, formatDuration, formatNumber, formatShare } from '../../units/units.ts';
import { clientGrowth } from '../clients.ts';
import { kindInfo } from '../kinds.ts';
import { fillingWords } from '../memory/filling.ts';
import { nameOf } from '../memory/leak/heap-leak-title.ts';
import { FOLLOWS_CLIENTS } from '../thresholds/growth.ts';
import { HEALTH } from '../thresholds/health.ts';
import { perSecond, place } from '../wording.ts';
import { isYoung } from './young-process.ts';

/** Kinds whose silence would be taken for health, and that could not be judged. */
export function unseenForHealth(notApplicable: readonly NotApplicable[]): FindingKind[] {
  return notApplicable.map(({ kind }) => kind).filter((kind) => kindInfo(kind).weighsForHealth);
}

export function healthyReason(facts: Facts, unseen: readonly FindingKind[]): string {
  const little = grewALittle(facts);
  return [
    sayNothing(facts, { isRising: growsALittle(facts), isWhole: unseen.length === 0 }),
    ...(little.length > 0 ? [`Too little to report: ${little.join(', ')}.`] : []),
    ...heapScatters(facts),
    ...requestsWaited(facts),
    ...timersGrew(facts),
    ...descriptorsGrew(facts),
    ...filling(facts),
    ...emptied(facts),
    ...closest(facts),
    ...(unseen.length > 0 ? [`Not judged, and therefore not ruled out: ${unseen.join(', ')}.`] : []),
  ].join(' ');
}

/** "Found in 30 s: no blocked event loop, no CPU hotspot and no growth." Only what was judged is claimed. */
function sayNothing(
  { cpu, isCalm, lookSeconds, observations }: Facts,
  { isRising, isWhole }: { isRising: boolean; isWhole: boolean },
): string {
  const isProfiled = cpu.length > 0 || isCalm;
  const isOnTime = isProfiled && lateIntervals(observations.runtime).late === 0;
  const others = [
    ...(isOnTime ? ['no blocked event loop'] : []),
    ...(isProfiled ? ['no CPU hotspot'] : []),
  ].join(', ');
  const growth = isRising ? 'no growth large enough to report' : 'no growth';
  const judged = isProfiled && isWhole ? '' : ', as far as it could be judged';
  return `Found in ${Math.round(lookSeconds)} s${judged}: ${others === '' ? growth : `${others} and ${growth}`}.`;
}

/** Of the main thread: how late the event loop was at most, in milliseconds, and in how many intervals that is felt. */
function lateIntervals(runtime: Facts['observations']['runtime']) {
  const delays = runtime.flatMap(({ thread, eventLoopDelayMillis }) =>
    thread === 0 && eventLoopDelayMillis ? [eventLoopDelayMillis.max] : [],
  );
  const late = delays.filter((millis) => millis >= HEALTH.lateMillis).length;
  return { all: delays.length, late, mostMillis: Math.max(0, ...delays) };
}

/** Too little to be named; a longer look would tell. */
export const growsALittle = (facts: Facts): boolean =>
  grewALittle(facts).length > 0 ||
  heapScatters(facts).length > 0 ||
  timersGrew(facts).length > 0 ||
  descriptorsGrew(facts).length > 0;

/** A heap that rose by so much that it is not called healthy, although its reads are too few, scatter too much or rose more slowly at the end, so that no leak was told. */
export function risesUnproved({ collections, heap }: Facts): HeapGrowth | null {
  const growth = heap.find(({ thread }) => thread === 0);
  if (!growth || collections.some(({ filling: found }) => found && !found.isNearby)) return null;
  const { verdict, points, slopePerSecond, lateSlopePerSecond, first, last } = growth.floor;
  const isSeen = points >= HEALTH.leastReads && hasDirection(growth.floor);
  const isMuch =
    slopePerSecond >= HEALTH.unprovedBytesPerSecond &&
    last - first >= Math.max(HEALTH.unprovedBytes, first * HEALTH.unprovedShare);
  const isStill = lateSlopePerSecond >= slopePerSecond * HEALTH.unprovedLateShare;
  return verdict !== 'falling' && isSeen && isMuch && isStill ? growth : null;
}

/** Of a few reads the interval of the slope says nothing where one lies a little below another. */
function hasDirection({ slopeInterval, largestFall, first, last }: HeapGrowth['floor']): boolean {
  return slopeInterval[0] > 0 || largestFall < (last - first) * HEALTH.unprovedFallShare;
}

/** "Still filling towards a maximum: Map `LRUCache.keyMap`, 71% full, full in about 12 s (`maxSize`)." */
function filling({ collections }: Facts): string[] {
  const owners = new Set<string>();
  const named = collections.flatMap((each) => {
    const { holder } = each.collection;
    const owner = holder?.kind === 'property' ? holder.of : each.collection.className;
    if (!each.filling || each.filling.isNearby || owners.has(owner)) return [];
    // It was filled meanwhile.
    if (each.filling.entriesLeft < 1) return [];
    owners.add(owner);
    return [`${each.collection.type} \`${nameOf(each)}\`, ${fillingWords(each.filling)}`];
  });
  return named.length > 0
    ? [`Still filling towards a maximum: ${named.slice(0, HEALTH.mostNamed).join('; ')}.`]
    : [];
}

/** "Filled and emptied at times, as batches are: Array `batch` (145/s)." */
function emptied({ emptied: batches }: Facts): string[] {
  if (batches.length === 0) return [];
  const named = batches
    .slice(0, HEALTH.mostNamed)
    .map((each) => `${each.collection.type} \`${nameOf(each)}\` (${perSecond(each.trend.slopePerSecond)})`);
  return [
    `Filled and emptied at times, as batches are: ${named.join('; ')}. Judging by the requests before that, each would have held more when culprit first saw it, had it never been emptied.`,
  ];
}

/** Collections that took more at every look, and a heap that rose by less than is told from noise. */
function grewALittle(facts: Facts): string[] {
  const { collections } = facts;
  const open = collections.filter((each) => !each.filling || each.filling.isNearby);
  const named = open.slice(0, HEALTH.mostNamed).map((each) => {
    const { className, type } = each.collection;
    const name = nameOf(each);
    // Of texts and bytes it is the length that is counted, in KiB.
    const isLength = type === 'String' || type === 'Buffer';
    const pace = each.trend.slopePerSecond;
    const grew = isLength ? `${formatBytes(pace * 1024)}/s` : perSecond(pace);
    return `${className}${name === className ? '' : ` \`${name}\``} grew by ${grew}`;
  });
  const floor = risingFloor(facts);
  const isLittle = floor !== null && floor.slopePerSecond < HEALTH.muchBytesPerSecond;
  return [
    ...named,
    ...(isLittle ? [`the heap after garbage collection grew by ${formatBytes(floor.slopePerSecond)}/s`] : []),
  ];
}

/** Null where it does not rise, or what rises comes to an end. */
function risingFloor({ collections, emptied: batches, heap }: Facts): HeapGrowth['floor'] | null {
  const floor = heap.find(({ thread }) => thread === 0)?.floor;
  const isFilling = batches.length > 0 || collections.some(({ filling: found }) => found && !found.isNearby);
  const isRising = !isFilling && floor && floor.points >= HEALTH.leastReads && floor.slopeInterval[0] > 0;
  return isRising && floor.slopePerSecond >= HEALTH.leastBytesPerSecond ? floor : null;
}

/** So much a second is not little: it is what cannot be proved. */
function heapScatters(facts: Facts): string[] {
  const floor = risingFloor(facts);
  if (floor === null || floor.slopePerSecond < HEALTH.muchBytesPerSecond) return [];
  const early = isYoung(facts)
    ? 'which a process that has just started may do'
    : 'too little so far to call that a leak';
  const why = floor.verdict === 'growing' ? early : 'but its readings scatter too much to call that a leak';
  return [
    `The heap after garbage collection grew by ${formatBytes(floor.slopePerSecond)}/s, ${why}, and nothing was found that keeps more and more.`,
  ];
}

/** The wait may be elsewhere: in what the program asks, or in a pool that was not found. */
function requestsWaited(facts: Facts): string[] {
  const { observations, hangingRequests: hanging } = facts;
  const felt = feltWait(observations.asyncObservations, 0);
  const silent = [...givenUp(facts), ...hanging.map(hangingWords)];
  if (silent.length > 0) return silent.slice(0, HEALTH.mostNamed);
  return felt
    ? [
        `Requests to ${felt.label} took up to ${formatDuration(felt.longestMillis)}, but culprit found nothing in this process that they wait for.`,
      ]
    : [];
}

/** Nothing that is left behind shows that they hang: a long poll whose clients leave looks the same. */
function givenUp({ outage, observations }: Facts): string[] {
  const routes = outage?.routes.filter(({ allDropped }) => (allDropped ?? 0) >= HEALTH.leastGivenUp) ?? [];
  return routes.map((route) => {
    const { label, oldestMillis } = route;
    const handler = answererOf(route, observations.openRequests);
    const by = handler ? ` (answered by ${place(handler)})` : '';
    const after = oldestMillis > 0 ? `, after at most ${formatDuration(oldestMillis)}` : '';
    return `No request to ${label}${by} was answered: all of their clients left first${after}. These are long polls, or they hang.`;
  });
}

/** Nothing tells the two apart. */
export function hangingWords({ label, lasting, oldestMillis, handler }: HangingRequests): string {
  const by = handler ? ` (answered by ${place(handler)})` : '';
  return `${formatNumber(lasting)} requests to ${label}${by} had no answer at the end of the capture, for ${formatDuration(oldestMillis)} or longer, and none of those that were open was answered in the last 8 s: these are long polls, or they hang.`;
}

/** Nobody was seen to start those that stay; more of them with the clients that come are the load. */
function timersGrew(facts: Facts): string[] {
  const { verdict, slopePerSecond, first, last } = facts.timers;
  if (verdict !== 'growing' || last - first < Math.max(HEALTH.leastTimers, first * HEALTH.leastTimersShare))
    return [];
  if (clientGrowth(facts) >= slopePerSecond * FOLLOWS_CLIENTS) return [];
  return [
    `The number of timers grew by ${perSecond(slopePerSecond)}, from ${formatNumber(first)} to ${formatNumber(last)}, but which code starts those that remain is unknown.`,
  ];
}

/** Of no one file, endpoint or state, or so that a pool which fills looks the same. */
function descriptorsGrew(facts: Facts): string[] {
  const { verdict, slopePerSecond, first, last } = facts.fdTotal;
  if (
    verdict !== 'growing' ||
    last - first < Math.max(HEALTH.leastDescriptors, first * HEALTH.leastDescriptorsShare)
  )
    return [];
  if (clientGrowth(facts) * HEALTH.descriptorsOfClient >= slopePerSecond * FOLLOWS_CLIENTS) return [];
  return [
    `The number of open descriptors grew by ${perSecond(slopePerSecond)}, from ${formatNumber(first)} to ${formatNumber(last)}, with no single cause.`,
  ];
}

/** In one sentence; nothing where nothing was measured. */
function closest({ observations, cpu, heap }: Facts): string[] {
  const { runtime, passive, limits } = observations;
  const main = cpu.find(({ thread }) => thread === 0);
  const floor = heap.find(({ thread }) => thread === 0)?.floor;
  const fds = passive.at(-1)?.fdCount;
  const parts = [
    sayDelay(runtime),
    main &&
      main.durationMicros > 0 &&
      `the main thread was busy for ${formatShare(main.busyMicros / main.durationMicros)} of the time`,
    floor &&
      floor.points > 0 &&
      limits.heapLimitBytes !== undefined &&
      `the heap was at ${formatShare(floor.last / limits.heapLimitBytes)} of its limit`,
    fds !== undefined &&
      limits.fdSoftLimit !== undefined &&
      `${formatNumber(fds)} of ${formatNumber(limits.fdSoftLimit)} file descriptors were open`,
  ].filter((part) => typeof part === 'string');
  if (parts.length === 0) return [];
  const text = parts.join(', ');
  return [`${text.charAt(0).toUpperCase()}${text.slice(1)}.`];
}

/** "the event loop was at most 519 ms late (by 100 ms or more in 3 of 30 intervals)" */
function sayDelay(runtime: Facts['observations']['runtime']): string | undefined {
  const { all, late, mostMillis } = lateIntervals(runtime);
  if (all === 0) return undefined;
  const often =
    late === 0
      ? ''
      : ` (by ${formatDuration(HEALTH.lateMillis)} or more in ${late} of ${formatCount(all, 'interval')})`;
  return `the event loop was at most ${formatDuration(mostMillis)} late${often}`;
}

// Finding the code that makes what accumulates: creation sites whose resources survive, and where Node makes them out
// of sight of the caller, the allocation stacks of the objects around them.
import type { Blame } from '../analysis/cpu/blame/blame.ts';
import { callerOfPackage } from '../analysis/cpu/blame/callers.ts';
import type { Facts } from '../analysis/facts.ts';
import { type SurvivingSite, survivingSites } from '../analysis/growth/resource-growth.ts';
import type { Trend } from '../analysis/statistics/trend.ts';
import type { Evidence } from '../model/finding.ts';
import type { Frame } from '../model/frame.ts';
import { formatNumber, formatShare } from '../units/units.ts';
import { SITE_SURVIVAL } from './thresholds/growth.ts';
import { perSecond, placeWithLibrary, risen } from './wording.ts';
import { asyncTypeWords } from './words/async-type-words.ts';

export interface CreationSite {
  blame: Blame;
  frame: Frame;
  evidence: Evidence;
  /** The site's own rate of creation; absent when told by allocations only. */
  madePerSecond?: number;
  /** Of those older than 5 s the part that still exists, 0..1; null or absent is unknown. */
  survival?: number | null;
}

/** Most of what a place creates may be closed, and a part of it never is. */
const MOSTLY_CLOSED = 0.9;

/** "and are never closed", "and some of them are never closed": `ended` is the participle. */
export function neverEnded(ended: string, site: Pick<CreationSite, 'survival'> | null): string {
  return (site?.survival ?? 1) >= MOSTLY_CLOSED
    ? `and are never ${ended}`
    : `and some of them are never ${ended}`;
}

/** The survivors of these types made by user code, the most numerous growing ones first. */
export function survivors(facts: Facts, types: readonly string[]): SurvivingSite[] {
  const byUser = survivingSites(facts.observations.asyncObservations, types).filter(
    ({ blame }) => blame.subject,
  );
  return mergeByPlace(byUser.map((site) => ({ ...site, blame: throughLibrary(site.blame, facts) })));
}

/** Stacks that differ only further out are one place. */
function mergeByPlace(sites: SurvivingSite[]): SurvivingSite[] {
  const merged = new Map<string, SurvivingSite>();
  for (const site of sites) {
    const { app, library, inner } = site.blame;
    // Of a package alone, its many places are one.
    const key = `${site.site.type}|${app ? `${app.file}:${app.line}|${library?.file}:${library?.line}` : inner?.package}`;
    const known = merged.get(key);
    if (!known) merged.set(key, site);
    else
      merged.set(key, {
        ...known,
        alive: known.alive + site.alive,
        madePerSecond: known.madePerSecond + site.madePerSecond,
        trend: sumOf(known.trend, site.trend),
      });
  }
  return [...merged.values()].sort((a, b) => b.alive - a.alive);
}

/** What both grow by; the judgement stays that of the one that grows. */
function sumOf(a: Trend, b: Trend): Trend {
  const leading = a.verdict === 'growing' || b.verdict !== 'growing' ? a : b;
  return {
    ...leading,
    slopePerSecond: a.slopePerSecond + b.slopePerSecond,
    lateSlopePerSecond: a.lateSlopePerSecond + b.lateSlopePerSecond,
    first: a.first + b.first,
    last: a.last + b.last,
  };
}

/**
 * The site that best explains a growth of `slopePerSecond` things: of those that accumulate, the one whose pace is nearest.
 * A warm pool may hold more, but does not grow.
 */
export function siteOfSurvivors(
  facts: Facts,
  types: readonly string[],
  slopePerSecond: number,
): CreationSite | null {
  const distance = ({ trend }: SurvivingSite) =>
    Math.abs(Math.log(Math.max(1e-6, trend.slopePerSecond) / Math.max(1e-6, slopePerSecond)));
  // On one path of several, most of them end: what stays at the very pace is told all the same.
  const isPaced = (site: SurvivingSite) =>
    site.trend.verdict === 'growing' &&
    (site.survival ?? 0) > 0 &&
    distance(site) < Math.log(SITE_SURVIVAL.samePace);
  const usable = survivors(facts, types).filter(
    (site) =>
      site.alive >= SITE_SURVIVAL.leastAlive &&
      ((site.survival ?? 0) >= SITE_SURVIVAL.least || isPaced(site)),
  );
  const growing = usable.filter(({ trend }) => trend.verdict === 'growing');
  const site =
    growing.sort((a, b) => distance(a) - distance(b))[0] ?? (usable.length === 1 ? usable[0] : undefined);
  return site ? fromSurvivors(site) : null;
}

export function fromSurvivors(site: SurvivingSite): CreationSite {
  const { alive, madePerSecond, survival, blame } = site;
  const share = survival === null ? '' : `; ${formatShare(survival)} of those older than 5 s still exist`;
  return {
    blame,
    frame: blame.subject!,
    madePerSecond,
    survival,
    evidence: {
      source: 'async-resources',
      statement: `${placeWithLibrary(blame)} creates ${asyncTypeWords(site.site.type)} at ${perSecond(madePerSecond)}${share}, about ${formatNumber(alive)} in all`,
      value: madePerSecond,
      unit: 'per second',
    },
  };
}

/** For what a library makes later, out of sight of who asked: the place in the application that calls it most. */
export function throughLibrary(made: Blame, facts: Facts, files?: ReadonlySet<string>): Blame {
  const name = made.app ? null : (made.inner ?? made.library)?.package;
  const caller = name ? callerOfPackage(facts, name, files) : null;
  return caller ? { ...caller, library: made.library, inner: made.inner } : made;
}

/** Where objects of these Node functions (ReadStream, createGzip) that stay are allocated. */
export function siteOfAllocations(facts: Facts, nodeFunction: RegExp): CreationSite | null {
  for (const { sites } of facts.heap) {
    for (const site of sites) {
      const { subject } = site.blame;
      if (
        !subject ||
        !site.frames.some((frame) => frame.owner === 'node' && nodeFunction.test(frame.functionName))
      )
        continue;
      const statement = `retained objects are allocated there; live bytes ${risen(site.trend)}`;
      const blame = throughLibrary(site.blame, facts);
      return {
        blame,
        frame: blame.subject ?? subject,
        evidence: { source: 'heap-sampling', statement: `${placeWithLibrary(blame)}: ${statement}` },
      };
    }
  }
  return null;
}

/** The user code that spends most CPU time under these Node functions: synchronous calls make no async resource. */
export function siteOfCalls(facts: Facts, nodeFunction: RegExp): CreationSite | null {
  const time = new Map<string, { micros: number; blame: Blame }>();
  for (const { hotspots } of facts.cpu) {
    for (const { blame, selfMicros, frame, work } of hotspots) {
      const isCall = nodeFunction.test(work.call ?? '') || nodeFunction.test(frame.functionName);
      if (!isCall || !blame.subject) continue;
      const key = `${blame.subject.file}:${blame.subject.line}`;
      const known = time.get(key) ?? { micros: 0, blame };
      time.set(key, { ...known, micros: known.micros + selfMicros });
    }
  }
  const best = [...time.values()].sort((a, b) => b.micros - a.micros)[0];
  if (!best) return null;
  return {
    blame: best.blame,
    frame: best.blame.subject!,
    evidence: {
      source: 'cpu-profile',
      statement: `${placeWithLibrary(best.blame)} was observed opening files`,
    },
  };
}

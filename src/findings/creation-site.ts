// Finds the code that creates what accumulates: creation sites whose resources survive, and where Node creates them without
// the caller on the stack, the allocation stacks of the objects around them.
import type { Blame } from '../analysis/cpu/blame/blame.ts';
import { callerOfFiles, callerOfPackage, isHost } from '../analysis/cpu/blame/callers.ts';
import type { Hotspot } from '../analysis/cpu/cpu.ts';
import type { Facts } from '../analysis/facts.ts';
import { type SurvivingSite, survivingSites } from '../analysis/growth/resource-growth.ts';
import type { Trend } from '../analysis/statistics/trend.ts';
import type { Evidence } from '../model/finding.ts';
import type { Frame } from '../model/frame.ts';
import { formatNumber, formatShare } from '../units/units.ts';
import { SITE_SURVIVAL } from './thresholds/growth.ts';
import { perSecond, placeWithLibrary, risen } from './wording.ts';
import { asyncTypeWords } from './words/async-type-words.ts';
import { leftAtPace, leftEvidence } from './words/left-words.ts';

export interface CreationSite {
  blame: Blame;
  frame: Frame;
  evidence: Evidence;
  /** The site's own rate of creation; absent when told by allocations only. */
  madePerSecond?: number;
  /** The application was on no stack of it: the place is the one that calls the package most. */
  isInferred?: true;
  /** By which requests are left only: what the application calls is not known. */
  isByRequests?: true;
  /** It starts worker threads, which are what opens it. */
  isByWorkers?: true;
  /** Nothing was seen to open it: the place adds to this collection, which gains as many entries. */
  companion?: string;
  /** Of those older than 5 s the part that still exists, 0..1; null or absent is unknown. */
  survival?: number | null;
}

/** Most of what a place creates may be closed, and a part of it never is. */
const MOSTLY_CLOSED = 0.9;

/** "and are never closed", "and some of them are never closed": `ended` is the participle. */
export function neverEnded(ended: string, site: Pick<CreationSite, 'survival'> | null): string {
  return endsHardly(site) ? `and are never ${ended}` : `and some of them are never ${ended}`;
}

/** Of what a place makes nearly all stays; so it is taken to be where that is unknown. */
export function endsHardly(site: Pick<CreationSite, 'survival'> | null): boolean {
  return (site?.survival ?? 1) >= MOSTLY_CLOSED;
}

/** The survivors of these types made by user code, the most numerous growing ones first; those of one place are put together if `counts`. */
export function survivors(
  facts: Facts,
  types: readonly string[],
  counts: (site: SurvivingSite) => boolean = () => true,
): SurvivingSite[] {
  const byUser = survivingSites(facts.observations.asyncObservations, types).filter(
    (site) => site.blame.subject && counts(site),
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
  // On one path of several, most of them end: what stays at the very pace is told all the same. Those that are about to end make
  // the number go up and down, so that its trend need not be one of growth.
  const isPaced = (site: SurvivingSite) =>
    (site.survival ?? 0) > 0 && distance(site) < Math.log(SITE_SURVIVAL.samePace);
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

/** Of what Node has let go of already: the place that makes most, where it makes at least as many as accumulate. */
export function siteOfMakers(
  facts: Facts,
  types: readonly string[],
  slopePerSecond: number,
): CreationSite | null {
  const made = survivingSites(facts.observations.asyncObservations, types, 'all')
    .filter(({ blame }) => blame.subject)
    .map((site) => ({ ...site, blame: throughLibrary(site.blame, facts) }));
  const [most] = mergeByPlace(made).sort((a, b) => b.madePerSecond - a.madePerSecond);
  if (!most || most.madePerSecond < slopePerSecond / SITE_SURVIVAL.samePace) return null;
  const { blame, madePerSecond } = most;
  return {
    blame,
    frame: blame.subject!,
    madePerSecond,
    evidence: {
      source: 'async-resources',
      statement: `${placeWithLibrary(blame)} starts ${asyncTypeWords(most.site.type)} at ${perSecond(madePerSecond)}`,
      value: madePerSecond,
      unit: 'per second',
    },
  };
}

export function fromSurvivors(site: SurvivingSite): CreationSite {
  const { alive, madePerSecond, survival, blame } = site;
  const share = survival === null ? '' : `; ${formatShare(survival)} of those older than 5 s still exist`;
  const isInferred = blame.app !== null && !site.site.frames.some(({ owner }) => owner === 'app');
  return {
    blame,
    frame: blame.subject!,
    madePerSecond,
    survival,
    ...(isInferred && { isInferred }),
    evidence: {
      source: 'async-resources',
      statement: `${placeWithLibrary(blame)} creates ${asyncTypeWords(site.site.type)} at ${perSecond(madePerSecond)}${share}, about ${formatNumber(alive)} of those made during the capture`,
      value: madePerSecond,
      unit: 'per second',
    },
  };
}

/**
 * For what a library makes later, out of sight of who asked: the place in the application that calls it most, if possible through
 * these files; where nobody calls it, the place that calls the package through which it was called.
 */
export function throughLibrary(made: Blame, facts: Facts, files: ReadonlySet<string> = new Set()): Blame {
  if (made.app) return made;
  const inner = (made.inner ?? made.library)?.package ?? null;
  const caller = callerOfFiles(facts, files) ?? (inner === null ? null : callerOfPackage(facts, inner));
  const found = caller ?? callerFurtherOut(made, facts);
  return found ? joined(found, made) : made;
}

/** The way from the application ends where something was made. */
function joined(found: Blame, made: Blame): Blame {
  const keeper = made.inner ?? made.library;
  const placeOf = (name: string | null | undefined) => found.chain.findIndex((link) => link.package === name);
  const [outer, end] = [placeOf(made.library?.package), placeOf(keeper?.package)];
  const isOnTheWay = outer >= 0 && outer <= end;
  // Outermost may be who woke the keeper up, as a socket does; the application calls the keeper, and what that calls leads elsewhere.
  if (!keeper || isOnTheWay || end < 0) return { ...found, library: made.library, inner: made.inner };
  const library = found.library?.package === keeper.package ? keeper : found.library;
  const chain = [
    ...found.chain.slice(0, end),
    { package: keeper.package, frame: keeper, isBlamed: true },
  ].map((link, i) => ({ ...link, isBlamed: i === end }));
  return { ...found, library, inner: keeper, chain };
}

function callerFurtherOut({ chain }: Blame, facts: Facts): Blame | null {
  const blamed = chain.findIndex((link) => link.isBlamed);
  for (const { package: name } of chain.slice(0, Math.max(0, blamed)).reverse()) {
    const caller = name === null || isHost(facts, name) ? null : callerOfPackage(facts, name);
    if (caller) return caller;
  }
  return null;
}

/**
 * Without a place in the application, or with one that is inferred only: the function that answers the requests whose clients leave at this very pace, since
 * what it opened for them is what stays.
 */
export function orWhoAnswers(
  site: CreationSite | null,
  facts: Facts,
  slopePerSecond: number,
): CreationSite | null {
  const isSeen = site?.blame.app && !site.isInferred;
  const left = isSeen ? null : leftAtPace(facts, slopePerSecond);
  const handler = left?.handler;
  if (handler?.owner !== 'app') return site;
  const { library = null, inner = null, chain = [] } = site?.blame ?? {};
  const link = { package: null, frame: handler, isBlamed: inner === null };
  const blame: Blame = {
    app: handler,
    library,
    inner,
    subject: handler,
    caller: null,
    chain: [link, ...chain.filter(({ package: name }) => name !== null)],
  };
  const evidence = site && !site.isInferred ? site.evidence : leftEvidence(left)[0]!;
  return { blame, frame: handler, evidence, isByRequests: true };
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
  return busiestCaller(facts, ({ frame, work, selfMicros }) =>
    nodeFunction.test(work.call ?? '') || nodeFunction.test(frame.functionName) ? selfMicros : 0,
  );
}

/** The user code that spends most CPU time in this synchronous function of Node's, of what does not call the other one, too. */
export function siteOfSynchronous(facts: Facts, call: string, without: string): CreationSite | null {
  return busiestCaller(facts, ({ synchronous }) =>
    synchronous?.byCall.has(without) ? 0 : (synchronous?.byCall.get(call) ?? 0),
  );
}

function busiestCaller(facts: Facts, microsOf: (hotspot: Hotspot) => number): CreationSite | null {
  const time = new Map<string, { micros: number; blame: Blame }>();
  for (const { hotspots } of facts.cpu) {
    for (const hotspot of hotspots) {
      const micros = microsOf(hotspot);
      const { blame } = hotspot;
      if (micros <= 0 || !blame.subject) continue;
      const key = `${blame.subject.file}:${blame.subject.line}`;
      const known = time.get(key) ?? { micros: 0, blame };
      time.set(key, { ...known, micros: known.micros + micros });
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

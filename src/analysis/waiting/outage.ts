// Whether the service has stopped answering: of the recent requests on each of several routes, not one was answered; they
// still wait, or their clients disconnected first.
import type { AsyncObservation, AsyncSite, AsyncSiteRead } from '../../model/async-resource.ts';
import { type SurvivingSite, survivingSites } from '../growth/resource-growth.ts';
import { INBOUND } from './lasting-requests.ts';

/** A route whose requests get no answer. */
export interface SilentRoute extends SurvivingSite {
  /** "GET /orders/#". */
  label: string;
  /** Of those watched, lately: still waiting, and given up by their clients. */
  waiting: number;
  droppedByClient: number;
  oldestMillis: number;
  /** Of all those watched, not only lately: given up by their clients; null where some were answered. */
  allDropped: number | null;
}

export interface Outage {
  /** The busiest first. */
  routes: SilentRoute[];
  /** Requests to these routes, and to all of them. */
  silentPerSecond: number;
  allPerSecond: number;
}

/** Of a route: fewer that are old enough to have been answered say nothing. */
const LEAST_OLD = 4;
/** What was answered before it began is no sign of health: only the later part of the look counts. */
const LATE_PART = 0.6;

/** Null where every route answers, or where too few requests came. One silent route alone may be a long poll. */
export function findOutage(observations: readonly AsyncObservation[]): Outage | null {
  const sites = survivingSites(observations, [INBOUND], 'all');
  const routes = sites.flatMap((site) => silentRoute(site) ?? []);
  if (routes.length === 0) return null;
  const rate = (some: readonly SurvivingSite[]) => some.reduce((sum, each) => sum + each.madePerSecond, 0);
  return {
    routes: routes.sort((a, b) => b.madePerSecond - a.madePerSecond),
    silentPerSecond: rate(routes),
    allPerSecond: rate(sites),
  };
}

function silentRoute(survivors: SurvivingSite): SilentRoute | null {
  const late = lately(survivors.site);
  if (!late || late.old < LEAST_OLD || late.answered > 0) return null;
  const { site } = survivors;
  const last = site.reads.at(-1)!;
  return {
    ...survivors,
    label: site.label ?? '',
    waiting: last.oldAlive,
    droppedByClient: late.dropped,
    oldestMillis: last.oldestMillis ?? 0,
    allDropped: last.oldWatched - last.oldAlive - (last.oldDropped ?? 0) < 1 ? (last.oldDropped ?? 0) : null,
  };
}

/** What became of the watched ones that came to be 5 s old in the later part of the look; null where it cannot be told. */
function lately({ reads }: AsyncSite): { old: number; dropped: number; answered: number } | null {
  const last = reads.at(-1);
  if (!last) return null;
  const since = reads.findLast(({ atMillis }) => atMillis <= last.atMillis * LATE_PART);
  const kept = since ? keptOf(since, last) : 1;
  const before = since ? scaled(since, kept) : NOTHING;
  const answeredBy = ({ oldWatched, oldAlive, oldDropped = 0 }: Counts) => oldWatched - oldAlive - oldDropped;
  const answered = answeredBy(last) - answeredBy(before);
  return {
    old: last.oldWatched - before.oldWatched + before.oldAlive,
    dropped: Math.max(0, (last.oldDropped ?? 0) - (before.oldDropped ?? 0)),
    // Halves of uneven counts are rounded.
    answered: kept < 1 && Math.abs(answered) <= ROUNDED ? 0 : answered,
  };
}

const ROUNDED = 1;

/** One of two, of four, ... of those that had been watched by `since`: where many come, fewer and fewer are. */
function keptOf(since: AsyncSiteRead, last: AsyncSiteRead): number {
  const [before, after] = [since, last].map(({ made, watched }) => watched / Math.max(1, made));
  const times = Math.round(Math.log2(Math.max(1e-6, before!) / Math.max(1e-6, after!)));
  return 2 ** -Math.max(0, times);
}

function scaled({ oldWatched, oldAlive, oldDropped = 0 }: AsyncSiteRead, by: number): Counts {
  return { oldWatched: oldWatched * by, oldAlive: oldAlive * by, oldDropped: oldDropped * by };
}

type Counts = Pick<AsyncSiteRead, 'oldWatched' | 'oldAlive' | 'oldDropped'>;

const NOTHING: Counts = { oldWatched: 0, oldAlive: 0 };

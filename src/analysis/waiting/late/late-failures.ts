// Requests that are answered only after seconds, and then with an error: what they wait for does not come before a timeout ends
// the wait.
import type { AsyncObservation, AsyncSiteRead } from '../../../model/async-resource.ts';
import type { RuntimeSample } from '../../../model/samples.ts';
import { type SurvivingSite, survivingSites } from '../../growth/resource-growth.ts';
import { longestLateMillis, meanLifeMillis } from '../held-requests.ts';
import { INBOUND } from '../lasting-requests.ts';

const FAILURE = 'http.server.failure';

/** A route whose requests fail late. The site is that of all its requests. */
export interface LateFailures extends SurvivingSite {
  /** "GET /carts/#". */
  label: string;
  /** Of the requests that are answered, 0..1. */
  failedShare: number;
  failedPerSecond: number;
  /** The oldest that was seen without an answer. */
  longestMillis: number;
  /** From arrival to the beginning of the answer, on average. */
  meanMillis: number;
}

/** Fewer of those looked at may be chance. */
const LEAST_FAILED = 5;
const LEAST_SHARE = 0.1;
/** A program that gives up on another service after a moment, for a few of its requests, does what it should. */
const LEAST_SHARE_OF_ALL = 0.2;
const LONG_MILLIS = 5_000;
/** A loop that is late by this part of the wait makes them late itself. */
const MOST_LATE = 0.3;

/** The route with most failures first. `main` has the main thread's samples. */
export function findLateFailures(
  observations: readonly AsyncObservation[],
  main: readonly RuntimeSample[],
): LateFailures[] {
  const lateMillis = longestLateMillis(main);
  const inbound = survivingSites(observations, [INBOUND], 'all');
  const allPerSecond = inbound.reduce((sum, site) => sum + answeredPerSecond(site), 0);
  return survivingSites(observations, [FAILURE], 'all')
    .flatMap((failures): LateFailures[] => {
      const { thread, label = '', reads } = failures.site;
      const all = inbound.find(({ site }) => site.thread === thread && site.label === label);
      if (!all || (reads.at(-1)?.watched ?? 0) < LEAST_FAILED) return [];
      const failedShare = Math.min(1, failures.madePerSecond / Math.max(1e-6, answeredPerSecond(all)));
      const longestMillis = Math.max(0, ...all.site.reads.map(({ oldestMillis = 0 }) => oldestMillis));
      const isFew = longestMillis < LONG_MILLIS && failures.madePerSecond < allPerSecond * LEAST_SHARE_OF_ALL;
      return failedShare < LEAST_SHARE || isFew || lateMillis >= longestMillis * MOST_LATE
        ? []
        : [
            {
              ...all,
              label,
              failedShare,
              failedPerSecond: failures.madePerSecond,
              longestMillis,
              meanMillis: meanLifeMillis(all.site.reads),
            },
          ];
    })
    .sort((a, b) => b.failedPerSecond - a.failedPerSecond);
}

function answeredPerSecond({ site, madePerSecond }: SurvivingSite): number {
  const last: AsyncSiteRead | undefined = site.reads.at(-1);
  if (!last || last.watched === 0) return 0;
  return (madePerSecond * Math.max(0, last.watched - last.alive - (last.oldDropped ?? 0))) / last.watched;
}

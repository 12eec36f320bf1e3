// Requests whose answer does not begin: those that came in and those that went out, by what they have in common.
import type { AsyncObservation, AsyncSite } from '../../model/async-resource.ts';
import { type SurvivingSite, survivingSites } from '../growth/resource-growth.ts';

export const INBOUND = 'http.server.request';
export const OUTBOUND = 'http.client.request';
/** From the arrival of a request to the end of its answer. */
export const ANSWER = 'http.server.answer';
/** The same, by who writes the first part of the answer. */
const WRITE = 'http.server.write';

export interface LastingRequests extends SurvivingSite {
  /** "GET 10.0.0.7:80/rates/#". */
  label: string;
  /** The oldest that was watched and has no answer, milliseconds. */
  oldestMillis: number;
  /** Of the same kind, how many were answered within 5 s; null when none is that old. */
  answeredShare: number | null;
  /** Of requests that go out and wait, how many the program itself has not ended, 0..1; null when unknown. */
  unendedShare: number | null;
}

/** Those without an answer that become more, the most first. */
export function lastingRequests(
  observations: readonly AsyncObservation[],
  type: typeof INBOUND | typeof OUTBOUND | typeof ANSWER,
): LastingRequests[] {
  return survivingSites(observations, [type])
    .map((site) => ({
      ...site,
      label: site.site.label ?? '',
      oldestMillis: oldestOf(site.site),
      answeredShare: answeredShareOf(site.site),
      unendedShare: unendedShareOf(site.site),
    }))
    .filter(
      ({ trend, survival, site }) =>
        trend.verdict === 'growing' && (survival ?? 0) > 0 && !(type === INBOUND && allEndAtAnAge(site)),
    );
}

/** Reads at the end of the look, over at least so long, in which the oldest became older by less than this part of the time. */
const LEVEL = { reads: 4, leastMillis: 4_000, part: 0.3 };

/**
 * Long polls that become more as a program gets busier: whoever is oldest is answered at about the same age, and no client leaves.
 * Of requests that are never answered the oldest stays the oldest.
 */
function allEndAtAnAge({ reads }: AsyncSite): boolean {
  const [first, last] = [reads.at(-LEVEL.reads), reads.at(-1)];
  if (!first || !last || first.oldestMillis === undefined || last.oldestMillis === undefined) return false;
  const millis = last.atMillis - first.atMillis;
  const haveLeft = (last.oldDropped ?? 0) > (first.oldDropped ?? 0);
  return (
    !haveLeft && millis >= LEVEL.leastMillis && last.oldestMillis - first.oldestMillis < millis * LEVEL.part
  );
}

/** Answers that begin and have no end. */
export interface UnendedAnswers extends LastingRequests {
  /** Who writes the first part of those that stay, the most first; empty where it was not caught. */
  writers: SurvivingSite[];
}

/**
 * Answers without an end that become more, while others of their kind end. A kind whose requests accumulate unanswered is left
 * out: most of those have not begun.
 */
export function unendedAnswers(observations: readonly AsyncObservation[]): UnendedAnswers[] {
  const unbegun = lastingRequests(observations, INBOUND);
  const writers = survivingSites(observations, [WRITE]);
  return lastingRequests(observations, ANSWER)
    .filter(({ label, trend }) => {
      const waiting = unbegun.find((requests) => requests.label === label);
      return !waiting || waiting.trend.slopePerSecond < trend.slopePerSecond * MOST_UNBEGUN;
    })
    .map((answers) => ({
      ...answers,
      writers: writers.filter(({ site, survival }) => site.label === answers.label && (survival ?? 0) > 0),
    }));
}

const MOST_UNBEGUN = 0.5;

/** Those whose client went away first have no answer either. */
function answeredShareOf({ reads }: AsyncSite): number | null {
  const last = reads.at(-1);
  if (!last || last.oldWatched === 0) return null;
  return 1 - (last.oldAlive + (last.oldDropped ?? 0)) / last.oldWatched;
}

function unendedShareOf({ reads }: AsyncSite): number | null {
  const last = reads.at(-1);
  return last?.oldUnended === undefined || last.oldAlive === 0 ? null : last.oldUnended / last.oldAlive;
}

function oldestOf({ reads }: AsyncSite): number {
  return reads.at(-1)?.oldestMillis ?? 0;
}

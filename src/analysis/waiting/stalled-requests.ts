// Requests that hang while their clients wait with them: each client sends its next request only after an answer, so no more
// arrive and nothing grows.
import type { AsyncObservation, AsyncSiteRead } from '../../model/async-resource.ts';
import { type SurvivingSite, survivingSites } from '../growth/resource-growth.ts';
import { INBOUND } from './lasting-requests.ts';

export interface StalledRequests extends SurvivingSite {
  /** "POST /orders". */
  label: string;
  oldestMillis: number;
  /** For how long no other of this kind has come. */
  quietMillis: number;
  /** Of this kind, how many were answered within 5 s, 0..1. */
  answeredShare: number;
}

const LEAST_WAITING = 4;
const LONG_MILLIS = 15_000;
const LEAST_QUIET_MILLIS = 10_000;
/** What came last is answered by then, if it is answered. */
const SETTLED_MILLIS = 5_000;
/** Others of the kind are answered although these came earlier: else they may all wait for one event. */
const LEAST_ANSWERED = 0.2;

/** The most first. */
export function stalledRequests(observations: readonly AsyncObservation[]): StalledRequests[] {
  return survivingSites(observations, [INBOUND]).flatMap((survivors): StalledRequests[] => {
    const { reads, label = '' } = survivors.site;
    const last = reads.at(-1);
    if (!last) return [];
    const { oldAlive, oldWatched, oldDropped = 0, oldestMillis = 0, atMillis } = last;
    const since = reads.find(({ made }) => made === last.made)?.atMillis ?? atMillis;
    const quietMillis = atMillis - since;
    const answeredShare = 1 - (oldAlive + oldDropped) / Math.max(1, oldWatched);
    const isStalled =
      oldAlive >= LEAST_WAITING &&
      oldestMillis >= LONG_MILLIS &&
      quietMillis >= LEAST_QUIET_MILLIS &&
      answeredShare >= LEAST_ANSWERED &&
      isStill(reads, since + SETTLED_MILLIS);
    return isStalled ? [{ ...survivors, label, oldestMillis, quietMillis, answeredShare }] : [];
  });
}

/** Of those that wait, none was answered from then on. */
function isStill(reads: readonly AsyncSiteRead[], fromMillis: number): boolean {
  const late = reads.filter(({ atMillis }) => atMillis >= fromMillis);
  return late.length > 1 && late.every(({ alive }) => alive === late[0]!.alive);
}

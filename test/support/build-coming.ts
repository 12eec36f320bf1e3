// Requests, promises and timers that come at given times, and end at given times, as a capture of 20 s reads them.
import type { AsyncSite } from '../../src/model/async-resource.ts';
import { change, type Habit } from './build-observations.ts';
import { framesFrom } from './build-profile.ts';

export const LOOK_SECONDS = 20;
/** As the capture reads: often at first, then every one to three seconds. */
const READS_AT = [1, 2, 3, 4, 6, 9, 11, 12, 13, 16, 19, 20];

export interface Coming {
  /** When they come, seconds. */
  arrivals: readonly number[];
  /** When one that came at `t` is answered. */
  answeredAt: (t: number) => number;
}

export const evenly = (perSecond: number): number[] =>
  Array.from({ length: perSecond * LOOK_SECONDS }, (_, i) => (i + 0.5) / perSecond);
export function coming(
  type: string,
  { arrivals, answeredAt }: Coming,
  { frames = '', ...site }: { frames?: string } & Partial<Omit<AsyncSite, 'frames'>> = {},
): Habit {
  return change((o) => {
    const reads = READS_AT.map((now) => {
      const came = arrivals.filter((t) => t <= now);
      const waiting = came.filter((t) => answeredAt(t) > now);
      const old = came.filter((t) => t <= now - 5);
      return {
        atMillis: now * 1_000,
        made: came.length,
        watched: came.length,
        alive: waiting.length,
        oldWatched: old.length,
        oldAlive: old.filter((t) => answeredAt(t) > now).length,
        oldestMillis: waiting.length > 0 ? (now - waiting[0]!) * 1_000 : 0,
      };
    });
    Object.assign(o.asyncObservations[0]!, { coverage: 1 });
    o.asyncObservations[0]!.sites.push({ thread: 0, type, frames: framesFrom(frames), reads, ...site });
  });
}

export const requests = (label: string, of: Coming) => coming('http.server.request', of, { label });
export const promises = (frames: string, of: Coming) => coming('PROMISE', of, { frames });

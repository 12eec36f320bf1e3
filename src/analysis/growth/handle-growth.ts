// Open handles whose number rises, by type: as Node counts the active ones, and as creation sites show them where most
// remain. Types that are counted by another measure (sockets, processes, files, timers) are left out, and so are requests,
// which end.
import type { AsyncObservation } from '../../model/async-resource.ts';
import type { RuntimeSample } from '../../model/samples.ts';
import type { Trend } from '../statistics/trend.ts';
import { countTrend, type SurvivingSite, survivingSites } from './resource-growth.ts';

/** Of one type, in all threads. */
export interface HandleGrowth {
  /** async_hooks' name: "MESSAGEPORT". */
  type: string;
  /** As Node counts active handles; only where it grows, the fastest first. */
  counted: { thread: number; trend: Trend }[];
  /** Places whose handles stay and become more, known from a look right after a collection. */
  stays: SurvivingSite[];
}

/** These have measures of their own, which also know what is not active. */
const MEASURED_ELSEWHERE =
  /^(TIMEOUT|IMMEDIATE|TCP\w*|PIPE\w*|UDPWRAP|PROCESSWRAP|WORKER|FSEVENTWRAP|STATWATCHER|FILEHANDLE\w*)$/;
/** Operations that wait for their end: what they wait for is another matter. */
const REQUESTS = /REQ|CONNECT|SHUTDOWN|WRITE|SEND|QUERY|JOB/;
/** Where Node's list of active resources has another name than async_hooks. */
const HOOK_NAMES: Record<string, string> = { INTERVALHISTOGRAM: 'ELDHISTOGRAM' };
/** Of objects that do not say whether they are closed, only those that a collection left are known to stay. */
const COLLECTED_WITHIN_MILLIS = 5_000;

/** The types of which there are more and more, the fastest first. */
export function growingHandles(
  runtime: readonly RuntimeSample[],
  observations: readonly AsyncObservation[],
): HandleGrowth[] {
  const found = new Map<string, HandleGrowth>();
  const of = (type: string): HandleGrowth => {
    const known = found.get(type) ?? { type, counted: [], stays: [] };
    found.set(type, known);
    return known;
  };
  for (const { type, thread, trend } of countedHandles(runtime)) of(type).counted.push({ thread, trend });
  const types = [...new Set(observations.flatMap(({ sites }) => sites.map(({ type }) => type)))];
  for (const site of survivingSites(observations, types.filter(isHandle)))
    if (site.trend.verdict === 'growing' && isKnownToStay(site, runtime)) of(site.site.type).stays.push(site);
  return [...found.values()].sort((a, b) => paceOf(b) - paceOf(a));
}

/** Handles a second: where Node counts them, by that. */
export function paceOf({ counted, stays }: HandleGrowth): number {
  const sum = (trends: { trend: Trend }[]) =>
    trends.reduce((all, { trend }) => all + trend.slopePerSecond, 0);
  return counted.length > 0 ? sum(counted) : sum(stays);
}

function isHandle(type: string): boolean {
  return (
    /^[A-Z0-9]+$/.test(type) && !MEASURED_ELSEWHERE.test(type) && !REQUESTS.test(type) && type !== 'PROMISE'
  );
}

function countedHandles(runtime: readonly RuntimeSample[]) {
  const counting = runtime.filter(({ resources }) => resources);
  const threads = [...new Set(counting.map(({ thread }) => thread))];
  return threads.flatMap((thread) => {
    const own = counting.filter((sample) => sample.thread === thread);
    const names = new Set(own.flatMap(({ resources }) => Object.keys(resources ?? {})));
    return [...names].flatMap((name) => {
      const upper = name.toUpperCase();
      const type = HOOK_NAMES[upper] ?? upper;
      if (!isHandle(type)) return [];
      const trend = countTrend(own, ({ resources }) => resources?.[name] ?? 0);
      return trend.verdict === 'growing' ? [{ type, thread, trend }] : [];
    });
  });
}

function isKnownToStay({ site }: SurvivingSite, runtime: readonly RuntimeSample[]): boolean {
  const lastMillis = site.reads.at(-1)?.atMillis ?? 0;
  return runtime.some(
    ({ thread, afterGc, atMillis }) =>
      afterGc &&
      thread === site.thread &&
      atMillis <= lastMillis &&
      lastMillis - atMillis <= COLLECTED_WITHIN_MILLIS,
  );
}

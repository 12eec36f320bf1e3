// How often to read from outside: as configured, and less often where the readings take more than their part of a core.

/** Of a core; the other half of 1 % is for light looks. */
const OUTSIDE_SHARE = 0.005;
const LONGEST_INTERVAL_MILLIS = 60_000;
/** Over a shorter time one collection of garbage is half of it. */
const WINDOW_MILLIS = 60_000;

export interface Pace {
  intervalMillis: number;
  /** Where the window began. */
  sinceMillis: number;
  cpuMillisThen: number;
}

export const startPace = (intervalMillis: number, atMillis: number, cpuMillis: number): Pace => ({
  intervalMillis,
  sinceMillis: atMillis,
  cpuMillisThen: cpuMillis,
});

/** `cpuMillis`: what the watcher has taken since it began. */
export function pace(
  before: Pace,
  {
    atMillis,
    cpuMillis,
    configuredMillis,
  }: { atMillis: number; cpuMillis: number; configuredMillis: number },
): Pace {
  const millis = atMillis - before.sinceMillis;
  if (millis < WINDOW_MILLIS) return before;
  const share = (cpuMillis - before.cpuMillisThen) / millis;
  const longest = Math.max(configuredMillis, LONGEST_INTERVAL_MILLIS);
  const { intervalMillis } = before;
  const next =
    share > OUTSIDE_SHARE
      ? intervalMillis * 2
      : share < OUTSIDE_SHARE / 3
        ? intervalMillis / 2
        : intervalMillis;
  return startPace(Math.min(longest, Math.max(configuredMillis, next)), atMillis, cpuMillis);
}

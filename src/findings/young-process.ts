// A process that has run for a short while only: what rises in it may be its start.
import type { Facts } from '../analysis/facts.ts';
import { formatDuration } from '../units/units.ts';
import { YOUNG_SECONDS } from './thresholds/growth.ts';

/** Unknown age is no youth. */
export function isYoung({ observations }: Facts): boolean {
  return (observations.target.uptimeSeconds ?? Number.POSITIVE_INFINITY) < YOUNG_SECONDS;
}

/** The caveat; `what` is what it may be instead: "a cache may still be filling". */
export function sayYoung(facts: Facts, what: string): string[] {
  if (!isYoung(facts)) return [];
  const age = formatDuration((facts.observations.target.uptimeSeconds ?? 0) * 1_000);
  return [`The process had run for ${age} only: ${what}. Look again later to be sure.`];
}

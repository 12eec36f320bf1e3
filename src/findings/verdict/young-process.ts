// A process that has run only for a short while: what rises in it may be its start-up.
import type { Facts } from '../../analysis/facts.ts';
import { formatDuration } from '../../units/units.ts';
import { YOUNG_SECONDS } from '../thresholds/growth.ts';

/** Unknown age is no youth. */
export function isYoung({ observations }: Facts): boolean {
  return (observations.target.uptimeSeconds ?? Number.POSITIVE_INFINITY) < YOUNG_SECONDS;
}

/** What silence of a young process is worth. The next measurement of the report says how to find out. */
export function sayComeBack(facts: Facts): string[] {
  if (!isYoung(facts)) return [];
  return [`The process had run for only ${ageOf(facts)}: its start-up can hide a slow leak.`];
}

/** The caveat; `what` is what it may be instead: "a cache may still be filling". */
export function sayYoung(facts: Facts, what: string): string[] {
  return isYoung(facts) ? [`The process had run for only ${ageOf(facts)}: ${what}.`] : [];
}

const ageOf = ({ observations }: Facts): string =>
  formatDuration((observations.target.uptimeSeconds ?? 0) * 1_000);

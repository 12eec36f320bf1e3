// A process that has run for a short while only: what rises in it may be its start.
import type { Facts } from '../../analysis/facts.ts';
import { formatDuration } from '../../units/units.ts';
import { YOUNG_SECONDS } from '../thresholds/growth.ts';

/** Unknown age is no youth. */
export function isYoung({ observations }: Facts): boolean {
  return (observations.target.uptimeSeconds ?? Number.POSITIVE_INFINITY) < YOUNG_SECONDS;
}

/** What silence of a young process is worth, and when it is worth more. */
export function sayComeBack(facts: Facts): string[] {
  if (!isYoung(facts)) return [];
  const age = facts.observations.target.uptimeSeconds ?? 0;
  const left = YOUNG_SECONDS - age - facts.lookSeconds;
  const when = left > 0 ? `in ${formatDuration(left * 1_000)}` : 'now';
  return [
    `The process had run for ${formatDuration(age * 1_000)} only, and a heap that is still shrinking after start-up hides a slow leak. Look again ${when}; --settle waits for you.`,
  ];
}

/** The caveat; `what` is what it may be instead: "a cache may still be filling". */
export function sayYoung(facts: Facts, what: string): string[] {
  if (!isYoung(facts)) return [];
  const age = formatDuration((facts.observations.target.uptimeSeconds ?? 0) * 1_000);
  return [`The process had run for ${age} only: ${what}. Look again later to be sure.`];
}

// The words for things that accumulate at the pace at which clients disconnect before their answer ends: what was opened for
// those clients is never closed.
import type { Facts } from '../../analysis/facts.ts';
import type { LeftAnswers } from '../../analysis/waiting/left-answers.ts';
import type { Evidence } from '../../model/finding.ts';
import { formatShare } from '../../units/units.ts';
import { LEFT_ANSWERS } from '../thresholds/growth.ts';
import { perSecond, place } from '../wording.ts';

/** The requests whose clients leave at the pace at which something accumulates; null where none do. */
export function leftAtPace({ leftAnswers }: Facts, slopePerSecond: number): LeftAnswers | null {
  const distance = (left: LeftAnswers) => Math.abs(Math.log(left.perSecond / Math.max(1e-6, slopePerSecond)));
  const [nearest] = leftAnswers.toSorted((a, b) => distance(a) - distance(b));
  return nearest && distance(nearest) <= Math.log(LEFT_ANSWERS.samePace) ? nearest : null;
}

export function leftEvidence(left: LeftAnswers | null): Evidence[] {
  if (!left) return [];
  const by = left.handler ? `, which ${place(left.handler)} answers,` : '';
  const statement = `clients of ${left.label}${by} disconnected before the end of their answer at ${perSecond(left.perSecond)} (${formatShare(left.share)} of them), the pace at which these accumulate`;
  return [{ source: 'requests', statement, value: left.perSecond, unit: 'per second' }];
}

export function leftAdvice(left: LeftAnswers | null): string[] {
  if (!left) return [];
  return [
    `In the code that answers ${left.label}, listen for "close" on the response, and end what was opened for it there (destroy, abort, kill, close). pipe() does not do that; stream.pipeline() does it for the streams passed to it.`,
  ];
}

/** Where a package has opened it: which version of it closes is found by trial. */
export function leftByPackage(left: LeftAnswers, opener: string): string {
  const version = opener.lastIndexOf('@');
  const name = version > 0 ? opener.slice(0, version) : opener;
  return `If that code cannot reach what ${name} has opened, you need a version of ${name} that closes it. To test one, have clients of ${left.label} disconnect before the end of their request, and count again.`;
}

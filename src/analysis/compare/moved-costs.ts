// Costs that only moved: a function is inlined, split or renamed, and its time shows at a caller or callee. What one lost
// and the other gained is cancelled before any function is blamed.
import { chanceOf, type Estimate, estimate, type Samples } from './estimate.ts';
import type { MatchedFunction } from './function-costs.ts';

export interface Tested {
  matched: MatchedFunction;
  samples: Samples;
  /** In parts of base's CPU time. */
  estimate: Estimate;
}

export interface Move {
  /** What is left of the change when the others' are added. */
  net: number;
  /** Nothing is left: it only moved. */
  isAll: boolean;
  /** Names of the others. */
  with: string[];
}

/** By function id. */
export type Moves = Map<string, Move>;

/** Looser than a verdict: a partner in a move need not be certain by itself. */
const PARTNER_CHANCE = 0.05;
const LEAST_CHANGE = 0.002;
/** Below this part of the change, what is left is noise of the move. */
const LEFT_PART = 0.1;

/** Each function takes part in one move at most; the largest change looks for its partners first. */
export function findMoves(tested: readonly Tested[]): Moves {
  const moves: Moves = new Map();
  const changed = tested
    .filter(
      ({ estimate }) => chanceOf(estimate) < PARTNER_CHANCE && Math.abs(estimate.difference) >= LEAST_CHANGE,
    )
    .sort((a, b) => Math.abs(b.estimate.difference) - Math.abs(a.estimate.difference));
  for (const one of changed) {
    if (moves.has(one.matched.id)) continue;
    const partners = changed.filter(
      (other) =>
        !moves.has(other.matched.id) &&
        one.matched.neighbours.has(other.matched.id) &&
        Math.sign(other.estimate.difference) !== Math.sign(one.estimate.difference),
    );
    const group = cancel(one, partners);
    if (group.length < 2) continue;
    const left = estimate(sum(group.map(({ samples }) => samples)));
    const isAll =
      chanceOf(left) > PARTNER_CHANCE ||
      Math.abs(left.difference) < LEFT_PART * Math.abs(one.estimate.difference);
    for (const member of group) {
      moves.set(member.matched.id, {
        net: member === one && !isAll ? left.difference : 0,
        // What is left of the move is the largest one's; the others are explained by it.
        isAll: isAll || member !== one,
        with: group.filter((other) => other !== member).map(({ matched }) => matched.frame.functionName),
      });
    }
  }
  return moves;
}

/** Adds partners as long as they bring the sum closer to nothing. */
function cancel(one: Tested, partners: readonly Tested[]): Tested[] {
  const group = [one];
  let left = one.estimate.difference;
  for (const partner of partners) {
    const next = left + partner.estimate.difference;
    if (Math.abs(next) >= Math.abs(left)) continue;
    group.push(partner);
    left = next;
  }
  return group;
}

function sum(all: readonly Samples[]): Samples {
  const [first, ...rest] = all;
  const add = (a: readonly number[], b: readonly number[]) => a.map((value, i) => value + b[i]!);
  return rest.reduce<Samples>(
    (total, next) => ({
      paired: total.paired,
      base: add(total.base, next.base),
      head: add(total.head, next.head),
    }),
    first!,
  );
}

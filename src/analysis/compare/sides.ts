// The runs of both sides, in pairs where they were made side by side.
import type { Run } from '../../model/comparison/run.ts';
import { mean, type Samples } from './estimate.ts';

export interface Sides {
  base: readonly Run[];
  head: readonly Run[];
  isPaired: boolean;
  /** One number of each run, where there is one on both sides; of a pair both or none. null: not on both. */
  samples(of: (run: Run) => number | undefined): Samples | null;
  means(of: (run: Run) => number | undefined): { base: number | null; head: number | null };
}

export function sidesOf(base: readonly Run[], head: readonly Run[]): Sides {
  const pairs = pairUp(base, head);
  const present = (runs: readonly Run[], of: (run: Run) => number | undefined) =>
    runs.map(of).filter((value) => value !== undefined);
  return {
    base,
    head,
    isPaired: pairs !== null,
    samples(of) {
      if (pairs) {
        const both = pairs.flatMap(([b, h]) => {
          const [was, is] = [of(b), of(h)];
          return was === undefined || is === undefined ? [] : [[was, is] as const];
        });
        if (both.length === 0) return null;
        return { paired: true, base: both.map(([was]) => was), head: both.map(([, is]) => is) };
      }
      const [was, is] = [present(base, of), present(head, of)];
      return was.length === 0 || is.length === 0 ? null : { paired: false, base: was, head: is };
    },
    means(of) {
      const [was, is] = [present(base, of), present(head, of)];
      return { base: was.length > 0 ? mean(was) : null, head: is.length > 0 ? mean(is) : null };
    },
  };
}

function pairUp(base: readonly Run[], head: readonly Run[]): [Run, Run][] | null {
  const numbered = new Map(base.map((run) => [run.pair, run]));
  if (numbered.has(null) || numbered.size !== base.length || base.length !== head.length) return null;
  const pairs = head.flatMap((run): [Run, Run][] => {
    const other = numbered.get(run.pair);
    return other ? [[other, run]] : [];
  });
  return pairs.length === head.length ? pairs : null;
}

// Classes whose number of objects rises, from counts of all live objects that were taken at least twice.
import type { ClassCount } from '../../model/memory/census.ts';

export interface ClassGrowth {
  /** A constructor's name, or the keys of plain objects: "Promise", "{id, payload}". */
  name: string;
  first: number;
  last: number;
  perSecond: number;
  /** Of all objects that there are more of, 0..1. */
  share: number;
}

/** Of one thread, the fastest first; empty where objects were counted once only. */
export function growingClasses(classes: readonly ClassCount[], thread: number): ClassGrowth[] {
  const grown = classes
    .filter((each) => each.thread === thread && each.counts.length > 1)
    .map(({ name, counts }) => {
      const [first, last] = [counts[0]!, counts.at(-1)!];
      const seconds = Math.max(1, (last.atMillis - first.atMillis) / 1_000);
      const more = last.objects - first.objects;
      return { name, first: first.objects, last: last.objects, perSecond: more / seconds, share: 0 };
    })
    .filter(({ perSecond }) => perSecond > 0);
  const all = grown.reduce((sum, { perSecond }) => sum + perSecond, 0);
  return grown
    .map((each) => ({ ...each, share: each.perSecond / all }))
    .sort((a, b) => b.perSecond - a.perSecond);
}

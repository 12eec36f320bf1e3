// Finds the caller of a package for work that the package does by itself later, when its caller is no longer on the stack.

import type { Frame } from '../../../model/frame.ts';
import type { Facts } from '../../facts.ts';
import { type Blame, blame, functionKey } from './blame.ts';

/**
 * The application's function under which most of what the package keeps was allocated or, where it keeps nothing, which
 * made most async work through it, or spent most of its time; null when it was seen under none.
 */
export function callerOfPackage(
  { observations: { heapReads, asyncObservations }, cpu }: Facts,
  name: string,
): Blame | null {
  const last = heapReads.at(-1);
  const first = heapReads.find((read) => read.thread === last?.thread);
  const [kept, made, spent] = [createTally(name), createTally(name), createTally(name)];
  for (const { frames, liveBytes } of last?.stacks ?? []) kept.add(blame(frames), liveBytes);
  for (const { frames, liveBytes } of first?.stacks ?? []) kept.add(blame(frames), -liveBytes);
  for (const { frames, reads } of asyncObservations.flatMap(({ sites }) => sites))
    made.add(blame(frames, 'of calls'), reads.at(-1)?.made ?? 0);
  for (const { hotspots } of cpu) for (const { blame: by, selfMicros } of hotspots) spent.add(by, selfMicros);
  return kept.largest() ?? made.largest() ?? spent.largest();
}

/** The application's function under which most was allocated, or most async work made, with one of these files of a package on the stack. */
export function callerOfFiles(
  { observations: { heapReads, asyncObservations } }: Facts,
  files: ReadonlySet<string>,
): Blame | null {
  const isThrough = (frames: readonly Frame[]) => frames.some(({ file }) => file !== null && files.has(file));
  const [kept, made] = [createTally(), createTally()];
  // It may be seldom: any read that saw it counts.
  for (const { frames, liveBytes } of heapReads.flatMap(({ stacks }) => stacks))
    if (isThrough(frames)) kept.add(blame(frames), liveBytes);
  for (const { frames, reads } of asyncObservations.flatMap(({ sites }) => sites))
    if (isThrough(frames)) made.add(blame(frames, 'of calls'), reads.at(-1)?.made ?? 0);
  return kept.largest() ?? made.largest();
}

/** Whether the package was seen to call the application back, as a router does its handlers: then it works for whoever came. */
export function isHost({ observations: { heapReads, asyncObservations } }: Facts, name: string): boolean {
  const stacks = [
    ...asyncObservations.flatMap(({ sites }) => sites),
    ...heapReads.flatMap((read) => read.stacks),
  ];
  return stacks.some(({ frames }) => {
    const app = frames.findIndex(({ owner }) => owner === 'app');
    return app >= 0 && frames.slice(app + 1).some((frame) => frame.package === name);
  });
}

interface Tally {
  add(by: Blame, amount: number): void;
  largest(): Blame | null;
}

/** Of stacks through the package; without a name, of all that lead to a package. */
function createTally(name?: string): Tally {
  const amounts = new Map<string, { by: Blame; amount: number }>();
  return {
    add(by, amount) {
      const isOfName = (link: Blame['chain'][number]) =>
        name === undefined ? link.package !== null : link.package === name;
      if (!by.app || !by.chain.some(isOfName)) return;
      const key = functionKey(by.app);
      const known = amounts.get(key) ?? { by, amount: 0 };
      known.amount += amount;
      amounts.set(key, known);
    },
    largest() {
      const best = [...amounts.values()].sort((a, b) => b.amount - a.amount)[0];
      return best && best.amount > 0 ? best.by : null;
    },
  };
}

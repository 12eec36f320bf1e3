// Finds the caller of a package for work that the package does by itself later, when its caller is no longer on the stack.

import type { Facts } from '../../facts.ts';
import { type Blame, blame, functionKey } from './blame.ts';

/**
 * The application's function under which most of what the package keeps was allocated or, where it keeps nothing, which
 * made most async work through it, or spent most of its time; null when it was seen under none. With `files` of the package, what went through one of them counts
 * first.
 */
export function callerOfPackage(
  { observations: { heapReads, asyncObservations }, cpu }: Facts,
  name: string,
  files: ReadonlySet<string> = new Set(),
): Blame | null {
  const last = heapReads.at(-1);
  const first = heapReads.find((read) => read.thread === last?.thread);
  const through = createTally(name);
  const kept = createTally(name);
  for (const { frames, liveBytes } of last?.stacks ?? []) kept.add(blame(frames), liveBytes);
  // What goes through a file may be seldom: any read that saw it counts.
  for (const { frames, liveBytes } of files.size === 0 ? [] : heapReads.flatMap(({ stacks }) => stacks))
    if (frames.some(({ file }) => file !== null && files.has(file))) through.add(blame(frames), liveBytes);
  for (const { frames, liveBytes } of first?.stacks ?? []) kept.add(blame(frames), -liveBytes);
  const spent = createTally(name);
  for (const { hotspots } of cpu) for (const { blame: by, selfMicros } of hotspots) spent.add(by, selfMicros);
  const made = createTally(name);
  for (const { frames, reads } of asyncObservations.flatMap(({ sites }) => sites))
    made.add(blame(frames, 'of calls'), reads.at(-1)?.made ?? 0);
  return through.largest() ?? kept.largest() ?? made.largest() ?? spent.largest();
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

function createTally(name: string): Tally {
  const amounts = new Map<string, { by: Blame; amount: number }>();
  return {
    add(by, amount) {
      if (!by.app || !by.chain.some((link) => link.package === name)) return;
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

// Where the time of a function goes, by the calls it makes: into the call that holds the larger part of the whole, again and
// again, to where it forks. Stacks that came there by different ways are added up.
import type { Frame } from '../../../model/frame.ts';
import { functionKey } from './blame.ts';

interface Step {
  frame: Frame;
  amount: number;
  next: Map<string, Step>;
}

export interface HeavyPath {
  /** `frames` innermost first, ending with the function whose calls are followed. */
  add(frames: readonly Frame[], amount: number): void;
  /** From the place where it forks, innermost first, out to that function; user code only. */
  frames(): Frame[];
}

const LARGER_PART = 0.5;

export function createHeavyPath(): HeavyPath {
  const roots = new Map<string, Step>();
  let whole = 0;
  let known: Frame[] | null = null;
  return {
    add(frames, amount) {
      known = null;
      whole += amount;
      let steps = roots;
      let last = '';
      for (const frame of frames.toReversed()) {
        if (frame.owner !== 'app' && frame.owner !== 'library') continue;
        const key = functionKey(frame);
        // A function that calls itself stays where it is.
        if (key === last) continue;
        last = key;
        const step = steps.get(key) ?? { frame, amount: 0, next: new Map() };
        steps.set(key, step);
        step.amount += amount;
        steps = step.next;
      }
    },
    // Asked for once for each function of it, of which there may be very many.
    frames: () => (known ??= widestFrom(roots, whole * LARGER_PART)),
  };
}

/** Innermost first; ends where no step holds more than `least`. */
function widestFrom(roots: ReadonlyMap<string, Step>, least: number): Frame[] {
  const path: Frame[] = [];
  for (let steps = roots; ; ) {
    let widest: Step | undefined;
    for (const step of steps.values()) if (step.amount > (widest?.amount ?? least)) widest = step;
    if (!widest) return path.reverse();
    path.push(widest.frame);
    steps = widest.next;
  }
}

// Where the time of a function goes: follows the call that holds the larger part of the whole, again and again, until the
// path forks. Stacks that reach a function by different ways are added up.
import type { Frame } from '../../../model/frame.ts';
import { functionKey } from './blame.ts';

/** A function as it was called from the steps before it. */
export interface Step {
  readonly frame: Frame;
  readonly key: string;
  /** Of stacks that end here. */
  own: number;
  /** With all steps after it. */
  whole: number;
  /** null: none was made yet. Most have none, and of some profiles there are hundreds of thousands. */
  next: Map<string, Step> | null;
}

const LARGER_PART = 0.5;

export class HeavyPath {
  private roots: Map<string, Step> | null = null;
  private whole = 0;
  private known: Frame[] | null = null;

  /** `frames` innermost first, ending with the function whose calls are followed. */
  add(frames: readonly Frame[], amount: number): void {
    this.addAt(this.enterAll(frames), amount);
  }

  /** From the last of them, whose calls are followed, to the first. */
  enterAll(frames: readonly Frame[]): Step | null {
    return frames.reduceRight<Step | null>((from, frame) => this.enter(from, frame), null);
  }

  /** One call further in. `from` is null at the function whose calls are followed; code of others is no step. */
  enter(from: Step | null, frame: Frame): Step | null {
    if (frame.owner !== 'app' && frame.owner !== 'library') return from;
    // A function that calls itself stays where it is.
    if (from?.frame === frame) return from;
    const key = functionKey(frame);
    if (from?.key === key) return from;
    const steps: Map<string, Step> = (from ? from.next : this.roots) ?? new Map();
    if (from) from.next = steps;
    else this.roots = steps;
    let step = steps.get(key);
    if (!step) {
      step = { frame, key, own: 0, whole: 0, next: null };
      steps.set(key, step);
    }
    return step;
  }

  /** The amount of a stack that ends there. */
  addAt(step: Step | null, amount: number): void {
    this.known = null;
    this.whole += amount;
    if (step) step.own += amount;
  }

  /**
   * From the place where it forks, innermost first, out to that function; user code only. Asked for once for each function of it,
   * of which there may be very many.
   */
  frames(): Frame[] {
    if (!this.known) {
      const roots = this.roots ?? NO_STEPS;
      addUp(roots);
      this.known = widestFrom(roots, this.whole * LARGER_PART);
    }
    return this.known;
  }
}

const NO_STEPS: ReadonlyMap<string, Step> = new Map();

/** Without recursion: a forged profile may be deep. */
function addUp(roots: ReadonlyMap<string, Step>): void {
  const order = [...roots.values()];
  for (const step of order) for (const next of step.next?.values() ?? []) order.push(next);
  for (const step of order.reverse()) {
    step.whole = step.own;
    for (const next of step.next?.values() ?? []) step.whole += next.whole;
  }
}

/** Innermost first; ends where no step holds more than `least`. */
function widestFrom(roots: ReadonlyMap<string, Step>, least: number): Frame[] {
  const path: Frame[] = [];
  for (let steps = roots; ; ) {
    let widest: Step | undefined;
    for (const step of steps.values()) if (step.whole > (widest?.whole ?? least)) widest = step;
    if (!widest) return path.reverse();
    path.push(widest.frame);
    steps = widest.next ?? NO_STEPS;
  }
}

// What all our work on one thread together may take of its time, as measured inside it. A step whose turn would go beyond it is
// left out, and said.
import type { OwnStep } from '../probe/probe-protocol.ts';

/** A budget that holds fewer of the longest pauses that are allowed is too small for a short look to find anything. */
const LEAST_PAUSES = 3;
/** It has limits of its own, and with --snapshot force none: the rest of the look goes on after it. */
const SNAPSHOT = 'heap snapshot';

export class Budget {
  readonly totalMillis: number;
  private readonly spent = new Map<number, number>();

  constructor({
    durationMillis,
    maxPauseMillis,
    budgetShare,
  }: {
    durationMillis: number;
    maxPauseMillis: number;
    budgetShare: number;
  }) {
    this.totalMillis = Math.max(durationMillis * budgetShare, maxPauseMillis * LEAST_PAUSES);
  }

  /** `steps`: what a thread was held for so far. */
  note(thread: number, steps: readonly OwnStep[]): void {
    const millis = steps.reduce(
      (sum, { step, totalMillis }) => sum + (step === SNAPSHOT ? 0 : totalMillis),
      0,
    );
    this.spent.set(thread, Math.max(millis, this.spentMillis(thread)));
  }

  /** Until the thread is asked the next time, what a step took is added here. */
  add(thread: number, millis: number): void {
    this.spent.set(thread, this.spentMillis(thread) + millis);
  }

  leftMillis(thread: number): number {
    return Math.max(0, this.totalMillis - this.spentMillis(thread));
  }

  private spentMillis(thread: number): number {
    return this.spent.get(thread) ?? 0;
  }
}

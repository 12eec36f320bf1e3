// How much of a thread's time all steps of culprit may take together, as measured inside it. A step that would exceed it is
// left out, with a warning.
import type { OwnStep } from '../probe/probe-protocol.ts';
import { HEAP_SNAPSHOT } from '../signals/snapshot/read.ts';
import type { Warning } from '../wire/warning.ts';

/** A budget that holds fewer of the longest pauses that are allowed is too small for a short look to find anything. */
const LEAST_PAUSES = 3;
/**
 * Snapshots have limits of their own, and with --snapshot force none: the rest of the look goes on after it. Walks have theirs,
 * too, and come in slices that are too short to be felt.
 */
const NOT_COUNTED = [HEAP_SNAPSHOT, 'walkOn', 'look for pools'];

export class Budget {
  readonly totalMillis: number;
  private readonly spent = new Map<number, number>();
  private readonly steps = new Map<number, readonly OwnStep[]>();

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
      (sum, { step, totalMillis }) => sum + (NOT_COUNTED.includes(step) ? 0 : totalMillis),
      0,
    );
    this.spent.set(thread, Math.max(millis, this.spentMillis(thread)));
    this.steps.set(thread, steps);
  }

  /** Until the thread is asked the next time, what a step took is added here. */
  add(thread: number, millis: number): void {
    this.spent.set(thread, this.spentMillis(thread) + millis);
  }

  leftMillis(thread: number): number {
    return Math.max(0, this.totalMillis - this.spentMillis(thread));
  }

  /** What a step took so far each time; 0 before the first. */
  meanMillis(thread: number, wanted: string): number {
    const found = this.steps.get(thread)?.find(({ step }) => step === wanted);
    return found && found.count > 0 ? found.totalMillis / found.count : 0;
  }

  /** The longest that any of these steps took; 0 before the first. */
  longestMillis(thread: number, wanted: readonly string[]): number {
    const found = this.steps.get(thread)?.filter(({ step }) => wanted.includes(step)) ?? [];
    return Math.max(0, ...found.map(({ longestMillis }) => longestMillis));
  }

  private spentMillis(thread: number): number {
    return this.spent.get(thread) ?? 0;
  }
}

/** A pause is measured by how late the event loop is, and the program has a part in that. */
const CLEARLY = 1.5;
const MOST_OF_THE_PROGRAM = 1 / 3;
const LEAST_MILLIS = 50;

/** Of the longest step of ours that held a thread for clearly longer than --max-pause allows: its estimate was wrong. Null: none did. */
export function findOverrun(
  steps: readonly OwnStep[],
  { maxPauseMillis, lateBeforeMillis }: { maxPauseMillis: number; lateBeforeMillis: number },
): Warning | null {
  // A snapshot has a flag of its own, whatever it takes.
  const [longest] = steps
    .filter(({ step }) => step !== HEAP_SNAPSHOT)
    .sort((a, b) => b.longestMillis - a.longestMillis);
  const most = Math.max(maxPauseMillis * CLEARLY + LEAST_MILLIS, lateBeforeMillis / MOST_OF_THE_PROGRAM);
  if (!longest || longest.longestMillis <= most) return null;
  const { step, longestMillis } = longest;
  return { code: 'pause-overrun', step, pauseMillis: Math.round(longestMillis), maxPauseMillis };
}

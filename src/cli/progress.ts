// Progress on standard error, only where a person watches.
import type { CaptureProgress } from '../capture/context.ts';
import { isWatched } from './terminal.ts';

export interface Progress {
  capture(progress: CaptureProgress): void;
  end(): void;
}

export async function createProgress(isQuiet: boolean): Promise<Progress> {
  if (isQuiet || !isWatched()) return { capture: () => {}, end: () => {} };
  const { default: yoctoSpinner } = await import('yocto-spinner');
  const spinner = yoctoSpinner({ text: 'attaching', stream: process.stderr }).start();
  return {
    capture: ({ elapsedMillis, durationMillis, step }) => {
      const left = Math.max(0, Math.round((durationMillis - elapsedMillis) / 1_000));
      spinner.text = `${step}, ${left} s left (Ctrl-C ends early and still reports)`;
    },
    end: () => void spinner.stop(),
  };
}

export interface StepProgress {
  step(text: string): void;
  end(): void;
}

/** For work on files: says what is being done, not how long it takes. */
export async function createStepProgress(isQuiet: boolean): Promise<StepProgress> {
  if (isQuiet || !isWatched()) return { step: () => {}, end: () => {} };
  const { default: yoctoSpinner } = await import('yocto-spinner');
  const spinner = yoctoSpinner({ text: 'starting', stream: process.stderr }).start();
  return {
    step: (text) => {
      spinner.text = text;
    },
    end: () => void spinner.stop(),
  };
}

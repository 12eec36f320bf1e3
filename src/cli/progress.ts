// Progress on standard error, only where a person watches.
import type { CaptureProgress } from '../capture/capture.ts';

export interface Progress {
  show(text: string): void;
  capture(progress: CaptureProgress): void;
  /** A line that stays, also when nobody watches: what culprit is about to do to the target. */
  end(): void;
}

export async function createProgress(isQuiet: boolean): Promise<Progress> {
  if (isQuiet || !process.stderr.isTTY) return { show: () => {}, capture: () => {}, end: () => {} };
  const { default: yoctoSpinner } = await import('yocto-spinner');
  const spinner = yoctoSpinner({ text: 'attaching', stream: process.stderr }).start();
  return {
    show: (text) => void (spinner.text = text),
    capture: ({ elapsedMillis, durationMillis, step }) => {
      const left = Math.max(0, Math.round((durationMillis - elapsedMillis) / 1_000));
      spinner.text = `${step}, ${left} s left (Ctrl-C ends early and still reports)`;
    },
    end: () => void spinner.stop(),
  };
}

// Progress on standard error, only where a person watches.
import type { CaptureProgress } from '../capture/context.ts';

export interface Progress {
  capture(progress: CaptureProgress): void;
  end(): void;
}

export async function createProgress(isQuiet: boolean): Promise<Progress> {
  if (isQuiet || !process.stderr.isTTY) return { capture: () => {}, end: () => {} };
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

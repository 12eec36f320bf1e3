// Some steps are retried, or run on each thread, with other numbers each time: their warning is given once.
import type { Warning } from '../wire/warning.ts';
import type { CaptureOutcome } from './context.ts';

/** Keeps the first warning of each code. */
export function warnOnce({ warnings }: CaptureOutcome, warning: Warning): void {
  if (!warnings.some(({ code }) => code === warning.code)) warnings.push(warning);
}

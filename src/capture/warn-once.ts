// Some steps are tried again, or on each thread, with other numbers each time: what they warn of is said once.
import type { Warning } from '../wire/warning.ts';
import type { CaptureOutcome } from './context.ts';

/** Keeps the first warning of each code. */
export function warnOnce({ warnings }: CaptureOutcome, warning: Warning): void {
  if (!warnings.some(({ code }) => code === warning.code)) warnings.push(warning);
}

// Whether a step that holds a thread may run: neither that pause by itself nor all of them together may exceed what is allowed.
import type { CaptureContext } from '../context.ts';
import type { ThreadCapture } from '../thread/thread-capture.ts';
import { warnOnce } from '../warn-once.ts';

/** False: it would be longer than --max-pause, or exceed what is left of --budget; the latter is said in a warning. */
export function fitsPause(
  { options, budget, outcome }: CaptureContext,
  { id }: ThreadCapture,
  estimateMillis: number,
): boolean {
  if (estimateMillis > options.maxPauseMillis) return false;
  if (estimateMillis <= budget.leftMillis(id)) return true;
  warnOnce(outcome, { code: 'budget-spent', budgetMillis: budget.totalMillis });
  return false;
}

// How a report is to be shown, for all that renders parts of it.
import type { ChalkInstance } from 'chalk';

export interface Page {
  paint: ChalkInstance;
  /** Columns, at least 40. */
  width: number;
  /** Verdict and titles only. */
  quiet: boolean;
}

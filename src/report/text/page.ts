// How a report is to be shown: options for everything that renders a part of it.
import type { ChalkInstance } from 'chalk';

export interface Page {
  paint: ChalkInstance;
  /** Columns, at least 40. */
  width: number;
  /** Verdict and titles only. */
  quiet: boolean;
}

// A report as terminal text, each kind in its own form. Nothing is written here.
import { Chalk } from 'chalk';
import type { Report } from '../../model/finding.ts';
import { escapeAllStrings } from '../escape.ts';
import type { Page } from './page.ts';
import { auditBlocks } from './pages/audit-text.ts';
import { diagnosisBlocks } from './pages/diagnosis-text.ts';
import { triageBlocks } from './pages/triage-text.ts';
import type { By } from './where-text.ts';

export interface TextOptions {
  colors: boolean;
  /** Columns of the terminal; text is wrapped there, but never narrower than 40. */
  width: number;
  /** Verdict and titles only. */
  quiet?: boolean;
  /** Which tables of where time and memory went are shown. */
  by?: readonly By[];
}

const ALL_TABLES: readonly By[] = ['function', 'package'];

/** The whole report, ending in a newline. Strings from the target are made inert first. */
export function renderText(
  report: Report,
  { colors, width: asked, quiet = false, by = ALL_TABLES }: TextOptions,
): string {
  const paint = new Chalk({ level: colors ? 1 : 0 });
  const width = Math.max(40, asked);
  const blocks = blocksOf(escapeAllStrings(report), { paint, width, quiet }, by);
  const filled = blocks.filter((block) => block.length > 0);
  return `${filled.map((block) => block.join('\n')).join('\n\n')}\n`;
}

function blocksOf(safe: Report, page: Page, by: readonly By[]): string[][] {
  switch (safe.kind) {
    case 'diagnosis':
      return diagnosisBlocks(safe, page, by);
    case 'audit':
      return auditBlocks(safe, page);
    case 'triage':
      return triageBlocks(safe, page);
  }
}

// The kinds of findings for a terminal: one page, and the list of all.
import { docsPage, kindInfo } from '../../findings/kinds.ts';
import { FINDING_KINDS, type FindingKind } from '../../model/finding.ts';
import { hangingLines, wrapText } from '../layout.ts';
import { kindPage } from './kind-page.ts';

/** Ends with a line break; lines are at most `width` characters long. */
export function kindText(kind: FindingKind, width: number): string {
  const { lead, sections, steps, origin } = kindPage(kind);
  const blocks = [
    hangingLines(`${kind}: `, lead, width),
    ...sections.map(({ heading, text }) => [heading, ...hangingLines('  ', text, width)]),
    ['How to fix it', ...steps.flatMap((step) => hangingLines('  - ', step, width))],
    [...wrapText(origin, width), `This page: ${docsPage(kind)}`],
  ];
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** A row for each kind, in the order of the report's schema. */
export function kindsText(width: number): string {
  const longest = Math.max(...FINDING_KINDS.map((kind) => kind.length));
  const rows = FINDING_KINDS.flatMap((kind) =>
    hangingLines(`${kind.padEnd(longest)}  `, kindInfo(kind).title, width),
  );
  return `${rows.join('\n')}\n\nculprit explain <kind> prints what a kind means and what to do.\n`;
}

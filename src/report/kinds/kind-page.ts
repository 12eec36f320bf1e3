// The text about a kind of finding, as sections without any layout: the page in docs/findings/ and `culprit explain` are
// made from it.
import { kindInfo } from '../../findings/kinds.ts';
import type { FindingKind } from '../../model/finding.ts';

export interface KindPage {
  kind: FindingKind;
  /** One sentence. */
  lead: string;
  sections: { heading: string; text: string }[];
  /** One sentence or two each. */
  steps: readonly string[];
  /** "Reported by `culprit audit`." */
  origin: string;
}

export function kindPage(kind: FindingKind): KindPage {
  const { title, meaning, measured, mistakenFor, steps, command, isComparedAsNumber } = kindInfo(kind);
  const comparison =
    command !== undefined
      ? ''
      : isComparedAsNumber
        ? ' `culprit compare` and `culprit bench` compare its numbers.'
        : ' `culprit compare` and `culprit bench` report it when it occurs only in head.';
  return {
    kind,
    lead: `${title}.`,
    sections: [
      { heading: 'What it means', text: meaning },
      { heading: 'How it is measured', text: measured },
      { heading: 'Often mistaken for it', text: mistakenFor },
    ],
    steps,
    origin: `Reported by \`culprit ${command ?? 'diagnose'}\`.${comparison}`,
  };
}

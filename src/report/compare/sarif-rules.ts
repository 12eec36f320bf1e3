// The rules that a SARIF log of culprit declares: one a kind of finding, and one for functions that became slower. All
// are declared always, so that a viewer can tell "found nothing" from "did not look".
import type { ReportingDescriptor } from 'sarif';
import { kindInfo } from '../../findings/kinds.ts';
import { FINDING_KINDS, type FindingKind } from '../../model/finding.ts';

export const SLOWER_FUNCTION = 'slower-function';

/** A function is not a finding of either side: it is found by comparing them. */
const SLOWER_FUNCTION_TEXTS = {
  title: 'A function needs more CPU time than before',
  fix: 'Compare the function between base and head. A cost that only moved here from a caller or callee is not reported.',
};

export const SARIF_RULE_IDS: (FindingKind | typeof SLOWER_FUNCTION)[] = [SLOWER_FUNCTION, ...FINDING_KINDS];

/** In the order of `SARIF_RULE_IDS`. */
export function sarifRules(): ReportingDescriptor[] {
  return SARIF_RULE_IDS.map((id) => {
    const { title, fix } = id === SLOWER_FUNCTION ? SLOWER_FUNCTION_TEXTS : kindInfo(id);
    return {
      id,
      name: id.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      shortDescription: { text: title },
      fullDescription: { text: `${title}.` },
      help: { text: fix },
      defaultConfiguration: { level: 'warning' },
      properties: { tags: ['performance'] },
    };
  });
}

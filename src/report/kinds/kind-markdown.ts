// The kinds of findings in Markdown: a page for each, and the table that links to them.
import { docsPage, KINDS_BY_CAUSE, kindInfo } from '../../findings/kinds.ts';
import { FINDING_KINDS, type FindingKind } from '../../model/finding.ts';
import { kindPage } from './kind-page.ts';

/** The whole file docs/findings/<kind>.md. */
export function kindMarkdown(kind: FindingKind): string {
  const { lead, sections, steps, origin } = kindPage(kind);
  return [
    '<!-- Generated from src/findings/kinds.ts. -->',
    `# ${kind}`,
    lead,
    ...sections.map(({ heading, text }) => `## ${heading}\n\n${text}`),
    `## How to fix it\n\n${steps.map((step) => `- ${step}`).join('\n')}`,
    `${origin} All kinds: [README](README.md).`,
  ]
    .map((part) => `${part}\n`)
    .join('\n');
}

/** The file docs/findings/README.md. */
export function kindsIndex(): string {
  return [
    '<!-- Generated from src/findings/kinds.ts. -->',
    '# Kinds of findings',
    'The kinds are in causal order: when one finding explains another, the report shows the earlier kind and lists the later one as its symptom. `culprit explain <kind>` prints a page.',
    kindsTable(KINDS_BY_CAUSE, ''),
  ]
    .map((part) => `${part}\n`)
    .join('\n');
}

/** For README at the root of the repository: without a blank line at its end. */
export function readmeTable(): string {
  return kindsTable(FINDING_KINDS, 'docs/findings/');
}

/** `folder` is where the pages lie, seen from the file that holds the table. */
function kindsTable(kinds: readonly FindingKind[], folder: string): string {
  const rows = kinds.map((kind) => {
    const { short, command } = kindInfo(kind);
    const file = docsPage(kind).replace('docs/findings/', folder);
    const by = command === undefined ? '' : ` (\`culprit ${command}\`)`;
    return `| [\`${kind}\`](${file}) | ${short}${by} |`;
  });
  return ['| kind | what culprit names |', '| --- | --- |', ...rows].join('\n');
}

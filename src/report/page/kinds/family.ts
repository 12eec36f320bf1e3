// The sections of a family: its processes side by side, then each cause once, with the processes that have it.
import type { FamilyReport } from '../../../model/finding.ts';
import { sayWhere, sideBySide, warningsOf } from '../../text/member-words.ts';
import type { PageElement } from '../browser.ts';
import type { Builder } from '../builder.ts';
import { drawWarnings } from '../parts/facts.ts';
import { drawFinding } from '../parts/finding.ts';
import type { Section } from '../section.ts';

export function familySections(builder: Builder, report: FamilyReport): Section[] {
  const { members, causes } = report;
  const { h } = builder;
  const warnings = warningsOf(members);
  return [
    {
      id: 'processes',
      title: 'Side by side',
      about:
        'Curves, pools and a flame graph are in the report of a single process: `culprit diagnose <pid> --exact --html <file>`.',
      content: [drawMembers(builder, report)],
    },
    {
      id: 'findings',
      title: causes.length === 1 ? 'The evidence' : `The ${causes.length} causes, with their evidence`,
      content: causes.map((cause) =>
        h(
          'div',
          null,
          h('h3', null, capitalised(sayWhere(cause, members))),
          drawFinding(builder, cause.finding),
        ),
      ),
    },
    {
      id: 'notes',
      title: 'What weakens the result',
      content: warnings.length === 0 ? [] : [drawWarnings(builder, warnings)],
    },
  ];
}

const capitalised = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** After the pid: on a narrow screen, what stands last is not seen. */
const verdictFirst = ([pid = '', ...cells]: readonly string[]) => [
  pid,
  cells.at(-1) ?? '',
  ...cells.slice(0, -1),
];

function drawMembers({ h }: Builder, { members }: FamilyReport): PageElement {
  const { head, rows } = sideBySide(members);
  return h(
    'div',
    { class: 'scroll members', tabindex: 0, role: 'group', 'aria-label': 'processes side by side' },
    h(
      'table',
      null,
      h('thead', null, h('tr', null, ...verdictFirst(head).map((text) => h('th', { scope: 'col' }, text)))),
      h(
        'tbody',
        null,
        ...rows.map((cells) =>
          h(
            'tr',
            null,
            ...verdictFirst(cells).map((text, i) =>
              h(i === 0 ? 'th' : 'td', { class: 'number', scope: i === 0 && 'row' }, text),
            ),
          ),
        ),
      ),
    ),
  );
}

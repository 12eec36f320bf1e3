// The sections of an audit: the ladder of levels, the settings to change, all that was checked.
import type { AuditReport } from '../../../model/finding.ts';
import type { PageElement } from '../browser.ts';
import type { Builder } from '../builder.ts';
import { costRows, drawRows, drawWarnings, processRows } from '../parts/facts.ts';
import { drawFinding } from '../parts/finding.ts';
import type { Section } from '../section.ts';

const HIGHEST = 5;

export function auditSections(builder: Builder, report: AuditReport): Section[] {
  const { findings, audit, target, look, warnings } = report;
  const { h, prose } = builder;
  const notes = [...warnings, ...look.warnings];
  return [
    {
      id: 'level',
      title: `Level ${audit.level} of ${HIGHEST}`,
      about: audit.meaning,
      content: [
        drawLadder(builder, audit.level),
        audit.missingForNext.length > 0 && h('h3', null, `Missing for level ${audit.level + 1}`),
        audit.missingForNext.length > 0 &&
          h('ul', null, ...audit.missingForNext.map((text) => h('li', null, ...prose(text)))),
      ],
    },
    {
      id: 'findings',
      title: 'Settings to change',
      content: findings.map((finding) => drawFinding(builder, finding)),
    },
    { id: 'checked', title: 'All that was checked', content: [drawChecked(builder, report)] },
    {
      id: 'notes',
      title: 'What weakens the result',
      content: notes.length === 0 ? [] : [drawWarnings(builder, notes)],
    },
    {
      id: 'look',
      title: 'The process, and what the capture cost it',
      content: [drawRows(builder, [...processRows(target), ...costRows(look)])],
    },
  ];
}

function drawLadder({ h }: Builder, level: number): PageElement {
  const rungs = Array.from({ length: HIGHEST }, (_, i) =>
    h('span', { class: i < level ? 'rung reached' : 'rung' }, String(i + 1)),
  );
  return h(
    'div',
    { class: 'ladder', role: 'img', 'aria-label': `level ${level} of ${HIGHEST} reached` },
    ...rungs,
  );
}

/** Classes of the style. */
const TONES = { finding: 'bad', unknown: 'unknown', ok: 'ok' } as const;
const OUTCOMES = { finding: 'change', unknown: 'unknown', ok: 'fine' } as const;

function drawChecked({ h }: Builder, { audit }: AuditReport): PageElement {
  const order = Object.keys(OUTCOMES);
  const sorted = audit.checked.toSorted((a, b) => order.indexOf(a.outcome) - order.indexOf(b.outcome));
  return h(
    'ul',
    { class: 'checks' },
    ...sorted.map(({ check, outcome, value }) =>
      h(
        'li',
        null,
        h('span', { class: `outcome ${TONES[outcome]}` }, OUTCOMES[outcome]),
        h('span', { class: 'wrap' }, h('b', null, check), value === '' ? '' : `: ${value}`),
      ),
    ),
  );
}

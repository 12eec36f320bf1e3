// Tables of where the time or the memory of a profile went.
import type { ProfileRow, ProfileTables } from '../../../model/profile-tables.ts';
import { formatQuantity, formatShare } from '../../../units/units.ts';
import type { PageElement } from '../browser.ts';
import type { Builder } from '../builder.ts';

export function drawTables(builder: Builder, tables: ProfileTables): PageElement[] {
  const { h } = builder;
  const what = tables.profile === 'cpu' ? 'CPU time' : 'Live memory';
  return [
    h('h3', null, `${what} of ${tables.threadName}`),
    drawTable(builder, `${what} by function`, tables.functions, tables.unit),
    drawTable(builder, `${what} by package`, tables.packages, tables.unit),
  ];
}

function drawTable({ h }: Builder, caption: string, rows: readonly ProfileRow[], unit: string): PageElement {
  const place = ({ file, line }: ProfileRow) => [file, line].filter((part) => part !== null).join(':');
  return h(
    'div',
    { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': caption },
    h(
      'table',
      null,
      h('caption', null, caption),
      h(
        'thead',
        null,
        h(
          'tr',
          null,
          ...['', 'Self', 'Total', 'Where'].map((text) =>
            text === '' ? h('td', null) : h('th', { scope: 'col' }, text),
          ),
        ),
      ),
      h(
        'tbody',
        null,
        ...rows.map((row) =>
          h(
            'tr',
            null,
            h('th', { scope: 'row' }, row.name),
            h('td', { class: 'number' }, `${formatQuantity(row.self, unit)}, ${formatShare(row.selfShare)}`),
            h('td', { class: 'number' }, formatShare(row.totalShare)),
            h('td', null, h('code', null, place(row))),
          ),
        ),
      ),
    ),
  );
}

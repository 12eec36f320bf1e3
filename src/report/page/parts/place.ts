// A place in code as text, and the lines around it.
import type { PicturePlace, SourceLine } from '../../../model/report/pictures.ts';
import type { PageElement } from '../browser.ts';
import type { Builder } from '../builder.ts';

/** "remember (src/session.ts:12)"; only what is known. */
export function placeText({ function: name, file, line }: PicturePlace): string {
  const at = [file, line].filter((part) => part !== null).join(':');
  if (name === '') return at;
  return at === '' ? name : `${name} (${at})`;
}

const AROUND = 8;

/** The lines that are known around the blamed one; null when the blamed one is not. */
export function drawSource(
  { h }: Builder,
  lines: readonly SourceLine[],
  blamed: { file: string | null; line: number | null },
): PageElement | null {
  const around = lines
    .filter(({ file, line }) => file === blamed.file && Math.abs(line - (blamed.line ?? 0)) <= AROUND)
    .toSorted((a, b) => a.line - b.line);
  if (!around.some(({ line }) => line === blamed.line)) return null;
  const rows = around.flatMap(({ line, text }, i) => {
    const before = around[i - 1]?.line;
    const isGap = before !== undefined && line > before + 1;
    const isBlamed = line === blamed.line;
    const row = h(
      'div',
      { class: isBlamed ? 'source-line blamed' : 'source-line' },
      h('span', { class: 'line-number' }, String(line)),
      h('span', { class: 'line-text' }, text),
    );
    return isGap ? [h('div', { class: 'source-gap', 'aria-hidden': 'true' }, '⋮'), row] : [row];
  });
  return h(
    'figure',
    { class: 'source' },
    h('figcaption', null, `${blamed.file}:${blamed.line}`),
    h(
      'div',
      {
        class: 'source-lines',
        tabindex: 0,
        role: 'group',
        'aria-label': `source around ${blamed.file}:${blamed.line}`,
      },
      ...rows,
    ),
  );
}

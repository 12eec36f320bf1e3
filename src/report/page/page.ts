// What ties the page of a report together: first screen, sections, and what its buttons do. This is the page's own code: it is
// bundled with its parts, and its text is embedded (see html.ts).
import type { PageElement, PageWindow } from './browser.ts';
import { type Builder, createBuilder } from './builder.ts';
import { drawHead } from './first-screen.ts';
import { auditSections } from './kinds/audit.ts';
import { comparisonSections } from './kinds/comparison.ts';
import { diagnosisSections } from './kinds/diagnosis.ts';
import { familySections } from './kinds/family.ts';
import { heapSections } from './kinds/heap.ts';
import { triageSections } from './kinds/triage.ts';
import { watchSections } from './kinds/watch.ts';
import { toMarkdown } from './markdown.ts';
import { isComparison, isHeapReport, type PageReport } from './page-report.ts';
import { drawSection, type Section } from './section.ts';

/** Draws the whole page into the body. */
export function startReportPage(window: PageWindow, report: PageReport): void {
  const { document } = window;
  const builder = createBuilder(document);
  const { h } = builder;
  const sections = sectionsOf(builder, window, report).filter(({ content }) => content.some(Boolean));
  document.body.append(
    drawBar(builder, window, report),
    h(
      'main',
      null,
      drawHead(builder, report),
      sections.length > 1 &&
        h(
          'nav',
          { class: 'contents', 'aria-label': 'sections' },
          ...sections.map(({ id, title }) => h('a', { href: `#${id}` }, title)),
        ),
      ...sections.map((section) => drawSection(builder, section)),
    ),
    h(
      'footer',
      null,
      `culprit ${report.tool.version}. This page is rendered from the JSON report that it contains, and makes no network requests.`,
    ),
  );
  openForPrint(window);
}

function sectionsOf(builder: Builder, window: PageWindow, report: PageReport): Section[] {
  if (isHeapReport(report)) return heapSections(builder, report);
  if (isComparison(report)) return comparisonSections(builder, report);
  switch (report.kind) {
    case 'diagnosis':
      return diagnosisSections(builder, window, report);
    case 'audit':
      return auditSections(builder, report);
    case 'triage':
      return triageSections(builder, report);
    case 'watch':
      return watchSections(builder, report);
    case 'family':
      return familySections(builder, report);
  }
}

function drawBar(builder: Builder, window: PageWindow, report: PageReport): PageElement {
  const { h } = builder;
  const copy = h('button', { type: 'button', id: 'copy' }, 'Copy as Markdown');
  const told = h('output', { class: 'copied', 'aria-live': 'polite' });
  copy.addEventListener('click', () => {
    copyText(builder, window, toMarkdown(report)).then((isCopied) => {
      told.textContent = isCopied ? 'Copied.' : 'Select and copy the text below.';
    });
  });
  const theme = h('button', { type: 'button', id: 'theme' }, 'Dark or light');
  theme.addEventListener('click', () => {
    const root = window.document.documentElement;
    const isDark = root.dataset.theme
      ? root.dataset.theme === 'dark'
      : window.matchMedia('(prefers-color-scheme: dark)').matches;
    root.setAttribute('data-theme', isDark ? 'light' : 'dark');
  });
  return h(
    'header',
    { class: 'page-bar' },
    h('span', { class: 'word-mark' }, 'culprit'),
    h('span', { class: 'page-tools' }, told, copy, theme),
  );
}

/** False: no way to the clipboard was open, and the text is shown instead. */
async function copyText({ h }: Builder, { document, navigator }: PageWindow, text: string): Promise<boolean> {
  try {
    await navigator.clipboard!.writeText(text);
    return true;
  } catch {
    document.getElementById('copy-text')?.remove();
    const area = h('textarea', {
      id: 'copy-text',
      'aria-label': 'the report as Markdown',
      rows: 12,
      readonly: true,
    });
    area.value = text;
    document.body.append(area);
    area.select();
    const isCopied = document.execCommand('copy');
    if (isCopied) area.remove();
    return isCopied;
  }
}

/** On paper nothing can be unfolded. */
function openForPrint({ document, addEventListener }: PageWindow): void {
  let opened: PageElement[] = [];
  addEventListener('beforeprint', () => {
    opened = [...document.querySelectorAll('details:not([open])')];
    for (const each of opened) each.open = true;
  });
  addEventListener('afterprint', () => {
    for (const each of opened) each.open = false;
  });
}

// What a diagnostic report holds, as text.
import type { ReportContents } from '../../model/profile-tables.ts';
import { formatBytes, formatNumber, formatShare } from '../../units/units.ts';
import { labelledLines } from '../layout.ts';
import type { Page } from './page.ts';

/** Strings must be escaped already. */
export function contentsBlock(contents: ReportContents, { paint, width }: Page): string[] {
  const shown = contentsRows(contents).flatMap(([label, texts]) =>
    labelledLines(
      label,
      texts.filter((text) => text !== ''),
      width,
    ),
  );
  return [paint.bold('WHAT THE REPORT HOLDS'), ...shown];
}

/** "" is nothing. */
export function contentsRows(contents: ReportContents): [label: string, texts: string[]][] {
  const { event, trigger, at, rssBytes, heapSpaces, handles, stack, limits, signs } = contents;
  const when = [event, trigger === null ? null : `trigger ${trigger}`, at].filter((part) => part !== null);
  return [
    ['Written', [when.join(', ')]],
    ['Heap', [sayHeap(contents)]],
    ['Spaces', [heapSpaces.map(({ name, usedBytes }) => `${name} ${formatBytes(usedBytes)}`).join(', ')]],
    ['Resident', [rssBytes === null ? '' : formatBytes(rssBytes)]],
    ['Handles', [handles.map(({ type, count }) => `${formatNumber(count)} ${type}`).join(', ')]],
    ['Limits', [limits.map(({ name, soft, hard }) => `${name} ${soft} (hard ${hard})`).join(', ')]],
    ['Stack', stack],
    ['Signs', signs.map((sign) => `- ${sign}`)],
  ];
}

function sayHeap({ heapUsedBytes, heapLimitBytes }: ReportContents): string {
  if (heapUsedBytes === null) return '';
  const used = `${formatBytes(heapUsedBytes)} in use`;
  return heapLimitBytes === null
    ? used
    : `${used}, ${formatShare(heapUsedBytes / heapLimitBytes)} of the limit of ${formatBytes(heapLimitBytes)}`;
}

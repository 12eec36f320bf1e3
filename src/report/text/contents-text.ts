// What a diagnostic report holds, as text.
import type { ReportContents } from '../../model/profile-tables.ts';
import { formatBytes, formatNumber, formatShare } from '../../units/units.ts';
import { labelledLines } from '../layout.ts';
import type { Page } from './page.ts';

/** Strings must be escaped already. */
export function contentsBlock(contents: ReportContents, { paint, width }: Page): string[] {
  const { event, trigger, at, rssBytes, heapSpaces, handles, stack, limits, signs } = contents;
  const when = [event, trigger === null ? null : `trigger ${trigger}`, at].filter((part) => part !== null);
  const rows: [string, string[]][] = [
    ['written', [when.join(', ')]],
    ['heap', [sayHeap(contents)]],
    ['spaces', [heapSpaces.map(({ name, usedBytes }) => `${name} ${formatBytes(usedBytes)}`).join(', ')]],
    ['resident', [rssBytes === null ? '' : formatBytes(rssBytes)]],
    ['handles', [handles.map(({ type, count }) => `${formatNumber(count)} ${type}`).join(', ')]],
    ['limits', [limits.map(({ name, soft, hard }) => `${name} ${soft} (hard ${hard})`).join(', ')]],
    ['stack', stack],
    ['signs', signs.map((sign) => `- ${sign}`)],
  ];
  const shown = rows.flatMap(([label, texts]) =>
    labelledLines(
      label,
      texts.filter((text) => text !== ''),
      width,
    ),
  );
  return [paint.bold('WHAT THE REPORT HOLDS'), ...shown];
}

function sayHeap({ heapUsedBytes, heapLimitBytes }: ReportContents): string {
  if (heapUsedBytes === null) return '';
  const used = `${formatBytes(heapUsedBytes)} in use`;
  return heapLimitBytes === null
    ? used
    : `${used}, ${formatShare(heapUsedBytes / heapLimitBytes)} of the limit of ${formatBytes(heapLimitBytes)}`;
}

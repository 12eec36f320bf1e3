// The end of a report: which process it was, what the capture cost it, what could not be judged, warnings.
import type { NotApplicable, ReportLook, ReportProcess, ReportWarning } from '../../../model/finding.ts';
import { formatDuration, formatNumber } from '../../../units/units.ts';
import { describeContainer } from '../../text/container-text.ts';
import { describeRestored } from '../../text/restored-text.ts';
import type { PageElement } from '../browser.ts';
import type { Builder } from '../builder.ts';
import { timeText } from './time.ts';

/** Rows without a text are left out. */
export function drawRows({ h, prose }: Builder, rows: readonly [label: string, text: string][]): PageElement {
  return h(
    'dl',
    { class: 'rows' },
    ...rows
      .filter(([, text]) => text !== '')
      .flatMap(([label, text]) => [h('dt', null, label), h('dd', { class: 'wrap' }, ...prose(text))]),
  );
}

export function processRows({
  title,
  pid,
  nodeVersion,
  uptimeSeconds,
  location,
  container,
}: ReportProcess): [string, string][] {
  return [
    ['Process', title ?? ''],
    ['Pid', pid === null ? '' : String(pid)],
    ['Node.js', nodeVersion ?? ''],
    ['Up for', uptimeSeconds === null ? '' : formatDuration(uptimeSeconds * 1_000)],
    ['Place', location ?? ''],
    ['Container', describeContainer(container).join('. ')],
  ];
}

export function costRows(look: ReportLook): [string, string][] {
  const { overhead, restored, startedAt, durationMillis } = look;
  const {
    pausesMillis,
    stalls = [],
    eventLoopDelayBeforeMillis: before,
    eventLoopDelayDuringMillis: during,
    ownFds,
  } = overhead;
  const [longest] = stalls.toSorted((a, b) => b.longestMillis - a.longestMillis);
  const isAttached = restored !== null || pausesMillis.length > 0;
  return [
    [
      'Captured',
      `${startedAt === null ? '' : `from ${timeText(startedAt)}, `}for ${formatDuration(durationMillis)}`,
    ],
    [
      'Main thread stalls',
      longest
        ? `at most ${formatDuration(longest.longestMillis)} (${longest.step}), in total ${formatDuration(stalls.reduce((sum, { totalMillis }) => sum + totalMillis, 0))}`
        : isAttached
          ? ''
          : 'nothing was attached',
    ],
    [
      'Event loop delay',
      before === undefined || during === undefined
        ? ''
        : `${formatDuration(before)} before, ${formatDuration(during)} during (median)`,
    ],
    [
      'Own file descriptors',
      ownFds === undefined ? '' : `${formatNumber(ownFds)} open, excluded from the counts`,
    ],
    ['Restored', restored === null ? '' : describeRestored(look)],
  ];
}

/** By reason. */
export function drawNotJudged({ h }: Builder, items: readonly NotApplicable[]): PageElement {
  const kindsByReason = new Map<string, string[]>();
  for (const { kind, reason } of items)
    kindsByReason.set(reason, [...(kindsByReason.get(reason) ?? []), kind]);
  return h(
    'dl',
    { class: 'rows wide' },
    ...[...kindsByReason].flatMap(([reason, kinds]) => [
      h('dt', null, kinds.join(', ')),
      h('dd', { class: 'wrap' }, reason),
    ]),
  );
}

export function drawWarnings(
  { h, prose }: Builder,
  warnings: readonly (ReportWarning | string)[],
): PageElement {
  const messages = new Set(
    warnings.map((warning) => (typeof warning === 'string' ? warning : warning.message)),
  );
  return h('ul', { class: 'notes' }, ...[...messages].map((message) => h('li', null, ...prose(message))));
}

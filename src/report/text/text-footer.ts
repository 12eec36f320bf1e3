// The lines below the findings: what could not be judged, what the capture cost the target, which process it was, and what
// weakens the result.
import Table from 'cli-table3';
import type {
  NotApplicable,
  ReportLook,
  ReportProcess,
  ReportStall,
  ReportWarning,
} from '../../model/finding.ts';
import { formatDuration, formatNumber } from '../../units/units.ts';
import { hangingLines, labelledLines } from '../layout.ts';
import { describeContainer } from './container-text.ts';
import { describeRestored } from './restored-text.ts';

/** Above this many different reasons the table is folded into one line: the answer must stay on the screen. */
const MAX_REASON_ROWS = 6;

/** Kinds that could not be judged, as a small table by reason, or as one line where there are many reasons. */
export function renderNotApplicable(items: NotApplicable[], width: number): string[] {
  if (items.length === 0) return [];
  const kindsByReason = new Map<string, string>();
  for (const { kind, reason } of items) {
    const others = kindsByReason.get(reason);
    kindsByReason.set(reason, others === undefined ? kind : `${others}, ${kind}`);
  }
  if (kindsByReason.size > MAX_REASON_ROWS) {
    const kinds = items.map((item) => item.kind).join(', ');
    return hangingLines('Not judged: ', `${kinds} (why: see the JSON report)`, width);
  }
  const kindsWidth = Math.max(24, Math.floor(width * 0.4));
  const table = new Table({
    head: ['Not judged', 'Reason'],
    colWidths: [kindsWidth, Math.max(24, width - kindsWidth - 3)],
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  });
  for (const [reason, kinds] of kindsByReason) table.push([kinds, reason]);
  return table.toString().split('\n');
}

/** What the capture cost the target, every known number of it. */
export function renderCost(look: ReportLook, width: number): string[] {
  const { overhead, restored } = look;
  if (restored === null && overhead.pausesMillis.length === 0) return ['Cost: nothing was attached.'];
  const rows: [string, string][] = [
    overhead.stalls
      ? ['Stalls', describeStalls(overhead.stalls)]
      : ['Pauses', describePauses(overhead.pausesMillis)],
    ['Loop delay', describeDelay(overhead)],
    [
      'Descriptors',
      overhead.ownFds === undefined
        ? 'unknown'
        : `${formatNumber(overhead.ownFds)} opened for culprit, excluded from the counts`,
    ],
    ['Restored', describeRestored(look)],
  ];
  return ['Cost to the target', ...rows.flatMap(([label, text]) => labelledLines(label, [text], width))];
}

function describePauses(pausesMillis: number[]): string {
  if (pausesMillis.length === 0) return 'none';
  const total = pausesMillis.reduce((sum, pause) => sum + pause, 0);
  const longest = pausesMillis.reduce((most, pause) => Math.max(most, pause), 0);
  return `${formatNumber(pausesMillis.length)}, longest ${formatDuration(longest)}, ${formatDuration(total)} in total`;
}

/** As measured inside the target, with the step that held it longest. */
function describeStalls(stalls: readonly ReportStall[]): string {
  const [longest] = stalls.toSorted((a, b) => b.longestMillis - a.longestMillis);
  if (!longest) return 'none';
  const total = stalls.reduce((sum, { totalMillis }) => sum + totalMillis, 0);
  return `longest ${formatDuration(longest.longestMillis)} (${longest.step}), ${formatDuration(total)} in total`;
}

function describeDelay(overhead: ReportLook['overhead']): string {
  const before = overhead.eventLoopDelayBeforeMillis;
  const during = overhead.eventLoopDelayDuringMillis;
  const { eventLoopDelayMaxBeforeMillis: mostBefore, eventLoopDelayMaxDuringMillis: mostDuring } = overhead;
  const amount = (millis: number | undefined) => (millis === undefined ? 'unknown' : formatDuration(millis));
  return before === undefined && during === undefined
    ? 'unknown'
    : `${amount(before)} before, ${amount(during)} during${mostDuring === undefined ? '' : ` (median); at most ${amount(mostBefore)} before, ${amount(mostDuring)} during`}`;
}

/** What is known of a target and of the look at it. */
export interface Facts {
  target: ReportProcess;
  /** Of all its threads. */
  threadNames: string[];
  /** What was captured and for how long: "30 s (passive, light)". */
  captured: string;
  /** What was recorded, in words; "" is nothing. */
  files: string;
  /** May hold one twice. */
  warnings: ReportWarning[];
}

/** Which process it was, what was captured, and the warnings of both. */
export function renderFacts(facts: Facts, width: number): string[] {
  const { target, threadNames, captured, files } = facts;
  const warnings = [...new Set(facts.warnings.map(({ message }) => `- ${message}`))];
  const rows: [string, string[]][] = [
    ['Process', [describeProcess(target)]],
    ['Location', [target.location ?? '']],
    ['Threads', [threadNames.join(', ')]],
    ['Container', describeContainer(target.container)],
    ['Captured', [captured]],
    ['Files', [files]],
    ['Warnings', warnings],
  ];
  const known = rows.map(([label, texts]) =>
    labelledLines(
      label,
      texts.filter((text) => text !== ''),
      width,
    ),
  );
  return ['Target', ...known.flat()];
}

function describeProcess({ title, pid, nodeVersion, uptimeSeconds }: ReportProcess): string {
  const facts = [
    title ?? '',
    pid === null ? '' : `pid ${pid}`,
    nodeVersion === null ? '' : `Node.js ${nodeVersion}`,
    uptimeSeconds === null ? '' : `up ${formatDuration(uptimeSeconds * 1000)}`,
  ];
  return facts.filter((fact) => fact !== '').join(', ') || 'unknown';
}

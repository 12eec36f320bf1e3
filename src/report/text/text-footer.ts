// What stands below the findings: what could not be judged, what the look cost the target, which process it
// was, and what weakens the result.
import Table from 'cli-table3';
import type { NotApplicable, Report, ReportCapture, ReportTarget } from '../../model/finding.ts';
import { formatCount, formatDuration, formatNumber } from '../../units/units.ts';
import { hangingLines, labelledLines } from '../layout.ts';
import { describeContainer } from './container-text.ts';

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
    head: ['not judged', 'because'],
    colWidths: [kindsWidth, Math.max(24, width - kindsWidth - 3)],
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  });
  for (const [reason, kinds] of kindsByReason) table.push([kinds, reason]);
  return table.toString().split('\n');
}

/** What the capture cost the target, every known number of it. */
export function renderCost({ overhead, restored }: ReportCapture, width: number): string[] {
  if (restored === null && overhead.pausesMillis.length === 0) return ['Cost: nothing was attached.'];
  const rows: [string, string][] = [
    ['pauses', describePauses(overhead.pausesMillis)],
    ['loop delay', describeDelay(overhead)],
    [
      'own fds',
      overhead.ownFds === undefined ? 'unknown' : `${formatNumber(overhead.ownFds)}, left out of the counts`,
    ],
    ['restored', describeRestored(restored)],
  ];
  return ['Cost to the target', ...rows.flatMap(([label, text]) => labelledLines(label, [text], width))];
}

function describeRestored(restored: boolean | null): string {
  if (restored === null) return 'the target ended, or its inspector was closed';
  return restored ? 'yes, left as it was found' : 'NO: see the warnings';
}

function describePauses(pausesMillis: number[]): string {
  if (pausesMillis.length === 0) return 'none';
  const total = pausesMillis.reduce((sum, pause) => sum + pause, 0);
  const longest = pausesMillis.reduce((most, pause) => Math.max(most, pause), 0);
  return `${formatNumber(pausesMillis.length)}, together ${formatDuration(total)}, longest ${formatDuration(longest)}`;
}

function describeDelay(overhead: ReportCapture['overhead']): string {
  const before = overhead.eventLoopDelayBeforeMillis;
  const during = overhead.eventLoopDelayDuringMillis;
  const amount = (millis: number | undefined) => (millis === undefined ? 'unknown' : formatDuration(millis));
  return before === undefined && during === undefined
    ? 'unknown'
    : `${amount(before)} before, ${amount(during)} during`;
}

/** Which process it was, what was captured, and the warnings of both. */
export function renderFacts(report: Report, width: number): string[] {
  const { target, capture } = report;
  const steps = capture.steps.length === 0 ? '' : ` (${capture.steps.join(', ')})`;
  const warnings = [...new Set([...report.warnings, ...capture.warnings])].map((warning) => `- ${warning}`);
  const rows: [string, string[]][] = [
    ['process', [describeProcess(target)]],
    ['place', [target.location ?? '']],
    ['threads', [target.threads.map((thread) => thread.name).join(', ')]],
    ['container', describeContainer(target.container)],
    ['captured', [`${formatDuration(capture.durationMillis)}${steps}`]],
    ['files', [describeFiles(capture.files)]],
    ['warnings', warnings],
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

function describeProcess({ title, pid, nodeVersion, uptimeSeconds }: ReportTarget): string {
  const facts = [
    title ?? '',
    pid === null ? '' : `pid ${pid}`,
    nodeVersion === null ? '' : `Node.js ${nodeVersion}`,
    uptimeSeconds === null ? '' : `up ${formatDuration(uptimeSeconds * 1000)}`,
  ];
  return facts.filter((fact) => fact !== '').join(', ') || 'unknown';
}

/** One heap profile is like the next: only their number matters. */
function describeFiles(files: ReportCapture['files']): string {
  const heapProfiles = files.filter(({ kind }) => kind === 'heap-profile').length;
  const others = files.filter(({ kind }) => kind !== 'heap-profile').map(({ path }) => path);
  return [...others, ...(heapProfiles > 0 ? [formatCount(heapProfiles, 'heap profile')] : [])].join(', ');
}

// A triage as blocks of terminal text: the answer, the crashes with the lines of the log that matter. No process was
// captured, so there is no cost to report.
import type { Crash } from '../../../model/crash.ts';
import type { CrashFinding, TriageReport } from '../../../model/finding.ts';
import { formatBytes } from '../../../units/units.ts';
import { labelledLines, wrapText } from '../../layout.ts';
import { describeNext } from '../chain-text.ts';
import type { Page } from '../page.ts';
import { paintSeverity, renderFinding, renderFindingTitle } from '../text-finding.ts';

/** Strings must be escaped already. Blocks may be empty. */
export function triageBlocks(report: TriageReport, { paint, width, quiet }: Page): string[][] {
  const { verdict, findings } = report;
  const headline = wrapText(headlineOf(report), width).map((line) =>
    verdict === 'healthy'
      ? paint.green.bold(line)
      : paintSeverity(findings[0]?.severity ?? 'warning', line, paint),
  );
  const reason = verdict === 'findings' ? [] : wrapText(report.verdictReason, width);
  const answer = [...headline, ...reason];
  if (quiet) return [[...answer, ...findings.flatMap((each) => renderFindingTitle(each, paint, width))]];
  const renderCrash = (finding: CrashFinding) => [
    ...renderFinding(finding, paint, width),
    ...labelledLines('Seen', [seenWords(finding.crash)], width),
  ];
  const facts = factsOf(report);
  const open = labelledLines('Not known', describeNext(report.nextMeasurement), width);
  return [answer, ...findings.map(renderCrash), open, facts === '' ? [] : wrapText(facts, width)];
}

function headlineOf({ verdict, findings, target }: TriageReport): string {
  if (verdict === 'too-little-data') return `CANNOT TELL whether it crashed: ${target.title}`;
  if (verdict === 'healthy') return `NO CRASH in ${target.title}`;
  const total = findings.reduce((sum, { crash }) => sum + crash.occurrences, 0);
  const causes = findings.length === 1 ? '' : `, ${findings.length} causes`;
  return `${total === 1 ? 'CRASHED' : `CRASHED ${total} times`}${causes}: ${target.title}`;
}

/** "uncaught-exception (code), 5 times, from 01:02 to 03:04". */
function seenWords(crash: Crash): string {
  const { label, component, occurrences, firstSeen, lastSeen, restarts, writers } = crash;
  const times =
    firstSeen === null
      ? ''
      : firstSeen === lastSeen
        ? `, at ${firstSeen}`
        : `, from ${firstSeen} to ${lastSeen}`;
  const where = writers.length === 0 ? '' : `, in ${writers.slice(0, 5).join(', ')}`;
  const again = restarts === null ? '' : `; the container was restarted ${restarts} times`;
  const part = component === null ? '' : ` (${component.name})`;
  return `${label}${part}, ${occurrences === 1 ? 'once' : `${occurrences} times`}${times}${where}${again}`;
}

function factsOf({ target }: TriageReport): string {
  const limit = target.container?.memoryLimitBytes ?? null;
  return [
    target.nodeVersion === null ? '' : `Node.js ${target.nodeVersion}`,
    limit === null ? '' : `memory limit of the container ${formatBytes(limit)}`,
  ]
    .filter((part) => part !== '')
    .join(', ');
}

// The sections of a triage: the crashes with the lines of the log that matter, when they were seen, what was read.
import type { CrashFinding, TriageReport } from '../../../model/finding.ts';
import { formatCount, formatNumber } from '../../../units/units.ts';
import type { PageElement } from '../browser.ts';
import type { Builder } from '../builder.ts';
import { drawBars } from '../parts/bars.ts';
import { drawRows, drawWarnings, processRows } from '../parts/facts.ts';
import { drawFinding } from '../parts/finding.ts';
import type { Section } from '../section.ts';

export function triageSections(builder: Builder, report: TriageReport): Section[] {
  const { findings, read, target, warnings } = report;
  return [
    {
      id: 'findings',
      title: findings.length === 1 ? 'The crash' : `The ${findings.length} crashes`,
      content: findings.flatMap((finding) => [drawFinding(builder, finding)]),
    },
    {
      id: 'often',
      title: 'How often',
      content:
        findings.every(({ crash }) => crash.occurrences < 2) && findings.length < 2
          ? []
          : [drawOften(builder, findings)],
    },
    {
      id: 'notes',
      title: 'What weakens the result',
      content: warnings.length === 0 ? [] : [drawWarnings(builder, warnings)],
    },
    {
      id: 'read',
      title: 'What was read',
      content: [
        drawRows(builder, [
          ['Logs', read.logs.join(', ')],
          ['Lines', formatNumber(read.lines)],
          ['Processes', formatNumber(read.writers)],
          ['Diagnostic reports', read.diagnosticReports === 0 ? '' : formatNumber(read.diagnosticReports)],
          ['Pod status', read.hasPodStatus ? 'read' : ''],
          ...processRows(target),
        ]),
      ],
    },
  ];
}

function drawOften(builder: Builder, findings: readonly CrashFinding[]): PageElement {
  const most = Math.max(...findings.map(({ crash }) => crash.occurrences));
  return drawBars(
    builder,
    'how often each was seen',
    findings.map(({ severity, crash, rank }) => ({
      name: `${rank}. ${crash.label}${crash.component === null ? '' : `, ${crash.component.name}`}`,
      part: crash.occurrences / most,
      text: seenWords(crash),
      tone: severity,
    })),
  );
}

function seenWords({ occurrences, firstSeen, lastSeen, restarts }: CrashFinding['crash']): string {
  const when =
    firstSeen === null
      ? ''
      : firstSeen === lastSeen
        ? `, at ${firstSeen}`
        : `, from ${firstSeen} to ${lastSeen}`;
  const again = restarts === null ? '' : `, ${formatCount(restarts, 'restart')}`;
  return `${occurrences === 1 ? 'once' : `${formatNumber(occurrences)} times`}${when}${again}`;
}

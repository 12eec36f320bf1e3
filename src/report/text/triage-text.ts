// A triage as terminal text: the answer, the crashes with the lines of the log that matter. Nothing was looked at live,
// so there is no cost to tell.
import { Chalk } from 'chalk';
import type { Report } from '../../model/finding.ts';
import { formatBytes } from '../../units/units.ts';
import { escapeAllStrings } from '../escape.ts';
import { labelledLines, wrapText } from '../layout.ts';
import type { TextOptions } from './text.ts';
import { paintSeverity, renderFinding, renderFindingTitle } from './text-finding.ts';

/** The whole report, ending in a newline. Strings from the log are made inert first. */
export function renderTriageText(report: Report, { colors, width: asked, quiet }: TextOptions): string {
  const safe = escapeAllStrings(report);
  const paint = new Chalk({ level: colors ? 1 : 0 });
  const width = Math.max(40, asked);
  const headline = wrapText(headlineOf(safe), width).map((line) =>
    safe.verdict === 'healthy'
      ? paint.green.bold(line)
      : paintSeverity(safe.findings[0]?.severity ?? 'warning', line, paint),
  );
  const reason = safe.verdict === 'findings' ? [] : wrapText(safe.verdictReason, width);
  const findings = safe.findings.map((finding) =>
    quiet
      ? renderFindingTitle(finding, paint, width)
      : [
          ...renderFinding(finding, paint, width),
          ...labelledLines('seen', [seenWords(finding.crash)], width),
        ],
  );
  const facts = quiet ? [] : wrapText(factsOf(safe), width);
  const blocks = [[...headline, ...reason], ...findings, facts]
    .map((block) => block.filter((line) => line !== ''))
    .filter((block) => block.length > 0);
  return `${blocks.map((block) => block.join('\n')).join(quiet ? '\n' : '\n\n')}\n`;
}

function headlineOf({ verdict, findings, target }: Report): string {
  if (verdict === 'too-little-data') return `CANNOT TELL whether it crashed: ${target.title}`;
  if (verdict === 'healthy') return `NO CRASH in ${target.title}`;
  const total = findings.reduce((sum, { crash }) => sum + (crash?.occurrences ?? 0), 0);
  const causes = findings.length === 1 ? '' : `, ${findings.length} causes`;
  return `${total === 1 ? 'CRASHED' : `CRASHED ${total} times`}${causes}: ${target.title}`;
}

/** "uncaught-exception (code), 5 times, from 01:02 to 03:04". */
function seenWords(crash: Report['findings'][number]['crash']): string {
  if (!crash) return '';
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

function factsOf({ target }: Report): string {
  const limit = target.container?.memoryLimitBytes ?? null;
  return [
    target.nodeVersion === null ? '' : `Node.js ${target.nodeVersion}`,
    limit === null ? '' : `memory limit of the container ${formatBytes(limit)}`,
  ]
    .filter((part) => part !== '')
    .join(', ');
}

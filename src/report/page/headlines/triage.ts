// The first screen of a triage: why it ended, how often.
import { confidenceLevel } from '../../../model/confidence.ts';
import type { CrashFinding, TriageReport } from '../../../model/finding.ts';
import { formatCount, formatNumber } from '../../../units/units.ts';
import { causeOf, type Figure, type Headline, withoutPlace } from './parts.ts';

export function triageHeadline({ findings, verdict, verdictReason, target, read }: TriageReport): Headline {
  const [first] = findings;
  const about = `${target.title ?? 'the process'}, from ${formatCount(read.lines, 'line')} of ${read.logs.join(', ') || 'documents'}`;
  if (first)
    return {
      tone: first.severity,
      mark: first.crash.label,
      sentence: withoutPlace(first),
      about,
      figures: crashFigures(first),
      cause: causeOf(first),
      advice: first.advice,
    };
  const isHealthy = verdict === 'healthy';
  return {
    tone: isHealthy ? 'good' : 'unsure',
    mark: isHealthy ? 'no crash' : 'cannot tell',
    sentence: isHealthy ? 'No crash was seen.' : 'How the process ended is unknown.',
    about,
    figures: [
      { value: formatNumber(read.lines), label: 'lines read' },
      { value: formatNumber(read.writers), label: read.writers === 1 ? 'process' : 'processes in the logs' },
      { value: formatNumber(read.diagnosticReports), label: 'diagnostic reports' },
    ],
    cause: null,
    advice: verdictReason === '' ? [] : [verdictReason],
  };
}

function crashFigures({ crash, confidence }: CrashFinding): Figure[] {
  const { occurrences, exitCode, signal, restarts } = crash;
  const end =
    signal !== null
      ? { value: signal, label: 'signal' }
      : exitCode !== null
        ? { value: String(exitCode), label: 'exit code' }
        : restarts !== null
          ? { value: formatNumber(restarts), label: 'restarts' }
          : { value: crash.component?.name ?? 'code', label: 'where it comes from' };
  return [
    { value: `${formatNumber(occurrences)} x`, label: 'seen' },
    end,
    { value: confidenceLevel(confidence), label: 'confidence' },
  ];
}

// Of a whole report: what it leaves open, and the one command that would settle it. Nothing where no command would.
import type {
  Audit,
  CrashFinding,
  Finding,
  NextMeasurement,
  TriageReport,
  Verdict,
} from '../model/finding.ts';

/** As a field of a report. */
export type Next = { nextMeasurement?: NextMeasurement };

interface Diagnosed {
  verdict: Verdict;
  findings: readonly Finding[];
  /** For commands; null: unknown, or no longer of use. */
  pid: number | null;
  /** The process ended during the capture. Absent: it did not. */
  hasEnded?: boolean;
  durationMillis: number;
  /** It had started a short while before. */
  isUnsettled: boolean;
  /** Something grew, too little to be named. */
  growsALittle: boolean;
  /** The heap rose, and what keeps it was not found: how to find out. */
  holder?: NextMeasurement;
}

const LONGEST_SECONDS = 600;

/** They say nothing of the program. */
const OF_THE_MACHINE: readonly Finding['kind'][] = ['cpu-starved', 'cpu-throttled', 'memory-throttled'];

/** What the gravest finding leaves open; without findings, what silence does not tell. */
export function nextOfDiagnosis(diagnosed: Diagnosed): Next {
  const { verdict, findings, pid, durationMillis } = diagnosed;
  const open = findings.find(({ nextMeasurement }) => nextMeasurement !== undefined);
  if (open) return { nextMeasurement: open.nextMeasurement };
  if (diagnosed.hasEnded && findings.length === 0)
    return ask('Why the process ended: a capture does not show it.', 'culprit triage <log>');
  if (diagnosed.holder && verdict === 'too-little-data') return { nextMeasurement: diagnosed.holder };
  const longer = Math.min(LONGEST_SECONDS, 2 * Math.max(1, Math.ceil(durationMillis / 60_000)) * 60);
  const command = `culprit diagnose ${pid ?? '<pid>'} --duration ${longer}s`;
  if (verdict === 'idle')
    return ask('What happens under load: no requests were served in this capture.', command);
  if (verdict === 'too-little-data')
    return ask('Whether anything is wrong: this capture has too little data to judge it.', command);
  if (verdict === 'healthy' && diagnosed.isUnsettled)
    return ask('Whether start-up activity hides a slow leak.', `${command} --settle`);
  const isOfMachine = findings.length > 0 && findings.every(({ kind }) => OF_THE_MACHINE.includes(kind));
  if ((verdict === 'healthy' || isOfMachine) && diagnosed.growsALittle)
    return ask('Whether the small growth continues.', command);
  return {};
}

const OUT_OF_MEMORY: readonly CrashFinding['crash']['label'][] = [
  'heap-limit',
  'container-oom',
  'out-of-memory',
];

/** Logs say that memory ran out, not what took it; and without an exit code a log may not say how it ended. */
export function nextOfTriage({ verdict, findings }: Pick<TriageReport, 'verdict' | 'findings'>): Next {
  if (verdict === 'too-little-data')
    return ask('How the process ended: the log does not say.', 'culprit triage --exit-code <code> <log>');
  if (findings.some(({ crash }) => OUT_OF_MEMORY.includes(crash.label)))
    return ask('What used the memory: a log does not show it.', 'culprit diagnose <pid> --duration 2m');
  return {};
}

/** What an audit can be given that it lacked; what it says is unknown names the option. */
const AUDIT_OPTIONS = [
  { option: '--pod-spec', words: '--pod-spec <pod.yaml>' },
  { option: '--drill', words: '--drill' },
];

/** What was not checked for want of an option. */
export function nextOfAudit({ checked }: Pick<Audit, 'checked'>, pid: number | null): Next {
  const wanting = AUDIT_OPTIONS.map(({ option, words }) => ({
    words,
    checks: checked.filter(({ outcome, value }) => outcome === 'unknown' && value.includes(option)),
  })).filter(({ checks }) => checks.length > 0);
  if (wanting.length === 0) return {};
  const checks = wanting.flatMap((each) => each.checks.map(({ check }) => check));
  return ask(
    `Whether these settings are right: ${checks.join(', ')}.`,
    ['culprit audit', pid ?? '<pid>', ...wanting.map(({ words }) => words)].join(' '),
  );
}

/** More runs, where they would tell. */
export function nextOfComparison({
  verdict,
  runsNeeded,
}: {
  verdict: string;
  runsNeeded: number | null;
}): Next {
  if (verdict !== 'unsure' || runsNeeded === null) return {};
  const runs = Math.ceil(runsNeeded);
  return ask(
    `Whether the sides differ: about ${runs} runs of each side would decide it.`,
    'culprit record <pid> --duration 60s --out <run>.tgz',
  );
}

const ask = (unknown: string, command: string): Next => ({ nextMeasurement: { unknown, command } });

// Running culprit as people do: as a process of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AuditReport, DiagnosisReport, Report, TriageReport } from '../../../src/model/finding.ts';
import { CLI } from './root.ts';

export interface CulpritResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  /** It had not ended by itself and was killed. */
  hung: boolean;
}

export interface RunningCulprit {
  pid: number;
  kill(signal: NodeJS.Signals): void;
  /** Resolves once it has said a phase so many times (`PHASES`); also when it ends. Needs `saysPhases`. */
  reaches(phase: Phase, times?: number): Promise<void>;
  ended: Promise<CulpritResult>;
}

/** What culprit says with NODE_DEBUG=culprit, in this order; the last two each second. */
export const PHASES = [
  'sending SIGUSR1',
  'the inspector is open',
  'claimed',
  'the inspector has moved',
  'taking a baseline',
  'sampling',
  'watching what grows',
] as const;
export type Phase = (typeof PHASES)[number];

interface RunOptions {
  /** Its standard error has the phases, too. */
  saysPhases?: boolean;
  env?: Record<string, string>;
  cwd?: string;
  /** After this it counts as hung. */
  atMostMillis?: number;
}

export function startCulprit(args: string[], options: RunOptions = {}): RunningCulprit {
  const phases = options.saysPhases ? { NODE_DEBUG: 'culprit' } : {};
  const env = { ...process.env, NODE_OPTIONS: '', FORCE_COLOR: '', ...phases, ...options.env };
  const child = spawn(process.execPath, [CLI, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
    cwd: options.cwd,
  });
  const out: string[] = [];
  const err: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => out.push(chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => err.push(chunk));
  const ended = new Promise<CulpritResult>((resolve) => {
    let hung = false;
    const timer = setTimeout(() => {
      hung = true;
      child.kill('SIGKILL');
    }, options.atMostMillis ?? 50_000);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, stdout: out.join(''), stderr: err.join(''), hung });
    });
  });
  const reaches = async (phase: Phase, times = 1) => {
    const isThere = () => err.join('').split(`: ${phase}\n`).length > times;
    while (!isThere() && child.exitCode === null && child.signalCode === null)
      await Promise.race([once(child.stderr, 'data'), ended]);
  };
  return { pid: child.pid!, kill: (signal) => void child.kill(signal), reaches, ended };
}

export function runCulprit(args: string[], options?: RunOptions): Promise<CulpritResult> {
  return startCulprit(args, options).ended;
}

/** The diagnosis of a run with `--json -`, with all of the run in the message when it is none. */
export function reportOf(result: CulpritResult): DiagnosisReport {
  const report = anyReportOf(result);
  if (report.kind !== 'diagnosis') throw new Error(`No diagnosis, but: ${report.kind}`);
  return report;
}

/** The same for an audit. */
export function auditOf(result: CulpritResult): AuditReport {
  const report = anyReportOf(result);
  if (report.kind !== 'audit') throw new Error(`No audit, but: ${report.kind}`);
  return report;
}

/** The same for a triage. */
export function triageOf(result: CulpritResult): TriageReport {
  const report = anyReportOf(result);
  if (report.kind !== 'triage') throw new Error(`No triage, but: ${report.kind}`);
  return report;
}

function anyReportOf(result: CulpritResult): Report {
  try {
    return JSON.parse(result.stdout) as Report;
  } catch (cause) {
    throw new Error(`No JSON report: ${JSON.stringify(result, null, 2).slice(0, 4_000)}`, { cause });
  }
}

/** What must hold for every way out: it ended by itself, and nobody saw a stack trace. */
export function wentWrongInside({ hung, stderr, stdout }: CulpritResult): string | null {
  if (hung) return 'it did not end by itself';
  if (stderr.includes('a bug in culprit')) return `a defect: ${stderr}`;
  if (/^\s+at .+:\d+:\d+\)?$/m.test(`${stderr}\n${stdout}`)) return `a stack trace: ${stderr}\n${stdout}`;
  return null;
}

// Running the load command against one side. A load that fails, or meets errors, is no measurement.
import { WorkloadError } from '../errors.ts';
import type { LoadReport } from '../model/comparison/load.ts';
import { startLeashed } from './leashed.ts';
import { readLoadReport } from './load-reports.ts';
import { withPort } from './server.ts';

export interface LoadSpec {
  command: string;
  cwd: string;
  /** Of the side that is loaded; null when it listens on none. */
  port: number | null;
  side: string;
  longestMillis: number;
}

/** Absent: it ran well and printed nothing that is known. Throws WorkloadError. */
export async function runLoad(spec: LoadSpec, signal: AbortSignal): Promise<LoadReport | undefined> {
  const env = { ...process.env, ...(spec.port === null ? {} : { PORT: String(spec.port) }) };
  const load = startLeashed(withPort(spec.command, spec.port), { cwd: spec.cwd, env });
  const abort = () => void load.end();
  signal.addEventListener('abort', abort, { once: true });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    abort();
  }, spec.longestMillis);
  const code = await load.ended;
  clearTimeout(timer);
  signal.removeEventListener('abort', abort);
  if (signal.aborted) throw new WorkloadError('Interrupted.');
  if (isLate)
    throw new WorkloadError(
      `The load command did not end within ${spec.longestMillis / 1_000} s.`,
      'Give it a length of a few seconds, such as `autocannon -d 3`: it is run many times.',
    );
  if (code !== 0)
    throw new WorkloadError(
      `The load command failed against ${spec.side} (exit code ${code}): ${lastLines(load.tail())}`,
      'Run it by hand against the server. culprit replaces {port} in the command and sets PORT.',
    );
  const report = readLoadReport(load.output()) ?? readLoadReport(load.tail());
  if (report && report.failed > 0)
    throw new WorkloadError(
      `${report.tool} reported ${report.failed} errors or failed responses in ${report.requests ?? 'its'} requests against ${spec.side}, so nothing was measured.`,
      `Check that the path exists and that the server answers with 2xx. ${lastLines(load.tail())}`,
    );
  return report ?? undefined;
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-5).join(' | ').slice(-600) || 'it printed nothing';
}

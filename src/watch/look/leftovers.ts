// Why a process ended: from the diagnostic reports in its folder and the logs that are configured.
import { createReadStream, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { RecordingError } from '../../errors.ts';
import { readJson } from '../../recording/reader.ts';
import { renderJson } from '../../report/json.ts';
import { renderText } from '../../report/text/text.ts';
import { triage } from '../../triage/triage.ts';
import { VERSION } from '../../version.ts';
import { type Done, FILES, type TriageRequest } from './request.ts';

/** The end of a log is what tells of the last crash. */
const LAST_BYTES = 16 * 2 ** 20;
const LARGEST_REPORT = 50 * 2 ** 20;
const COLUMNS = 100;

/** Throws RecordingError when nothing is left to read. */
export async function triageLeftovers({ folder, pid, cwd, logs }: TriageRequest): Promise<Done> {
  const documents = diagnosticReports(cwd, pid);
  const readable = logs.filter((path) => sizeOf(path) > 0);
  if (documents.length + readable.length === 0)
    throw new RecordingError(
      'There is no record of why it ended: no diagnostic report in its folder, and no log is configured.',
      'Set "logs" in the configuration, or start it with --report-on-fatalerror.',
    );
  const report = await triage({
    logs: readable.map((path) => ({ name: basename(path), chunks: endOf(path) })),
    reports: documents.map((path) => readJson(path)),
    documents: documents.map((path) => basename(path)),
    version: VERSION,
  });
  writeFileSync(join(folder, FILES.report), renderJson(report), { mode: 0o600 });
  writeFileSync(join(folder, FILES.text), renderText(report, { colors: false, width: COLUMNS }), {
    mode: 0o600,
  });
  const findings = report.findings.map(({ fingerprint, kind, severity, title }) => ({
    fingerprint,
    kind,
    severity,
    title,
  }));
  return { ok: true, what: findings[0]?.title ?? report.verdictReason, findings };
}

/** "report.20260131.120000.4242.0.001.json"; in a container the pid in it is another. */
function diagnosticReports(cwd: string, pid: number | null): string[] {
  if (cwd === '') return [];
  const names = namesIn(cwd).filter((name) => /^report\.\d{8}\.\d{6}\.\d+\.\d+\.\d+\.json$/.test(name));
  const own = names.filter((name) => name.split('.')[3] === String(pid));
  const last = own.length > 0 ? own : names.sort().slice(-1);
  return last
    .map((name) => join(cwd, name))
    .filter((path) => sizeOf(path) > 0 && sizeOf(path) < LARGEST_REPORT);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function sizeOf(path: string): number {
  try {
    const stat = statSync(path);
    return stat.isFile() ? stat.size : 0;
  } catch {
    return 0;
  }
}

async function* endOf(path: string): AsyncGenerator<Uint8Array> {
  yield* createReadStream(path, {
    start: Math.max(0, sizeOf(path) - LAST_BYTES),
  }) as AsyncIterable<Uint8Array>;
}

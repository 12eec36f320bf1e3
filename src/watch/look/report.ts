// The report of a piece of evidence as a page that opens from disk.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RecordingError } from '../../errors.ts';
import type { Report } from '../../model/finding.ts';
import { renderHtml } from '../../report/page/html.ts';
import { type Done, FILES, type ReportRequest } from './request.ts';

/** Throws RecordingError when nothing was reported. */
export function writeReport({ folder }: ReportRequest): Done {
  const file = join(folder, FILES.report);
  if (!existsSync(file)) throw new RecordingError('There is no report to write as a page.');
  // A look or a triage of ours wrote it, a moment ago.
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
  writeFileSync(join(folder, FILES.page), renderHtml(report), { mode: 0o600 });
  return { ok: true, what: FILES.page, findings: [] };
}

// The report of a piece of evidence as a page that opens from disk.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RecordingError } from '../../errors.ts';
import { escapeHtml } from '../../report/escape.ts';
import { FILES, type ReportRequest } from './request.ts';
import type { Done } from './work.ts';

const LONGEST = 1_000_000;

/** Throws RecordingError when nothing was reported. */
export function writeReport({ folder }: ReportRequest): Done {
  const text = join(folder, FILES.text);
  if (!existsSync(text)) throw new RecordingError('There is no report to make a page of.');
  const links = [FILES.flame, FILES.report, FILES.recording].filter((name) => existsSync(join(folder, name)));
  const lines = readFileSync(text, 'utf8').split('\n');
  writeFileSync(join(folder, FILES.page), pageOf(lines, links), { mode: 0o600 });
  return { ok: true, what: FILES.page, findings: [] };
}

/** Nothing in it runs, and nothing is loaded. */
function pageOf(lines: readonly string[], links: readonly string[]): string {
  const body = lines.map((line) => escapeHtml(line, LONGEST)).join('\n');
  const list = links.map((name) => `<a href="${escapeHtml(name)}">${escapeHtml(name)}</a>`).join(' ');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>culprit: ${escapeHtml(lines[0] ?? 'report')}</title>
<style>body { font: 14px/1.5 sans-serif; margin: 2em auto; max-width: 60em } pre { white-space: pre-wrap }</style>
<p>${list}</p>
<pre>${body}</pre>
</html>
`;
}

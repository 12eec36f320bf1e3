// A report as one HTML file: the JSON report as data, and a script that draws it. It opens from disk, and its policy lets the
// browser load nothing and run nothing but the one script in it.
import { escapeAllStrings, escapeHtml, jsonForScript } from '../escape.ts';
import { inlineScript, pagePolicy } from '../flame/inline-script.ts';
import { titleOf } from './headline.ts';
import startReportPage from './page.ts?page';
import type { PageReport } from './page-report.ts';
import { PAGE_STYLE } from './page-style.ts';

/** Characters of one text that are kept. */
const LONGEST_TEXT = 4_000;

const SCRIPT = `'use strict';\n${startReportPage}(window, JSON.parse(document.getElementById('report').textContent));`;

/** The whole page as text. Nothing in it depends on time or machine. */
export function renderHtml(report: PageReport): string {
  const safe = escapeAllStrings(report, LONGEST_TEXT);
  const script = inlineScript(SCRIPT);
  const policy = pagePolicy(script, PAGE_STYLE);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(titleOf(safe), 120)}</title>
<link rel="icon" href="data:,">
<style>${PAGE_STYLE}</style>
<script type="application/json" id="report">${jsonForScript(safe)}</script>
</head>
<body>
<noscript><p>This report is drawn by a script in this file, and scripts are switched off. The report itself is in the file as JSON.</p></noscript>
<script>${script}</script>
</body>
</html>
`;
}

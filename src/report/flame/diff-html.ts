// A differential flame graph as one HTML file: base and head in one tree, what changed in colour, numbers on a click.
// It opens from disk, and its policy lets the browser load nothing and run nothing but the one script in it.
import type { SideSummary } from '../../model/comparison/comparison.ts';
import { escapeHtml, jsonForScript } from '../escape.ts';
import { type DiffFlame, toPageData } from './diff/page-data.ts';
import type { PageData } from './diff/page-model.ts';
import { diffPageScript } from './diff/page-script.ts';
import { PAGE_STYLE } from './diff/page-style.ts';
import { createDiffWords } from './diff/words.ts';
import { inlineScript, pagePolicy } from './inline-script.ts';

/** The whole page as text. Nothing in it depends on time or machine. */
export function renderDiffFlameHtml(flame: DiffFlame): string {
  const data = toPageData(flame);
  const script = inlineScript(diffPageScript());
  const policy = pagePolicy(script, PAGE_STYLE);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(flame.title)}</title>
<link rel="icon" href="data:,">
<style>${PAGE_STYLE}</style>
<script type="application/json" id="diff">${jsonForScript(data)}</script>
</head>
<body>
${header(flame, data)}
${TOOLS}
<main>
<section aria-label="flame graph">
<p id="empty" class="notice" hidden></p>
<div id="graph" role="tree" aria-label="call tree"></div>
</section>
<aside id="panel" aria-live="polite" aria-label="numbers"></aside>
</main>
<noscript><p class="notice">The graph is drawn by a script in this file, and scripts are switched off.</p></noscript>
<script>${script}</script>
</body>
</html>
`;
}

function header(flame: DiffFlame, data: PageData): string {
  const lines = [
    `<h1>${escapeHtml(flame.title)}</h1>`,
    `<p class="quiet">base: ${side(flame.base)} &middot; head: ${side(flame.head)}</p>`,
  ];
  if (data.tree.parent.length > 0) lines.push(`<p id="summary">${summary(data)}</p>`);
  if (data.isUnchanged) lines.push(`<p id="unchanged" class="notice">${unchanged(data)}</p>`);
  return `<header>\n${lines.join('\n')}\n</header>`;
}

function side({ label, commit, runs, nodeVersions, requests }: SideSummary): string {
  const facts = [
    `${runs} ${runs === 1 ? 'run' : 'runs'}`,
    ...(requests === null ? [] : [`${requests.toLocaleString('en-US')} requests`]),
    ...nodeVersions.map((version) => `Node ${escapeHtml(version, 40)}`),
  ];
  const name = commit === null || label.includes(commit) ? label : `${label} (${commit.slice(0, 12)})`;
  return `<b>${escapeHtml(name)}</b>, ${facts.join(', ')}`;
}

function summary({ per, tree, changes }: PageData): string {
  const words = createDiffWords();
  const [base, head] = [tree.baseTotal[0] ?? 0, tree.headTotal[0] ?? 0];
  const part = base > 0 ? `, ${words.signedPercent((head - base) / base)}` : '';
  const different = changes.filter(({ verdict }) => verdict === 'different').length;
  const functions = `${different} ${different === 1 ? 'function differs' : 'functions differ'} by more than the noise`;
  return `CPU time per ${per}: ${words.micros(base)} on base, ${words.micros(head)} on head (${words.signedMicros(head - base)}${part}). ${functions}.`;
}

function unchanged({ tree, changes }: PageData): string {
  const unsure = changes.filter(({ verdict }) => verdict === 'unsure').length;
  const doubt = unsure === 0 ? '' : ` (${unsure} could not be decided)`;
  const shown = tree.parent.length === 0 ? '' : ' The graph below shows where the time goes, all in grey.';
  return `Nothing changed: the CPU time of no function differs by more than the noise${doubt}.${shown}`;
}

const TOOLS = `<div id="tools">
<fieldset><legend>Width is</legend>
<label><input type="radio" name="view" id="view-change" checked> gross change</label>
<label><input type="radio" name="view" id="view-significant"> gross change beyond the noise</label>
<label><input type="radio" name="view" id="view-head"> head&#39;s time</label>
<label><input type="radio" name="view" id="view-base"> base&#39;s time</label>
</fieldset>
<label>Search <input type="search" id="search" placeholder="function, file or package" autocomplete="off" spellcheck="false"></label>
<output id="found" for="search"></output>
<span><button type="button" id="out">Zoom out</button> <button type="button" id="reset">Reset</button></span>
<span>self time: <span class="key more">+ more</span> <span class="key less">&minus; less</span> <span class="key noise">within the noise</span></span>
</div>
<p class="quiet">Gross change adds up rises and falls under a frame, so that they do not cancel. Keys: Tab to the graph, arrows between frames, Enter zooms in, Escape zooms out.</p>`;

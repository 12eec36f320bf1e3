// Judges one report against what was planted. The only place that knows the report's fields is adaptReport.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { builtFolder, sourceFile } from '../../fixtures/targets/build.mjs';

/** The report's JSON -> what scoring needs. */
export function adaptReport(report) {
  const findings = (report.findings ?? []).map((finding) => ({
    rank: finding.rank,
    kind: finding.kind,
    severity: finding.severity,
    confidence: finding.confidence,
    title: finding.title,
    file: finding.subject?.file ?? null,
    function: finding.subject?.function ?? null,
    line: finding.subject?.line ?? null,
    retainerPath: finding.retainerPath ?? null,
  }));
  findings.sort((a, b) => a.rank - b.rank);
  return { verdict: report.verdict, reason: report.verdictReason, findings };
}

function nameOf(node) {
  if (node.name) return node.name.getText();
  // Not property values: built CommonJS files name each export once more that way.
  return ts.isVariableDeclaration(node.parent) ? node.parent.name.getText() : null;
}

/** First and last line (1-based) of every function with one of these names. */
export function functionRanges(text, fileName, names) {
  const source = ts.createSourceFile(fileName, text, ts.ScriptTarget.Latest, true);
  const lineAt = (position) => source.getLineAndCharacterOfPosition(position).line + 1;
  const ranges = [];
  const visit = (node) => {
    if (ts.isFunctionLike(node) && node.body && names.includes(nameOf(node))) {
      ranges.push({ first: lineAt(node.getStart()), last: lineAt(node.getEnd()) });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return ranges;
}

/** Where the fault is in this build: files, functions, their ranges and the exact lines. */
export function expectedPlaces(kind, variant, format, truth) {
  return truth.where.map((place) => {
    const file = sourceFile(format, place.file);
    const text = readFileSync(path.join(builtFolder(kind, variant, format), file), 'utf8');
    const ranges = functionRanges(
      text,
      file.replace(/\.cjs$/, '.js').replace(/\.mjs$/, '.js'),
      place.function,
    );
    const lines = text
      .split('\n')
      .map((line, index) => (place.lineText.some((mark) => line.includes(mark)) ? index + 1 : 0))
      .filter((line) => ranges.some(({ first, last }) => line >= first && line <= last));
    return { file, functions: place.function, ranges, lines };
  });
}

/** `async Relay.forward [as send]` and `forward` are the same function. */
function plainName(name) {
  return (name ?? '')
    .replace(/\s*\[.*\]$/, '')
    .replace(/^(async|new) /, '')
    .split(/[.#]/)
    .at(-1);
}

export function judgePlace(finding, places) {
  const place = places.find(({ file }) => finding.file !== null && `/${finding.file}`.endsWith(`/${file}`));
  if (!place) return { file: false, function: false, line: false, exactLine: false };
  return {
    file: true,
    function: place.functions.includes(plainName(finding.function)),
    line: place.ranges.some(({ first, last }) => finding.line >= first && finding.line <= last),
    exactLine: place.lines.includes(finding.line),
  };
}

/** Whether the retainer path names what holds, with its file and line; nothing where no snapshot was taken. */
function judgeHolder({ retainerPath }, { holder }) {
  if (!holder || !retainerPath) return {};
  const names = [retainerPath.owner, ...retainerPath.steps].map(({ name, place }) => ({ name, place }));
  const placed = names.some(({ place }) => place?.line);
  const isNamed = holder.some((name) => names.some((step) => plainName(step.name) === plainName(name)));
  return { holder: isNamed && placed ? 'holder right' : isNamed ? 'holder without line' : 'other holder' };
}

/**
 * right: faulty and named first with its function, file and line; or healthy and called so. kind-only: the right
 * kind first, another place. miss: anything else about a faulty one. false-alarm: findings about a healthy one.
 */
export function score({ kind, variant, format, truth, report }) {
  const seen = adaptReport(report);
  const top = seen.findings[0] ?? null;
  const result = {
    said: seen.verdict,
    reason: seen.reason,
    findings: seen.findings.length,
    top,
    all: seen.findings,
  };
  if (variant !== 'faulty') {
    const silent = seen.verdict === 'healthy';
    const word = seen.findings.length > 0 ? 'false-alarm' : 'undecided';
    return { ...result, verdict: silent ? 'right' : word };
  }
  const planted = seen.findings.find((finding) => finding.kind === truth.kind);
  result.plantedRank = planted?.rank ?? null;
  if (!top || top.kind !== truth.kind) return { ...result, verdict: 'miss' };
  if (truth.where.length === 0) return { ...result, verdict: 'right' };
  const place = judgePlace(top, expectedPlaces(kind, variant, format, truth));
  const right = place.file && place.function && place.line;
  return { ...result, ...judgeHolder(top, truth), place, verdict: right ? 'right' : 'kind-only' };
}

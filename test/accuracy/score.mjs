// Judges one report against what was planted. The only place that knows the report's fields is adaptReport.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { builtFolder, sourceFile } from '../../fixtures/targets/places.mjs';

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

const ANONYMOUS = '(anonymous)';

function nameOf(node) {
  if (node.name) return node.name.getText();
  // Not property values: built CommonJS files name each export once more that way.
  return ts.isVariableDeclaration(node.parent) ? node.parent.name.getText() : ANONYMOUS;
}

/** First and last line (1-based) of every function with one of these names. */
export function functionRanges(text, fileName, names) {
  const source = ts.createSourceFile(fileName, text, ts.ScriptTarget.Latest, true);
  const lineAt = (position) => source.getLineAndCharacterOfPosition(position).line + 1;
  const ranges = [];
  const visit = (node) => {
    if (ts.isFunctionLike(node) && node.body && names.includes(nameOf(node))) {
      ranges.push({ name: nameOf(node), first: lineAt(node.getStart()), last: lineAt(node.getEnd()) });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return ranges;
}

const holds = ({ first, last }, line) => line >= first && line <= last;

/** All named functions, but of those without a name only the ones right around a marked line. */
function rangesAround(ranges, marked) {
  const unnamed = ranges.filter(({ name }) => name === ANONYMOUS);
  const around = marked.map(
    (line) =>
      unnamed.filter((range) => holds(range, line)).sort((a, b) => a.last - a.first - (b.last - b.first))[0],
  );
  return ranges.filter((range) => range.name !== ANONYMOUS || around.includes(range));
}

/** Where the fault is in this build: files, functions, their ranges and the exact lines. */
export function expectedPlaces(kind, variant, format, truth) {
  return truth.where.map((place) => {
    const file = sourceFile(kind, variant, format, place.file);
    const text = readFileSync(path.join(builtFolder(kind, variant, format), file), 'utf8');
    const marked = text
      .split('\n')
      .flatMap((line, index) => (place.lineText.some((mark) => line.includes(mark)) ? [index + 1] : []));
    const found = functionRanges(text, file.replace(/\.[cm]js$/, '.js'), place.function);
    const ranges = rangesAround(found, marked);
    const lines = marked.filter((line) => ranges.some((range) => holds(range, line)));
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

const isIn = ({ file }, place) => file !== null && `/${file}`.endsWith(`/${place.file}`);

export function judgePlace(finding, places) {
  const place =
    places.find((each) => isIn(finding, each) && each.functions.includes(plainName(finding.function))) ??
    places.find((each) => isIn(finding, each));
  if (!place) return { file: false, function: false, line: false, exactLine: false };
  return {
    file: true,
    function: place.functions.includes(plainName(finding.function)),
    line: place.ranges.some((range) => holds(range, finding.line)),
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

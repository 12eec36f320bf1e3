// What became of stated confidence: the first finding of each run of known truth, and whether it was right, into calibration.json
// beside this file. calibration.test.ts holds the words to it.
//
//   node test/accuracy/calibrate.mjs --set targets results.json...     as run.mjs writes them
//
// A set is replaced whole. Runs without a finding state no confidence, and do not count.
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const FILE = new URL('calibration.json', import.meta.url);

const { values, positionals } = parseArgs({ options: { set: { type: 'string' } }, allowPositionals: true });
if (!values.set || positionals.length === 0) {
  console.error('usage: node test/accuracy/calibrate.mjs --set NAME results.json...');
  process.exit(2);
}
const read = positionals.map((file) => JSON.parse(readFileSync(file, 'utf8')));
const findings = read
  .flatMap(({ results }) => results)
  .filter(({ top }) => typeof top?.confidence === 'number')
  .map(({ top, verdict }) => ({ kind: top.kind, confidence: top.confidence, isRight: verdict === 'right' }))
  .toSorted((a, b) => a.kind.localeCompare(b.kind) || b.confidence - a.confidence);
const before = JSON.parse(readFileSync(FILE, 'utf8')).sets;
const sets = { ...before, [values.set]: { when: read[0].when, findings } };
writeFileSync(FILE, `${JSON.stringify({ sets }, null, 2)}\n`);

const rows = new Map();
for (const { kind, confidence, isRight } of Object.values(sets).flatMap((set) => set.findings)) {
  const row = rows.get(kind) ?? { kind, findings: 0, right: 0, least: 1 };
  rows.set(kind, {
    ...row,
    findings: row.findings + 1,
    right: row.right + (isRight ? 1 : 0),
    least: Math.min(row.least, confidence),
  });
}
console.table([...rows.values()].toSorted((a, b) => a.kind.localeCompare(b.kind)));

// What `diagnose` cost, into the table that culprit itself tells it from. Servers that did not run keep their rows.
import { readFileSync, writeFileSync } from 'node:fs';

const FILE = new URL('../../../src/capture/overhead.json', import.meta.url);
const ratios = ({ numbers }) => numbers.map((number) => Number(number.toFixed(3)));

/** `rows` as of table.mjs; `provenance` says on what they were measured. */
export function saveOverhead(rows, provenance) {
  const table = JSON.parse(readFileSync(FILE, 'utf8'));
  table.servers = table.servers.map((known) => {
    const row = rows.find(({ server, condition }) => server === known.server && condition === 'diagnose');
    return row ? { ...known, ...measuredIn(row), provenance } : known;
  });
  writeFileSync(FILE, `${JSON.stringify(table, null, 2)}\n`);
}

/** The table keeps all pairs: of few, a median would hide how far they lie apart. */
export function measuredIn({ throughput, p99Pairs, cpu, addedBytes }) {
  return {
    throughputKept: ratios(throughput),
    p99Millis: p99Pairs.map((pair) => pair.map((millis) => Number(millis.toFixed(1)))),
    cpuPerRequest: ratios(cpu),
    addedBytes: addedBytes.numbers.map(Math.round),
  };
}

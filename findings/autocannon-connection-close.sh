#!/usr/bin/env bash
# autocannon 9.0.0.
# Against a server that answers each request at once with `Connection: close`, one connection measures median
# latencies of hundreds of milliseconds, which grow with the length of the test, although the same run did
# them one after the other at a rate that leaves a few milliseconds for each. `requests.sent` is twice the number of
# requests that the server saw.
. "$(dirname "$0")/setup.sh"
install autocannon@9.0.0

cat > close.mjs <<'JS'
import autocannon from 'autocannon';
import { Worker } from 'node:worker_threads';
const server = new Worker(`
  const { parentPort } = require('node:worker_threads');
  let requests = 0;
  const server = require('node:http').createServer((_, response) => {
    requests++;
    response.setHeader('connection', 'close');
    response.end('ok');
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
  parentPort.on('message', () => { parentPort.postMessage(requests); requests = 0; });
`, { eval: true });
const answer = () => new Promise((done) => server.once('message', done));
const port = await answer();
const medians = [];
let same = true;
for (const duration of [1, 5]) {
  const { latency, requests, errors } = await autocannon({ url: `http://127.0.0.1:${port}/`, connections: 1, duration });
  server.postMessage('count');
  const seen = await answer();
  const possible = (duration * 1000) / requests.total;
  console.log(`${duration} s: ${requests.total} answers one after the other, at most ${possible.toFixed(2)} ms each on average; median ${latency.p50} ms, sent ${requests.sent}, server saw ${seen}, errors ${errors}`);
  medians.push(latency.p50);
  same &&= latency.p50 > 20 * possible && requests.sent > 1.8 * seen;
}
process.exit(same && medians[1] > 1.5 * medians[0] ? 0 : 10);
JS
node close.mjs
verdict $?

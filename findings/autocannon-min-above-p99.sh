#!/usr/bin/env bash
# autocannon 9.0.0.
# Against a fast server the result has latency.min 1 ms, yet p50 0 ms, and an average of a few hundredths of a
# millisecond: latencies are cut to whole milliseconds, and the minimum leaves zeros out. A server that got three
# times slower, from 0.2 to 0.6 ms, keeps the same percentiles.
. "$(dirname "$0")/setup.sh"
install autocannon@9.0.0

cat > fast.mjs <<'JS'
import autocannon from 'autocannon';
import { Worker } from 'node:worker_threads';
const server = new Worker(`
  const { parentPort } = require('node:worker_threads');
  const busy = (ms) => { const end = performance.now() + ms; while (performance.now() < end); };
  const server = require('node:http').createServer((request, response) => {
    busy(request.url === '/slower' ? 0.4 : 0);
    response.end('ok');
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`, { eval: true });
const port = await new Promise((done) => server.once('message', done));
let same = true;
for (const path of ['/', '/slower']) {
  const { latency, requests } = await autocannon({ url: `http://127.0.0.1:${port}${path}`, connections: 1, duration: 3 });
  console.log(`${path}: min ${latency.min}, p50 ${latency.p50}, p75 ${latency.p75}, average ${latency.average} ms; by the number of requests ${(3000 / requests.total).toFixed(2)} ms each`);
  same &&= latency.min >= 1 && latency.p50 === 0 && latency.average < 1;
}
process.exit(same ? 0 : 10);
JS
node fast.mjs
verdict $?

#!/usr/bin/env bash
# autocannon 9.0.0.
# A server takes every second request and closes the connection without an answer. The result has no errors, no
# timeouts, no resets and only 2xx answers: such requests are sent again and not counted. A check of the kind "0
# errors under load" passes on a server that drops half of what it gets.
. "$(dirname "$0")/setup.sh"
install autocannon@9.0.0

cat > drop.mjs <<'JS'
import autocannon from 'autocannon';
import { Worker } from 'node:worker_threads';
const server = new Worker(`
  const { parentPort } = require('node:worker_threads');
  let answered = 0;
  let dropped = 0;
  const server = require('node:http').createServer((request, response) => {
    if ((answered + dropped) % 2) { dropped++; request.socket.destroy(); }
    else { answered++; response.end('ok'); }
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
  parentPort.on('message', () => parentPort.postMessage({ answered, dropped }));
`, { eval: true });
const answer = () => new Promise((done) => server.once('message', done));
const port = await answer();
const { errors, timeouts, resets, non2xx, '2xx': ok } = await autocannon({ url: `http://127.0.0.1:${port}/`, connections: 5, duration: 2 });
server.postMessage('count');
const { answered, dropped } = await answer();
console.log(`server: answered ${answered}, dropped ${dropped}`);
console.log(`autocannon: 2xx ${ok}, non-2xx ${non2xx}, errors ${errors}, timeouts ${timeouts}, resets ${resets}`);
process.exit(dropped > 0.8 * answered && errors + timeouts + resets + non2xx === 0 && ok > 100 ? 0 : 10);
JS
node drop.mjs
verdict $?

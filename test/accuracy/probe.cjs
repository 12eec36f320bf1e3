// Preloaded into a target by measure.mjs: writes memory, collections, timers and loop delay to a file, a line
// of JSON every two seconds. Only for checking the targets themselves; no diagnosis uses it.
const fs = require('node:fs');
const { monitorEventLoopDelay, PerformanceObserver, performance } = require('node:perf_hooks');
const { isMainThread } = require('node:worker_threads');

if (isMainThread && process.env.MEASURE_FILE) {
  let gcMillis = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) gcMillis += entry.duration;
  }).observe({ entryTypes: ['gc'] });
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  let elu = performance.eventLoopUtilization();
  setInterval(() => {
    const counts = {};
    for (const name of process.getActiveResourcesInfo?.() ?? []) counts[name] = (counts[name] ?? 0) + 1;
    const line = {
      ...process.memoryUsage(),
      gcMillis,
      busyMillis: performance.eventLoopUtilization(elu).active,
      delayMaxMillis: delay.max / 1e6,
      counts,
      heapLimit: require('node:v8').getHeapStatistics().heap_size_limit,
    };
    gcMillis = 0;
    elu = performance.eventLoopUtilization();
    delay.reset();
    fs.appendFileSync(process.env.MEASURE_FILE, `${JSON.stringify(line)}\n`);
  }, 2000).unref();
}

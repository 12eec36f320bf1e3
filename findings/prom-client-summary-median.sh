#!/usr/bin/env bash
# prom-client 15.1.3 (tdigest 0.1.3).
# A Summary of 20,000 durations, 98.5 % of them exactly 1 ms and the rest 1,000 ms, reports a median of 16 ms and a
# 90th percentile of 815 ms. Equal values share one centroid, and the digest interpolates from the centre of that
# centroid to the next one as if the values between were spread evenly. Durations in whole milliseconds are such data.
. "$(dirname "$0")/setup.sh"
install prom-client@15.1.3

cat > summary.mjs <<'JS'
import { Summary } from 'prom-client';
const percentiles = [0.5, 0.9, 0.95];
const summary = new Summary({ name: 'duration', help: 'ms', registers: [], percentiles });
const durations = Array.from({ length: 20_000 }, (_, i) => (i % 200 < 197 ? 1 : 1000));
for (const duration of durations) summary.observe(duration);
durations.sort((a, b) => a - b);
const { values } = await summary.get();
let same = true;
percentiles.forEach((p, i) => {
  const exact = durations[Math.ceil(p * durations.length) - 1];
  console.log(`p${p * 100}: exact ${exact} ms, Summary ${values[i].value.toFixed(1)} ms`);
  same &&= exact === 1 && values[i].value > 10;
});
process.exit(same ? 0 : 10);
JS
node summary.mjs
verdict $?

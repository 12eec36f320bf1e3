#!/usr/bin/env bash
# piscina 5.3.2.
# One thread that computes all the time, task after task, gives `pool.utilization` of about 0.001: the run times, which are in
# milliseconds already, are divided by 1,000 once more. piscina 4.9.2 says 0.99 for the same tasks. A pool at its limit looks
# idle, an alarm or autoscaler on this number never acts, and after the upgrade the load seems to have gone.
. "$(dirname "$0")/setup.sh"
install piscina5@npm:piscina@5.3.2 piscina4@npm:piscina@4.9.2

cat > task.cjs <<'JS'
module.exports = (millis) => {
  const end = performance.now() + millis;
  while (performance.now() < end);
};
JS
cat > pool.cjs <<'JS'
const { Piscina } = require(process.argv[2]);
(async () => {
  const pool = new Piscina({ filename: `${__dirname}/task.cjs`, minThreads: 1, maxThreads: 1 });
  await pool.run(1);
  let computed = 0;
  const { duration } = pool;
  for (let i = 0; i < 40; i++) {
    await pool.run(50);
    computed += 50;
  }
  const share = computed / (pool.duration - duration);
  console.log(`computing for at least ${Math.round(share * 100)} % of the time, utilization ${pool.utilization.toFixed(4)}`);
  const isSo = share > 0.2 && (process.argv[2] === 'piscina4' ? pool.utilization > 0.2 : pool.utilization < 0.002);
  process.exit(isSo ? 0 : 10);
})();
JS
for name in piscina4 piscina5; do
  echo -n "$name: "
  node pool.cjs $name || verdict $?
done
verdict 0

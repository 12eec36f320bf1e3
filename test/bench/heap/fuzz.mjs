// Damages small snapshots for as long as one likes: each must be refused with MalformedSnapshot or be walkable, within
// a second. Prints the seed of whatever is not. node test/bench/heap/fuzz.mjs [seconds] [seed]
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { CACHE } from './peers.mjs';

const [seconds = 60, firstSeed = 1] = process.argv.slice(2).map(Number);
const outfile = join(CACHE, 'fuzz-target.mjs');
await build({
  stdin: {
    contents: `export * from './test/support/heap-snapshot-builder.ts';
      export { mutated } from './test/support/mutate-snapshot.ts';
      export { MalformedSnapshot } from './src/model/decode/heap-snapshot/malformed.ts';
      export { computeDominators } from './src/model/heap/dominators.ts';`,
    resolveDir: fileURLToPath(new URL('../../..', import.meta.url)),
  },
  outfile,
  bundle: true,
  format: 'esm',
  platform: 'node',
  logLevel: 'warning',
});
const { computeDominators, drawHeap, MalformedSnapshot, mutated, readSnapshotText } = await import(
  pathToFileURL(outfile).href
);

const SLOW_MILLIS = 1_000;
const heap = drawHeap();
let last = heap.global;
for (let i = 0; i < 20; i++) {
  const next = heap.node(i % 3 ? 'object' : 'closure', `class ${i} "\\ ü😀`, {
    at: { scriptId: i, line: 1, column: 1 },
  });
  last.property(`p${i}`, next).weak('w', heap.global);
  next.internal(`${i} / part of key (a @1) -> value (b @2) pair in WeakMap (table @${2 * i + 1})`, last);
  last = next;
}
const text = heap.json();
const end = performance.now() + seconds * 1e3;
const counts = { accepted: 0, refused: 0, failed: 0 };
let seed = firstSeed;
for (; performance.now() < end; seed++) {
  const start = performance.now();
  try {
    const graph = readSnapshotText(mutated(text, seed), 1 + (seed % 211));
    const tree = computeDominators(graph);
    for (let node = 0; node < graph.nodeCount; node++) {
      graph.nodeName(node);
      if (!(tree.retainedBytes(node) >= graph.shallowBytes(node)))
        throw new Error(`node ${node} retains too little`);
      for (let edge = graph.firstEdge(node); edge < graph.endEdge(node); edge++) graph.edgeName(edge);
    }
    counts.accepted++;
  } catch (error) {
    const isRefused = error instanceof MalformedSnapshot;
    counts[isRefused ? 'refused' : 'failed']++;
    if (!isRefused) console.error(`seed ${seed}:`, error);
  }
  if (performance.now() - start > SLOW_MILLIS)
    console.error(`seed ${seed} took ${performance.now() - start} ms`);
}
console.log(`${seed - firstSeed} files: ${JSON.stringify(counts)}`);
process.exit(counts.failed === 0 ? 0 : 1);

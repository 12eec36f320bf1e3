// Whether we, memlab and Chrome DevTools say the same about the same file: counts and shallow sizes by type and name,
// dominators and retained sizes node by node. Small real snapshots, of this Node or of the files given.
// node test/bench/heap/compare-peers.mjs [file.heapsnapshot ...]
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildOurs, OURS } from './build-ours.mjs';
import { CACHE, DEVTOOLS, installPeers, MEMLAB } from './peers.mjs';

Promise.withResolvers ??= () => {
  let resolve;
  let reject;
  const promise = new Promise((ok, no) => {
    resolve = ok;
    reject = no;
  });
  return { promise, resolve, reject };
};

mkdirSync(CACHE, { recursive: true });
installPeers();
await buildOurs();
const { readHeapSnapshot } = await import(pathToFileURL(join(OURS, 'heap-snapshot.js')).href);
const { computeDominators } = await import(pathToFileURL(join(OURS, 'dominators.js')).href);
const devtools = await importDevtools();
const memlab = createRequire(import.meta.url)(MEMLAB);
const { default: TraceFinder } = createRequire(MEMLAB)(
  join(CACHE, 'node_modules/@memlab/core/dist/paths/TraceFinder.js'),
);
const files = process.argv.length > 2 ? process.argv.slice(2) : [smallSnapshot()];
let differences = 0;
for (const file of files) {
  const ours = await readWithOurs(file);
  console.log(`\n${file}: ${ours.nodes.length} nodes`);
  differences += compare('DevTools', ours, await readWithDevtools(file, { movesShallowSizes: false }));
  compare('DevTools, shallow sizes moved', ours, await readWithDevtools(file, { movesShallowSizes: true }));
  compare('memlab', ours, await readWithMemlab(file, { owned: false }));
  compare(
    'memlab, with the application drawn as DevTools draws it',
    ours,
    await readWithMemlab(file, { owned: true }),
  );
}
process.exit(differences === 0 ? 0 : 1);

function smallSnapshot() {
  const file = join(CACHE, 'small.heapsnapshot');
  const script = fileURLToPath(new URL('make-snapshot.mjs', import.meta.url));
  execFileSync(process.execPath, [script, '20000', file]);
  return file;
}

async function readWithOurs(file) {
  const graph = await readHeapSnapshot(file);
  const tree = computeDominators(graph);
  const nodes = Array.from({ length: graph.nodeCount }, (_, node) => ({
    id: graph.nodeId(node),
    type: graph.nodeTypeName(node),
    name: graph.nodeName(node),
    shallow: graph.shallowBytes(node),
    retained: tree.retainedBytes(node),
    dominator: tree.immediateDominator(node),
    isReachable: tree.isReachable(node),
  }));
  return { nodes };
}

/** The worker as a module that gives its classes away: a copy beside it, with one line of exports more. */
async function importDevtools() {
  const copy = join(CACHE, 'devtools-copy.mjs');
  const exported = '\nexport { HeapSnapshotLoader, JSHeapSnapshot, SecondaryInitManager };\n';
  writeFileSync(copy, readFileSync(DEVTOOLS, 'utf8') + exported);
  return import(pathToFileURL(copy).href);
}

async function readWithDevtools(file, { movesShallowSizes }) {
  const { HeapSnapshotLoader, JSHeapSnapshot, SecondaryInitManager } = devtools;
  const original = JSHeapSnapshot.prototype.calculateShallowSizes;
  // A deliberate difference: DevTools moves sizes of parts to their owners before it begins.
  if (!movesShallowSizes) JSHeapSnapshot.prototype.calculateShallowSizes = () => undefined;
  const warn = console.warn;
  console.warn = () => undefined;
  try {
    const loader = new HeapSnapshotLoader({ sendEvent: () => undefined });
    loader.write(readFileSync(file, 'utf8'));
    loader.close();
    const { port1, port2 } = new MessageChannel();
    new SecondaryInitManager(port2);
    const snapshot = await loader.buildSnapshot(port1);
    port1.close();
    const nodes = [];
    for (let ordinal = 0; ordinal < snapshot.nodeCount; ordinal++) {
      const node = snapshot.createNode(ordinal * snapshot.nodeFieldCount);
      nodes.push({
        id: node.id(),
        type: node.type(),
        name: withoutDetached(node.rawName()),
        shallow: node.selfSize(),
        retained: node.retainedSize(),
        dominator: snapshot.dominatorsTree[ordinal],
      });
    }
    return { nodes };
  } finally {
    JSHeapSnapshot.prototype.calculateShallowSizes = original;
    console.warn = warn;
  }
}

async function readWithMemlab(file, { owned }) {
  const original = TraceFinder.prototype.flagReachableNodesFromWindow;
  // A deliberate difference: memlab takes what hangs at the root by elements for the application's, and not what the
  // global objects reach.
  if (owned) TraceFinder.prototype.flagReachableNodesFromWindow = flagOwned;
  const heap = await memlab.getFullHeapFromFile(file);
  TraceFinder.prototype.flagReachableNodesFromWindow = original;
  const nodes = [];
  heap.nodes.forEach((node) => {
    nodes.push({
      id: node.id,
      type: node.type,
      name: withoutDetached(node.name),
      shallow: node.self_size,
      retained: node.retainedSize,
      dominator: node.dominatorNode?.nodeIndex ?? 0,
    });
  });
  return { nodes };
}

/** Both peers write the detachedness of a node into its name; for us it is a property of its own. */
function withoutDetached(name) {
  return name.replace(/^Detached /, '');
}

function flagOwned(snapshot, flags, flag) {
  const pending = [];
  for (const edge of snapshot.nodes.get(0).references)
    if (edge.type === 'shortcut') pending.push(edge.toNode.nodeIndex);
  while (pending.length > 0) {
    const node = pending.pop();
    if (flags[node] & flag) continue;
    flags[node] |= flag;
    for (const edge of snapshot.nodes.get(node).references)
      if (edge.type !== 'weak') pending.push(edge.toNode.nodeIndex);
  }
}

function compare(name, ours, theirs) {
  const counts = { id: 0, type: 0, name: 0, shallow: 0, dominator: 0, retained: 0 };
  const examples = [];
  for (const [index, node] of ours.nodes.entries()) {
    for (const key of Object.keys(counts)) {
      if (node[key] === theirs.nodes[index]?.[key]) continue;
      counts[key]++;
      if (examples.length < 4 && (key === 'dominator' || key === 'retained')) {
        const { id, type, isReachable } = node;
        examples.push({
          key,
          id,
          type,
          name: node.name.slice(0, 40),
          isReachable,
          ours: node[key],
          theirs: theirs.nodes[index][key],
        });
      }
    }
  }
  const classes = differingClasses(ours.nodes, theirs.nodes);
  const counted = Object.entries(counts)
    .map(([key, count]) => `${key} ${count}`)
    .join(', ');
  console.log(`${name}: nodes ${theirs.nodes.length}; differing: classes ${classes}, ${counted}`);
  for (const example of examples) console.log(`  ${JSON.stringify(example)}`);
  return classes + Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** Classes by type and name whose count or shallow size differs. */
function differingClasses(ours, theirs) {
  const sums = new Map();
  const add = (nodes, sign) => {
    for (const { type, name, shallow } of nodes) {
      const key = `${type} ${name}`;
      const sum = sums.get(key) ?? { count: 0, bytes: 0 };
      sums.set(key, { count: sum.count + sign, bytes: sum.bytes + sign * shallow });
    }
  };
  add(ours, 1);
  add(theirs, -1);
  return [...sums.values()].filter(({ count, bytes }) => count !== 0 || bytes !== 0).length;
}

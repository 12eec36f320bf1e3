// From file to dominators and retained sizes with culprit; with "retainers" as second argument, to retainers as well.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { OURS } from '../build-ours.mjs';
import { printResult } from './result.mjs';

const ours = (name) => import(pathToFileURL(join(OURS, `${name}.js`)).href);
const { readHeapSnapshot } = await ours('heap-snapshot');
const { computeDominators } = await ours('dominators');
const start = performance.now();
const graph = await readHeapSnapshot(process.argv[2]);
const tree = computeDominators(graph);
if (process.argv[3] === 'retainers') graph.firstRetainer(0);
printResult(start, { nodes: graph.nodeCount, edges: graph.edgeCount, total: tree.retainedBytes(0) });

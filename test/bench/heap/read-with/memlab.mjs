// The same with memlab: its own call for a full heap, which annotates paths, dominators and retained sizes.
import { createRequire } from 'node:module';
import { MEMLAB } from '../peers.mjs';
import { printResult } from './result.mjs';

const { getFullHeapFromFile } = createRequire(import.meta.url)(MEMLAB);
const start = performance.now();
const heap = await getFullHeapFromFile(process.argv[2]);
const root = heap.nodes.get(0);
printResult(start, { nodes: heap.nodes.length, edges: heap.edges.length, total: root.retainedSize });

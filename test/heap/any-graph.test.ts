// Whatever a file holds, as long as it is a graph: `culprit heap` ends, and says something.
import { expect, test } from 'vitest';
import { explainHeapGraphs } from '../../src/heap/explain-heap.ts';
import { EDGE_TYPE_NAMES, NODE_TYPE_NAMES } from '../../src/model/heap/node-and-edge-types.ts';
import { renderHeapText } from '../../src/report/heap/heap-text.ts';
import { type DrawnNode, drawHeap } from '../support/heap-snapshot-builder.ts';
import { seededRandom } from '../support/shapes.ts';

const NODE_NAMES = [
  '',
  'Object',
  'Array',
  'Map',
  'Promise',
  'Module',
  'process',
  'TimersList',
  'Timeout',
  'Listener',
  'system / Context',
  'system / NativeContext',
  'system / PromiseReaction',
  'system / SourceTextModule',
  'system / Cell',
  '/app/a.js',
  'constructor',
  '__proto__',
];
const EDGE_NAMES = [
  ...[
    'table',
    'context',
    'previous',
    'extension',
    'elements',
    'shared',
    'script',
    'function',
    'value',
    'filename',
  ],
  ...['exports', 'next', '_idleNext', '_events', '_onTimeout', 'callback', 'listener', 'reactions_or_result'],
  ...[
    '7',
    '515',
    '3 / part of key (A @1) -> value (B @2) pair in WeakMap (table @3)',
    '__proto__',
    'constructor',
  ],
];

function drawAnything(seed: number) {
  const random = seededRandom(seed);
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)]!;
  const heap = drawHeap();
  const nodes: DrawnNode[] = [heap.root, heap.gcRoots, heap.global];
  const size = 30 + Math.floor(random() * 300);
  for (let i = 0; i < size; i += 1) {
    const at = random() < 0.3 ? { scriptId: 1 + Math.floor(random() * 3), line: 1, column: 1 } : undefined;
    nodes.push(
      heap.node(pick(NODE_TYPE_NAMES.slice(0, -1)), pick(NODE_NAMES), {
        bytes: Math.floor(random() * 2_000),
        at,
      }),
    );
  }
  for (let i = 0; i < 4 * size; i += 1) {
    const type = pick(EDGE_TYPE_NAMES.slice(0, 7));
    const name = type === 'element' || type === 'hidden' ? Math.floor(random() * 50) : pick(EDGE_NAMES);
    pick(nodes).edge(type, name, pick(nodes));
  }
  return heap;
}

test('graphs of anything, with cycles everywhere, are explained', async () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const sources = [0, 1, 2].map((step) => ({
      path: `${step}`,
      read: async () => drawAnything(seed + step).graph(),
    }));
    const count = 1 + (seed % 3);
    const report = await explainHeapGraphs(sources.slice(0, count), { top: 10, showStrings: true });
    expect(renderHeapText(report, { colors: false, width: 80 }).length).toBeGreaterThan(100);
  }
});

test('a list of a hundred thousand is as good as a short one', async () => {
  const heap = drawHeap();
  let list = heap.node('object', 'Entry');
  for (let i = 0; i < 100_000; i += 1) {
    const values = heap.node('object', 'Array', { bytes: 200 });
    for (let k = 0; k < 8; k += 1) values.element(k, list);
    list = heap.node('object', 'Entry').property('next', list).property('values', values);
  }
  heap.global.property('list', list);
  const graph = heap.graph();
  const report = await explainHeapGraphs([{ path: 'one', read: async () => graph }], {
    top: 10,
    showStrings: false,
  });
  expect(report.classes).toContainEqual(expect.objectContaining({ className: 'Entry', count: 100_001 }));
});

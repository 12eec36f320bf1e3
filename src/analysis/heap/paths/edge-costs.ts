// The cost of an edge for the choice of paths: V8 connects objects in many ways, and the path to show is the one that a
// reader of the program would follow.
import { EdgeType, NodeType } from '../../../model/heap/heap-graph.ts';
import { type HeapView, isHostObject } from '../heap-view.ts';
import { isEphemeronName, isSlot, numberOf, type Word } from '../names/words.ts';

/** No path goes along this edge. */
export const NO_WAY = -1;
/** The largest cost there is. */
export const MOST_COST = 60;

const STEP = 2;
/** Between native objects of a browser, which nest deep. */
const NATIVE_STEP = 3;
/** Where a property reaches its value directly as well, the way through V8's table must be the longer one. */
const DETOUR = 5;
const PLUMBING = 40;

const PROPERTY_COSTS = costsByWord([
  ['__proto__', 40],
  ['constructor', 30],
  ['prototype', 20],
  // Both ways along a list of timers are the same.
  ['_idlePrev', 3],
]);

const INTERNAL_COSTS = costsByWord([
  ['table', 1],
  ['context', 1],
  ['value', 1],
  ['buffer', 1],
  ['backing_store', 1],
  ['function', 1],
  ['parameters_and_registers', 1],
  ['reactions_or_result', 1],
  ['native_to_javascript', 1],
  ['previous', STEP],
  ['extension', STEP],
  ['bound_function', STEP],
  ['bound_this', STEP],
  ['first', 1],
  ['second', 1],
  ['parent', 1],
  ['elements', DETOUR],
  ['properties', DETOUR],
]);

function costsByWord(costs: [Word, number][]): Uint8Array {
  const table = new Uint8Array(256);
  for (const [word, cost] of costs) table[numberOf(word)] = cost;
  return table;
}

/** Cost of an edge that leaves `from`, or NO_WAY. Never 0. */
export function edgeCost(view: HeapView, from: number, edge: number): number {
  const { graph } = view;
  const type = graph.edgeType(edge);
  // The table of a WeakMap does not hold a value by itself; the key does, by an edge of its own.
  if (type === EdgeType.weak || type === EdgeType.ephemeron) return NO_WAY;
  const target = graph.nodeType(graph.edgeTarget(edge));
  if (target === NodeType.code || target === NodeType.objectShape) return MOST_COST;
  switch (type) {
    case EdgeType.element:
    case EdgeType.context:
      return STEP;
    case EdgeType.property:
      return PROPERTY_COSTS[view.edgeWord(edge)] || STEP;
    case EdgeType.internal:
      if (view.isNamed(graph.edgeTarget(edge), 'system / SourceTextModule')) return PLUMBING;
      if (view.program === 'page' && isHostObject(view, from)) return NATIVE_STEP;
      return isPlumbing(view, from) ? PLUMBING : internalCost(view, from, view.edgeWord(edge));
    case EdgeType.hidden:
      return isPlumbing(view, from) ? PLUMBING : 3;
    default:
      return PLUMBING;
  }
}

function internalCost({ graph }: HeapView, from: number, word: number): number {
  if (isEphemeronName(word)) return STEP;
  if (isSlot(word)) return graph.nodeType(from) === NodeType.array ? 1 : 3;
  return INTERNAL_COSTS[word] || PLUMBING;
}

function isPlumbing(view: HeapView, node: number): boolean {
  const type = view.graph.nodeType(node);
  return (
    type === NodeType.code || type === NodeType.objectShape || view.isNamed(node, 'system / NativeContext')
  );
}

// One edge of a path in the words of the language: what is folded away, what has a name, what is a slot.
import { EdgeType, NodeType } from '../../../model/heap/heap-graph.ts';
import type { HeapStepKind } from '../../../model/heap/heap-report.ts';
import { type HeapView, isReaction } from '../heap-view.ts';
import { isEphemeronName, isSlot, numberOf } from '../names/words.ts';

export interface Step {
  kind: HeapStepKind;
  name: string;
}

const TIMER_LINKS = new Set([numberOf('_idleNext'), numberOf('_idlePrev')]);

const INTERNAL_STEPS = new Map<number, Step>([
  [numberOf('function'), { kind: 'suspended-call', name: '' }],
  [numberOf('bound_function'), { kind: 'internal', name: 'bound function' }],
  [numberOf('bound_this'), { kind: 'internal', name: 'bound this' }],
]);

/** Null when the edge leads into the engine's own parts of what it leaves, and is not shown. No name is decoded. */
export function stepKindOf(view: HeapView, from: number, edge: number): HeapStepKind | null {
  const { graph } = view;
  switch (graph.edgeType(edge)) {
    case EdgeType.element:
      return graph.nodeType(from) === NodeType.synthetic ? null : 'entry';
    case EdgeType.context:
      return 'variable';
    case EdgeType.property:
      return TIMER_LINKS.has(view.edgeWord(edge)) || view.isMapLike(from) ? 'entry' : 'property';
    case EdgeType.internal:
      return internalStepKind(view, from, view.edgeWord(edge));
    case EdgeType.hidden:
      return isReaction(view, from) && !isReaction(view, graph.edgeTarget(edge)) ? 'reaction' : null;
    default:
      return null;
  }
}

function internalStepKind(view: HeapView, from: number, word: number): HeapStepKind | null {
  if (isEphemeronName(word)) return 'internal';
  if (isSlot(word) && view.graph.nodeType(from) === NodeType.array) return 'entry';
  return INTERNAL_STEPS.get(word)?.kind ?? null;
}

/** As stepKindOf, with the name. */
export function stepOf(view: HeapView, from: number, edge: number): Step | null {
  const kind = stepKindOf(view, from, edge);
  switch (kind) {
    case null:
      return null;
    case 'variable':
      return { kind, name: String(view.graph.edgeName(edge)) };
    case 'property':
      return { kind, name: propertyName(String(view.graph.edgeName(edge))) };
    case 'internal':
    case 'suspended-call':
      return INTERNAL_STEPS.get(view.edgeWord(edge)) ?? { kind, name: 'value in a WeakMap' };
    default:
      return { kind, name: '' };
  }
}

/** "<symbol kEvents>" is how V8 names a symbol. */
function propertyName(name: string): string {
  const symbol = /^<symbol (.*)>$/.exec(name);
  return symbol ? `[${symbol[1]}]` : name;
}

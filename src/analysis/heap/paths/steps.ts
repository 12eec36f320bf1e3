// One edge of a path in the words of the language: what is folded away, what has a name, what is a slot.
import { EdgeType, NodeType } from '../../../model/heap/heap-graph.ts';
import type { HeapStepKind } from '../../../model/heap/heap-report.ts';
import { type HeapView, isFunction, isHostObject, isReaction } from '../heap-view.ts';
import { isEphemeronName, isSlot, numberOf } from '../names/words.ts';
import { isDomNode } from '../page/dom-nodes.ts';
import { eventNamedBy } from '../page/event-names.ts';

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
      if (isOfBrowser(view, from) || isOfBrowser(view, graph.edgeTarget(edge)))
        return nativeStepKind(view, graph.edgeTarget(edge));
      return graph.nodeType(from) === NodeType.synthetic ? null : 'entry';
    case EdgeType.context:
      return 'variable';
    case EdgeType.property:
      return TIMER_LINKS.has(view.edgeWord(edge)) || view.isMapLike(from) ? 'entry' : 'property';
    case EdgeType.internal:
      return internalStepKind(view, from, edge);
    case EdgeType.hidden:
      return isReaction(view, from) && !isReaction(view, graph.edgeTarget(edge)) ? 'reaction' : null;
    default:
      return null;
  }
}

function internalStepKind(view: HeapView, from: number, edge: number): HeapStepKind | null {
  const word = view.edgeWord(edge);
  if (isEphemeronName(word)) return 'internal';
  if (isOfBrowser(view, from)) return nativeStepKind(view, view.graph.edgeTarget(edge));
  if (isSlot(word) && view.graph.nodeType(from) === NodeType.array) return 'entry';
  return INTERNAL_STEPS.get(word)?.kind ?? null;
}

const isOfBrowser = (view: HeapView, node: number) => view.program === 'page' && isHostObject(view, node);

/** Of a browser's own objects the nodes of the DOM are told, and the functions that listen. */
function nativeStepKind(view: HeapView, to: number): HeapStepKind | null {
  if (isFunction(view, to)) return 'listener';
  return isDomNode(view.graph, to) ? 'internal' : null;
}

/** As stepKindOf, with the name. */
export function stepOf(view: HeapView, from: number, edge: number): Step | null {
  const kind = stepKindOf(view, from, edge);
  switch (kind) {
    case null:
      return null;
    case 'variable':
      return { kind, name: String(view.graph.edgeName(edge)) };
    case 'listener':
      return { kind, name: eventNamedBy(view.graph.nodeName(view.graph.edgeTarget(edge))) };
    case 'property':
      return { kind, name: propertyName(String(view.graph.edgeName(edge))) };
    case 'internal':
    case 'suspended-call':
      return (
        INTERNAL_STEPS.get(view.edgeWord(edge)) ?? {
          kind,
          name: isEphemeronName(view.edgeWord(edge)) ? 'value in a WeakMap' : nativeName(view, edge),
        }
      );
    default:
      return { kind, name: '' };
  }
}

/** "parent_or_shadow_host_node_", as a person would say it. */
function nativeName({ graph }: HeapView, edge: number): string {
  if (graph.hasNumericName(edge)) return 'node';
  return String(graph.edgeName(edge)).replace(/_$/, '').replaceAll('_', ' ') || 'node';
}

/** "<symbol kEvents>" is how V8 names a symbol. */
function propertyName(name: string): string {
  const symbol = /^<symbol (.*)>$/.exec(name);
  return symbol ? `[${symbol[1]}]` : name;
}

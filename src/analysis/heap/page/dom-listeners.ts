// Listeners of DOM targets. A browser keeps them in native objects of its own, whose layout changes from version to
// version; what stays is that each has its function, and hangs, over native objects only, at what it listens to.
import type { DominatorTree } from '../../../model/heap/dominators.ts';
import { EdgeType, NodeType } from '../../../model/heap/heap-graph.ts';
import { type HeapView, isFunction } from '../heap-view.ts';
import { isDomNode } from './dom-nodes.ts';

/** The listeners that one kind of target has of one function. */
export interface DomListeners {
  /** Class of the target: "Window", "<button>". */
  target: string;
  functionName: string;
  /** Where the function is written, as V8 numbers scripts. */
  at: string;
  /** Native listeners, each with its function. */
  listeners: { listener: number; callback: number; target: number }[];
  bytes: number;
}

const LISTENER =
  /^(?:V8|JS)?(?:Based)?(?:Abstract|Custom|Lazy)?Event(?:Listener|Handler)(?:OrEventHandler)?$|EventListenerInfo$/;
/** What a target keeps its listeners in. */
const KEEPING =
  /^(?:V8|JS)?EventListener|EventTargetData|RegisteredEventListener|EventListener(?:Map|Vector)|HeapVector|HeapHashMap|InternalNode|RareData|^blink::|^\(|^system \//;
/** Native objects between a listener and its target. */
const MOST_STEPS = 8;

export function findDomListeners(view: HeapView, dominators: DominatorTree): DomListeners[] {
  const { graph } = view;
  const groups = new Map<string, DomListeners>();
  const isListener = namedLike(view, LISTENER);
  const targets = targetFinder(view);
  for (let node = 0; node < graph.nodeCount; node += 1) {
    if (graph.nodeType(node) !== NodeType.native || !isListener(node)) continue;
    const callback = callbackOf(view, node);
    const target = callback < 0 ? -1 : targets(node);
    if (target < 0) continue;
    const name = targetName(graph.nodeName(target));
    const functionName = graph.nodeName(callback);
    const place = graph.location(callback);
    const at = place ? `${place.line}:${place.column}` : '';
    const key = `${name}\n${functionName}\n${at}`;
    const group = groups.get(key) ?? { target: name, functionName, at, listeners: [], bytes: 0 };
    group.listeners.push({ listener: node, callback, target });
    group.bytes += dominators.retainedBytes(node);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** "Window / http://localhost" is the window of that page. */
const targetName = (name: string) => name.replace(/^Detached /, '').replace(/ \/ .*$/s, '');

/** The function, directly or behind one more object of the browser's. */
function callbackOf({ graph }: HeapView, listener: number): number {
  for (let edge = graph.firstEdge(listener); edge < graph.endEdge(listener); edge += 1) {
    const target = graph.edgeTarget(edge);
    if (graph.edgeType(edge) !== EdgeType.weak && graph.nodeType(target) === NodeType.closure) return target;
  }
  return -1;
}

function namedLike({ graph }: HeapView, pattern: RegExp): (node: number) => boolean {
  const known = new Map<number, boolean>();
  return (node) => {
    const index = graph.nodeNameIndex(node);
    let answer = known.get(index);
    if (answer === undefined) {
      answer = pattern.test(graph.nodeName(node));
      known.set(index, answer);
    }
    return answer;
  };
}

/** Up from a listener to the first thing that is not what listeners are kept in; -1 when there is none so near. */
function targetFinder(view: HeapView): (listener: number) => number {
  const { graph } = view;
  const isKeeping = namedLike(view, KEEPING);
  return (listener) => {
    const seen = new Set([listener]);
    let level = [listener];
    for (let step = 0; step < MOST_STEPS && level.length > 0; step += 1) {
      const next: number[] = [];
      for (const node of level) {
        for (let i = graph.firstRetainer(node); i < graph.endRetainer(node); i += 1) {
          const edge = graph.retainerEdge(i);
          const up = graph.retainerNode(i);
          if (graph.edgeType(edge) === EdgeType.weak || seen.has(up)) continue;
          seen.add(up);
          const type = graph.nodeType(up);
          if (type !== NodeType.native && type !== NodeType.object) continue;
          if (isDomNode(graph, up) || (!isKeeping(up) && !isFunction(view, up))) return up;
          next.push(up);
        }
      }
      level = next;
    }
    return -1;
  };
}

// A heap graph in which V8's own words are resolved: the basis of all questions about JavaScript objects.
import type { HeapGraph } from '../../model/heap/heap-graph.ts';
import { EdgeType, NodeType } from '../../model/heap/heap-graph.ts';
import type { HeapProgram } from '../../model/heap/heap-report.ts';
import { indexWords, isSystem, numberOf, type Word } from './names/words.ts';
import { programOf } from './program.ts';

export interface HeapView {
  graph: HeapGraph;
  /** A number of words.ts: 0 when the name is none of V8's words that matter. */
  nodeWord(node: number): number;
  /** What the snapshot is of. */
  program: HeapProgram;
  /** Whether any string of the snapshot is this word. */
  hasWord(word: Word): boolean;
  /** 0 for edges that have a number for a name, too. */
  edgeWord(edge: number): number;
  isNamed(node: number, word: Word): boolean;
  /** The target of the first strong edge with this name; -1 when there is none. */
  follow(node: number, word: Word): number;
  /** A plain object with so many names that they are data. Asked of every edge, so the answers are kept. */
  isMapLike(node: number): boolean;
}

/** With more names than this a plain object is a table whose keys are data. */
export const MOST_NAMES_OF_A_RECORD = 24;

export function viewHeap(graph: HeapGraph): HeapView {
  const words = indexWords(graph);
  const edgeWord = (edge: number) => (graph.hasNumericName(edge) ? 0 : words[graph.edgeNameIndex(edge)]!);
  const answers = new Uint8Array(graph.nodeCount);
  const view: HeapView = {
    graph,
    program: 'node',
    hasWord: (word) => words.includes(numberOf(word)),
    nodeWord: (node) => words[graph.nodeNameIndex(node)]!,
    edgeWord,
    isMapLike: (node) => {
      if (answers[node] === UNASKED) answers[node] = hasManyNames(view, node) ? YES : NO;
      return answers[node] === YES;
    },
    isNamed: (node, word) => words[graph.nodeNameIndex(node)] === numberOf(word),
    follow: (node, word) => {
      const wanted = numberOf(word);
      const end = graph.endEdge(node);
      for (let edge = graph.firstEdge(node); edge < end; edge += 1)
        if (edgeWord(edge) === wanted && graph.edgeType(edge) !== EdgeType.weak)
          return graph.edgeTarget(edge);
      return -1;
    },
  };
  view.program = programOf(view);
  return view;
}

const UNASKED = 0;
const YES = 1;
const NO = 2;

/** Prototypes and functions have many names too, but those stand in the program. */
function hasManyNames(view: HeapView, node: number): boolean {
  const { graph } = view;
  const first = graph.firstEdge(node);
  const end = graph.endEdge(node);
  if (end - first <= MOST_NAMES_OF_A_RECORD || !isObject(view, node) || !view.isNamed(node, 'Object'))
    return false;
  let names = 0;
  for (let edge = first; edge < end; edge += 1) {
    if (view.edgeWord(edge) === CONSTRUCTOR) return false;
    if (isOwnProperty(view, edge)) names += 1;
  }
  return names > MOST_NAMES_OF_A_RECORD;
}

export function isObject({ graph }: HeapView, node: number): boolean {
  return graph.nodeType(node) === NodeType.object;
}

export function isFunction({ graph }: HeapView, node: number): boolean {
  return graph.nodeType(node) === NodeType.closure;
}

/** An object that native code outside of V8 made: a node of the DOM, a handle of Node. */
export function isHostObject(view: HeapView, node: number): boolean {
  return (
    view.graph.nodeType(node) === NodeType.native &&
    !isSystem(view.nodeWord(node)) &&
    !view.isNamed(node, 'system / NativeContext')
  );
}

export function isScope(view: HeapView, node: number): boolean {
  return view.isNamed(node, 'system / Context');
}

export function isReaction(view: HeapView, node: number): boolean {
  return view.isNamed(node, 'system / PromiseReaction');
}

export function isString({ graph }: HeapView, node: number): boolean {
  const type = graph.nodeType(node);
  return type === NodeType.string || type === NodeType.concatenatedString || type === NodeType.slicedString;
}

/** Whether a node is a value of the language (and not one of the engine's tables, maps or scopes). */
export function isValue(view: HeapView, node: number): boolean {
  switch (view.graph.nodeType(node)) {
    case NodeType.object:
      return !isScope(view, node);
    case NodeType.closure:
    case NodeType.regexp:
    case NodeType.bigint:
      return true;
    default:
      return isString(view, node);
  }
}

/** A property that the program wrote, or an element. */
export function isOwnProperty(view: HeapView, edge: number): boolean {
  const type = view.graph.edgeType(edge);
  return type === EdgeType.element || (type === EdgeType.property && view.edgeWord(edge) !== PROTO);
}

const PROTO = numberOf('__proto__');
const CONSTRUCTOR = numberOf('constructor');

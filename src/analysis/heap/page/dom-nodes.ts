// The DOM in a heap snapshot of a browser: which native objects are its nodes, what they are called, and which of them
// are in no document.
import { type HeapGraph, NodeType } from '../../../model/heap/heap-graph.ts';

const LESS_THAN = 0x3c;
const DETACHED = 'Detached ';
/** "<nav class=\"menu\">"; older browsers write the interface. */
const DOM_NODE =
  /^(?:<[a-zA-Z!]|#(?:text|comment|document)|Text$|HTML\w*Element$|SVG\w*Element$|HTMLDocument$|DocumentFragment$|ShadowRoot$)/;

export function isDomNode(graph: HeapGraph, node: number): boolean {
  if (graph.nodeType(node) !== NodeType.native) return false;
  // Most are elements, and their names are long: the first byte does.
  const [first] = graph.stringBytes(graph.nodeNameIndex(node));
  return first === LESS_THAN || DOM_NODE.test(domName(graph, node));
}

/** A DOM node that is in no document. Browsers say it in a field of its own, and before that in the name. */
export function isDetached(graph: HeapGraph, node: number): boolean {
  if (graph.nodeType(node) !== NodeType.native) return false;
  return (
    (graph.detachedness(node) === 'detached' || graph.nodeName(node).startsWith(DETACHED)) &&
    isDomNode(graph, node)
  );
}

/** Without what says that it is detached. */
export function domName(graph: HeapGraph, node: number): string {
  const name = graph.nodeName(node);
  return name.startsWith(DETACHED) ? name.slice(DETACHED.length) : name;
}

// What to call a node of a heap graph: the words of the language where V8 has its own.
import { EdgeType, NodeType } from '../../../model/heap/heap-graph.ts';
import { type HeapView, isObject } from '../heap-view.ts';

/** A Map: a class can have the name of anything, `constructor` too. */
const ENGINE_CLASSES = new Map([
  ['system / Context', '(scope)'],
  ['system / PromiseReaction', '(promise reaction)'],
  ['system / JSArrayBufferData', '(buffer memory)'],
  ['system / Cell', '(cell)'],
  ['system / SourceTextModule', '(ES module)'],
]);

/** Class of an object, "function name" of a function, a word in brackets for what is the engine's own. */
export function className({ graph }: HeapView, node: number): string {
  const type = graph.nodeType(node);
  switch (type) {
    case NodeType.string:
    case NodeType.concatenatedString:
    case NodeType.slicedString:
      return 'string';
    case NodeType.number:
      return 'number';
    case NodeType.regexp:
      return 'RegExp';
    case NodeType.symbol:
      return 'symbol';
    case NodeType.bigint:
      return 'bigint';
    case NodeType.code:
      return '(compiled code)';
    case NodeType.objectShape:
      return '(object shape)';
    case NodeType.array:
      return '(internal table)';
  }
  const name = plainName(graph.nodeName(node));
  if (type === NodeType.closure) return name ? `function ${name}` : '(anonymous function)';
  if (type === NodeType.object) return ENGINE_CLASSES.get(name) ?? (name || 'Object');
  return ENGINE_CLASSES.get(name) ?? (name || '(unnamed)');
}

/** Without the page that a thing is of, and the scope: "Window [JSGlobalObject] / https://…", "system / Context / scope @7". */
function plainName(name: string): string {
  if (!name.includes(' / ')) return name;
  if (name.startsWith('system / ')) return name.replace(/^(system \/ [^/]*?) \/ .*$/s, '$1');
  return name.startsWith('Node / ') ? name : name.replace(/(?: \[JSGlobalObject\])? \/ .*$/s, '');
}

/** A name in brackets is ours for V8's things; V8 itself writes "system / Map" and "Node / Environment". */
export function isEngineClass(name: string): boolean {
  return (name.startsWith('(') && name !== '(functions)') || / \/ /.test(name);
}

const MOST_PROPERTIES_NAMED = 6;

/** Names of the first properties of a plain object, as a person would recognise it. */
export function shapeOf(view: HeapView, node: number): string[] {
  const { graph } = view;
  if (!isObject(view, node) || !view.isNamed(node, 'Object')) return [];
  const names: string[] = [];
  const end = graph.endEdge(node);
  for (let edge = graph.firstEdge(node); edge < end; edge += 1) {
    if (graph.edgeType(edge) !== EdgeType.property) continue;
    const name = String(graph.edgeName(edge));
    if (name === '__proto__' || names.includes(name)) continue;
    if (names.length === MOST_PROPERTIES_NAMED) return [...names, '…'];
    names.push(name);
  }
  return names;
}

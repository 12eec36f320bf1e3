// Which program a snapshot is of: each engine, and each host of an engine, has its own names in it.
import { type HeapGraph, NodeType } from '../../model/heap/heap-graph.ts';
import type { HeapProgram } from '../../model/heap/heap-report.ts';
import type { Word } from './names/words.ts';

/** Native objects that only a browser has. A program that imitates a DOM has objects of these names. */
const DOM_WORDS: Word[] = ['HTMLDocument', '#document', 'V8EventListener', 'blink::EventTargetData'];
/** JavaScriptCore's own. V8 has none of them, and always has scopes. */
const BUN_WORDS: Word[] = ['GlobalObject', 'ModuleRecord', 'JSLexicalEnvironment', 'Cell Butterfly'];
const FEWEST_BUN_WORDS = 2;

interface NamedGraph {
  graph: HeapGraph;
  hasWord(word: Word): boolean;
  isNamed(node: number, word: Word): boolean;
}

export function programOf(view: NamedGraph): HeapProgram {
  if (DOM_WORDS.some((word) => view.hasWord(word)) && hasNativeNamed(view, DOM_WORDS)) return 'page';
  const known = BUN_WORDS.filter((word) => view.hasWord(word)).length;
  return known >= FEWEST_BUN_WORDS && !view.hasWord('system / Context') ? 'bun' : 'node';
}

function hasNativeNamed(view: NamedGraph, words: readonly Word[]): boolean {
  const { graph } = view;
  for (let node = 0; node < graph.nodeCount; node += 1)
    if (graph.nodeType(node) === NodeType.native && words.some((word) => view.isNamed(node, word)))
      return true;
  return false;
}

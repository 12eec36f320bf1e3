// Names of steps for the trie of paths. A name is decoded once, not for each of a million nodes that have it.

import { type HeapView, isString } from '../heap-view.ts';
import { className } from '../names/node-names.ts';
import type { PathTrie } from './path-trie.ts';
import { stepKindOf, stepOf } from './steps.ts';

const STRING_CLASS = 0;

/** Names of the step to a node, interned; -1 when the step is folded. Names are decoded once, not for every node. */
export function createNamer(trie: PathTrie) {
  const edges = new Map<number, number>();
  const classes = new Map<number, number>();
  const known = new Map<number, number>();
  const numberIn = (map: Map<number, number>, key: number) => {
    let number = map.get(key);
    if (number === undefined) {
      number = map.size + 1;
      map.set(key, number);
    }
    return number;
  };
  return (view: HeapView, parent: number, node: number, edge: number): number => {
    const { graph } = view;
    const kind = stepKindOf(view, parent, edge);
    if (kind === null) return -1;
    const isNamed = kind === 'variable' || kind === 'property';
    const edgeNumber = isNamed
      ? numberIn(edges, graph.edgeNameIndex(edge) * 2 + (kind === 'variable' ? 1 : 0))
      : KIND_NUMBERS[kind]!;
    const classNumber = isString(view, node)
      ? STRING_CLASS
      : numberIn(classes, graph.nodeNameIndex(node) * 32 + graph.nodeType(node));
    // The kinds without a name of their own lie below 0.
    const key = (edgeNumber + 8) * 2 ** 26 + classNumber;
    let names = known.get(key);
    if (names === undefined) {
      names = trie.intern({ ...stepOf(view, parent, edge)!, className: className(view, node) });
      known.set(key, names);
    }
    return names;
  };
}

const KIND_NUMBERS: Record<string, number> = {
  entry: -1,
  listener: -2,
  reaction: -3,
  'suspended-call': -4,
  internal: -5,
};

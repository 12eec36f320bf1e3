// The kinds of nodes and edges in a heap snapshot, as V8 names them. A snapshot's header numbers them anew in each
// version of V8, so they are matched by name.

/** Nodes of a kind that V8 added after this list was written are `other`. */
export const NODE_TYPE_NAMES = [
  'hidden',
  'array',
  'string',
  'object',
  'code',
  'closure',
  'regexp',
  'number',
  'native',
  'synthetic',
  'concatenated string',
  'sliced string',
  'symbol',
  'bigint',
  'object shape',
  'wasm object',
  'other',
] as const;
export type NodeTypeName = (typeof NODE_TYPE_NAMES)[number];

/** `NodeType.closure` is what `graph.nodeType(node)` gives for a function. */
export const NodeType = {
  hidden: 0,
  array: 1,
  string: 2,
  object: 3,
  code: 4,
  closure: 5,
  regexp: 6,
  number: 7,
  native: 8,
  synthetic: 9,
  concatenatedString: 10,
  slicedString: 11,
  symbol: 12,
  bigint: 13,
  objectShape: 14,
  wasmObject: 15,
  other: 16,
} as const;

/**
 * V8's seven kinds, and one of ours: `ephemeron` is the internal edge from the table of a WeakMap to a value. V8 writes
 * the same edge from the key too, and it is the key that keeps the value alive.
 */
export const EDGE_TYPE_NAMES = [
  'context',
  'element',
  'property',
  'internal',
  'hidden',
  'shortcut',
  'weak',
  'ephemeron',
] as const;
export type EdgeTypeName = (typeof EDGE_TYPE_NAMES)[number];

export const EdgeType = {
  context: 0,
  element: 1,
  property: 2,
  internal: 3,
  hidden: 4,
  shortcut: 5,
  weak: 6,
  ephemeron: 7,
} as const;

// What is in a collection, as far as a snapshot shows: V8 writes no edge to small integers, so of a table of them only the
// size is known.
import { EdgeType, NodeType } from '../../model/heap/heap-graph.ts';
import type { HeapCollectionKind } from '../../model/heap/heap-report.ts';
import { type HeapView, isFunction, isObject, isOwnProperty, isReaction, isValue } from './heap-view.ts';
import { isSlot, type Word } from './names/words.ts';

export interface Contents {
  kind: HeapCollectionKind;
  entries: number;
  entriesAreMinimum: boolean;
  /** The values that have a node, the oldest first where the collection keeps an order. */
  values: number[];
}

/** What a node holds many of; null when it is no collection. */
export function contentsOf(view: HeapView, node: number): Contents | null {
  if (!isObject(view, node)) return null;
  const table = view.follow(node, 'table');
  if (table >= 0 && view.graph.nodeType(table) === NodeType.array) return tableContents(view, table);
  if (view.isNamed(node, 'Array')) return elementsOf(view, node);
  if (view.isNamed(node, 'TimersList')) return chain(view, node, '_idleNext', 'timers');
  if (view.isNamed(node, 'Promise')) return reactionsOf(view, node);
  if (!view.isNamed(node, 'Object')) return null;
  const next = view.follow(node, 'next');
  if (next >= 0 && view.isNamed(next, 'Listener')) return chain(view, node, 'next', 'listeners');
  return view.isMapLike(node) ? namesOf(view, node) : null;
}

/**
 * V8's OrderedHashTable: three numbers, then a bucket for two entries each, then the entries: key, value and chain of
 * a Map, key and chain of a Set. Buckets are a power of two, so the size alone tells which of the two it is.
 */
function tableContents(view: HeapView, table: number): Contents | null {
  const slots = tableSlots(view.graph.shallowBytes(table));
  if (slots === 0) return null;
  const isMap = isPowerOfTwo(slots / 7);
  const buckets = isMap ? slots / 7 : slots / 5;
  const values: number[] = [];
  let last = -1;
  for (const [slot, target] of numberedSlots(view, table)) {
    const entry = Math.floor((slot - 3 - buckets) / (isMap ? 3 : 2));
    if (entry < 0 || isHole(view, target)) continue;
    // The value stands after the key and takes its place.
    if (entry === last) values[values.length - 1] = target;
    else values.push(target);
    last = entry;
  }
  const isUnseen = values.length === 0 && buckets > 2;
  return {
    kind: isMap ? 'map' : 'set',
    // V8 shrinks a table when it is a quarter full.
    entries: isUnseen ? Math.ceil(buckets / 2) : values.length,
    entriesAreMinimum: isUnseen,
    values,
  };
}

/** Slots after the first three; 0 when it is no such table. Node's pointers have 8 bytes, Chrome's 4. */
function tableSlots(bytes: number): number {
  for (const pointerBytes of [8, 4]) {
    const slots = (bytes - 2 * pointerBytes) / pointerBytes - 3;
    if (isPowerOfTwo(slots / 7) || isPowerOfTwo(slots / 5)) return slots;
  }
  return 0;
}

function isPowerOfTwo(value: number): boolean {
  return Number.isInteger(value) && value > 0 && (value & (value - 1)) === 0;
}

function* numberedSlots(
  { graph, edgeWord }: HeapView,
  table: number,
): Generator<[slot: number, target: number]> {
  for (let edge = graph.firstEdge(table); edge < graph.endEdge(table); edge += 1) {
    // "515": V8 names the slot, in the digits of a string.
    if (isSlot(edgeWord(edge))) yield [Number(graph.edgeName(edge)), graph.edgeTarget(edge)];
  }
}

/** Marks a deleted entry. */
function isHole(view: HeapView, node: number): boolean {
  return (
    view.graph.nodeType(node) === NodeType.hidden &&
    (view.isNamed(node, 'system / Hole') || view.isNamed(node, 'hole'))
  );
}

function elementsOf(view: HeapView, node: number): Contents {
  const { graph } = view;
  const values: number[] = [];
  for (let edge = graph.firstEdge(node); edge < graph.endEdge(node); edge += 1)
    if (graph.edgeType(edge) === EdgeType.element) values.push(graph.edgeTarget(edge));
  const elements = values.length === 0 ? view.follow(node, 'elements') : -1;
  // An array makes room for half as much again as it needs.
  const unseen = elements < 0 ? 0 : Math.floor(graph.shallowBytes(elements) / 16);
  const isUnseen = unseen > LEAST_UNSEEN;
  return { kind: 'array', entries: isUnseen ? unseen : values.length, entriesAreMinimum: isUnseen, values };
}

const LEAST_UNSEEN = 64;

/** Hash order says nothing about age, object ids do. */
function namesOf(view: HeapView, node: number): Contents {
  const { graph } = view;
  const values: number[] = [];
  for (let edge = graph.firstEdge(node); edge < graph.endEdge(node); edge += 1)
    if (isOwnProperty(view, edge)) values.push(graph.edgeTarget(edge));
  values.sort((a, b) => graph.nodeId(a) - graph.nodeId(b));
  return { kind: 'object-as-map', entries: values.length, entriesAreMinimum: false, values };
}

/** Things that hang one on the other, up to where the chain ends or closes. */
function chain(view: HeapView, node: number, link: Word, kind: HeapCollectionKind): Contents {
  const seen = new Set<number>([node]);
  for (let at = view.follow(node, link); at >= 0 && !seen.has(at); at = view.follow(at, link)) {
    if (!isValue(view, at)) break;
    seen.add(at);
  }
  seen.delete(node);
  return { kind, entries: seen.size, entriesAreMinimum: false, values: [...seen] };
}

/** Reactions hang on a pending promise, the newest first; each has its handlers in slots. */
function reactionsOf(view: HeapView, promise: number): Contents | null {
  const handlers: number[] = [];
  const seen = new Set<number>();
  let reaction = view.follow(promise, 'reactions_or_result');
  while (reaction >= 0 && isReaction(view, reaction) && !seen.has(reaction)) {
    seen.add(reaction);
    const { next, handler } = readReaction(view, reaction);
    if (handler >= 0) handlers.push(handler);
    reaction = next;
  }
  if (seen.size === 0) return null;
  return {
    kind: 'promise-reactions',
    entries: seen.size,
    entriesAreMinimum: false,
    values: handlers.reverse(),
  };
}

function readReaction(view: HeapView, reaction: number): { next: number; handler: number } {
  const { graph } = view;
  let next = -1;
  let handler = -1;
  for (let edge = graph.firstEdge(reaction); edge < graph.endEdge(reaction); edge += 1) {
    const target = graph.edgeTarget(edge);
    if (isReaction(view, target)) next = target;
    // The function that answers says more than the promise it resolves.
    else if (isValue(view, target) && (handler < 0 || isFunction(view, target))) handler = target;
  }
  return { next, handler };
}

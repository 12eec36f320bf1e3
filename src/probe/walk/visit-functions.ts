// What only the inspector sees of an object: what functions close over, the classes of the program with their private
// fields. A function of a library is farther away than one of the program; Node's are left alone: they lead everywhere.

import type { DataReads } from '../objects/data-reads.ts';
import { isLong } from '../objects/long-values.ts';
import { isNative, sourceOf } from '../objects/native-functions.ts';
import type { FunctionPlace, Inspect, Inspected } from '../objects/thread-inspector.ts';
import type { ProbeHolder, ProbeWalk } from '../probe-protocol.ts';
import type { FieldVisitor, PlaceVisitor } from './field-group.ts';
import { AROUND_FIRST, type At, type Visit, type VisitQueue } from './visit-queue.ts';

export interface FunctionVisits {
  visit(visited: Visit, inspect: Inspect): void;
  /** Functions that were met, by where they begin. */
  places: Map<string, ProbeWalk['functions'][number]>;
}

interface Needs {
  reads: DataReads;
  queue: VisitQueue;
  nameOf(value: object): string;
  longestChain: number;
  /** Of where a function begins: what it closes over is looked into late. */
  isFar(place: FunctionPlace): boolean;
  /** It is no library's. */
  isPrograms(place: FunctionPlace): boolean;
  visitFields: FieldVisitor;
  visitPlace: PlaceVisitor;
  /** Functions of Node's own that an earlier walk asked about. */
  ofNodes: WeakSet<object>;
}

const MAX_PLACES = 2_000;
const SOME_INSTANCES = 12;
const ENOUGH_OF_NODE = 4;
/** A development server has each module in as many closures of the same code; their scopes are the dearest thing to ask for. */
const SOME_OF_A_PLACE = 12;

export function createFunctionVisits({
  reads,
  queue,
  nameOf,
  longestChain,
  isFar,
  isPrograms,
  visitFields,
  visitPlace,
  ofNodes,
}: Needs): FunctionVisits {
  const { own, prototypeOf } = reads;
  const { push } = queue;
  const places: FunctionVisits['places'] = new Map();
  /** By their texts, functions that have no place: Node makes some anew for each connection. */
  const placeless = new Set<string>();
  /** By the object that has them as properties: how many functions of Node's were found there one after the other. */
  const nodesIn = new WeakMap<object, number>();
  const putOff = new WeakSet<object>();
  /** How many bound functions of a name were looked into. */
  const boundOf = new Map<string, number>();
  /** Functions of libraries, and those of a place of which many were seen: what they close over is asked for when nearer ones are done. */
  const askedLater = new WeakSet<object>();
  /** By prototype: how many instances of the class were looked into; enough of one that is not the program's. */
  const lookedInto = new Map<object, number>();

  const pushScopes = (fn: object, { place, scopes }: Inspected, where: At) => {
    if (!place) return;
    const of = nameOf(fn);
    const at = { url: place.url, line: place.line, column: place.column };
    for (const [i, scope] of scopes().entries()) {
      const fields = Object.fromEntries(Object.keys(scope).map((name) => [name, own(scope, name)]));
      visitFields({ kind: 'scope', owner: fn, of, scope: i, fields });
      for (const [name, value] of Object.entries(fields)) {
        const holder: ProbeHolder = { kind: 'variable', name, of, at };
        if (isLong(value)) visitPlace({ value, holder, owner: fn });
        push(value, holder, { ...where, owner: fn });
      }
    }
  };
  /** What it was bound to is held as by a variable of it. */
  const pushBound = ({ value: fn, depth, distance }: Visit, inspect: Inspect) => {
    const of = nameOf(fn);
    const alike = boundOf.get(of) ?? 0;
    if (alike >= SOME_INSTANCES) return;
    boundOf.set(of, alike + 1);
    for (const held of inspect(fn)?.bound() ?? [])
      push(held, { kind: 'variable', name: 'this', of }, { depth: depth + 1, distance });
  };
  /** A module of Node's has a hundred functions, and nothing of the program is behind them. */
  const isAmongNodes = ({ value, holder, owner, isFirst }: Visit): boolean =>
    holder.kind === 'property' &&
    owner !== undefined &&
    !isFirst &&
    (nodesIn.get(owner) ?? 0) >= ENOUGH_OF_NODE &&
    !putOff.has(value);
  const noteMaker = ({ value, holder, owner }: Visit, inspected: Inspected | null) => {
    const isOfNode = inspected?.isOfNode ?? false;
    if (isOfNode) ofNodes.add(value);
    if (holder.kind === 'property' && owner) nodesIn.set(owner, isOfNode ? (nodesIn.get(owner) ?? 0) + 1 : 0);
  };
  const visitFunction = (visited: Visit, inspect: Inspect) => {
    const { value: fn, holder, depth, distance, isFirst = false } = visited;
    if (isBound(fn)) return pushBound(visited, inspect);
    if (isNative(fn) || ofNodes.has(fn)) return;
    const source = sourceOf(fn);
    if (placeless.has(source)) return;
    if (isAmongNodes(visited)) {
      putOff.add(fn);
      return queue.pushToInspect({ ...visited, distance: Math.max(0, distance) + 1 });
    }
    const inspected = inspect(fn);
    noteMaker(visited, inspected);
    if (!inspected?.place) return void (placeless.size < MAX_PLACES && placeless.add(source));
    if (askedLater.has(fn)) return pushScopes(fn, inspected, { depth, distance });
    const { scriptId, ...at } = inspected.place;
    const key = `${scriptId}:${at.line}:${at.column}`;
    const place = places.get(key);
    const isChained = place !== undefined && holder.kind === 'variable' && beginsAt(holder.at, place);
    if (place) {
      place.count++;
      if (isChained && ++place.chained >= longestChain) return;
    } else if (places.size < MAX_PLACES) places.set(key, { name: nameOf(fn), ...at, count: 1, chained: 0 });
    // Functions that hold each other are a chain of any length, and no deeper for that.
    const next = place ? depth : depth + 1;
    const isOneOfMany = !isChained && (place?.count ?? 0) > SOME_OF_A_PLACE;
    if (isFirst || !(isOneOfMany || isFar(inspected.place))) {
      const isCentre = isFirst && isPrograms(inspected.place);
      const around = isCentre ? AROUND_FIRST : distance < 0 ? distance + 1 : distance;
      return pushScopes(fn, inspected, { depth: next, distance: around });
    }
    askedLater.add(fn);
    queue.pushToInspect({ ...visited, depth: next, distance: distance + 1 });
  };
  /** The methods of its class and its `#fields`, where the class is the program's: each class is asked about once. */
  const visitClass = (value: object, at: At, inspect: Inspect) => {
    const prototype = prototypeOf(value);
    if (!prototype) return;
    const of = nameOf(value);
    if (!lookedInto.has(prototype)) {
      const maker = own(prototype, 'constructor');
      const isOwn = typeof maker === 'function' && !isNative(maker) && inspect(maker)?.place;
      if (isOwn) {
        push(prototype, { kind: 'property', name: 'prototype', of }, at);
      } else queue.leaveOut(prototype);
      lookedInto.set(prototype, isOwn ? 0 : SOME_INSTANCES);
    }
    const instances = lookedInto.get(prototype) ?? 0;
    if (instances >= SOME_INSTANCES) return;
    lookedInto.set(prototype, instances + 1);
    const fields = Object.fromEntries(
      (inspect(value)?.privateFields() ?? []).map(({ name, value: field }) => [name.slice(0, 100), field]),
    );
    visitFields({ kind: 'private', owner: value, of, scope: 0, fields });
    const within = { ...at, owner: value };
    for (const name of Object.keys(fields)) push(fields[name], { kind: 'property', name, of }, within);
  };
  return {
    visit(visited, inspect) {
      const { value, holder, depth, distance, owner, above } = visited;
      // What it stands for is held as the proxy is.
      if (reads.types.isProxy(value))
        return push(inspect(value)?.target(), holder, { depth, distance, ...(owner && { owner, above }) });
      if (typeof value === 'function') return visitFunction(visited, inspect);
      const at = { depth: depth + 1, distance };
      visitClass(value, at, inspect);
      push(signalOf(reads, value, inspect), holder, at);
    },
    places,
  };
}

/** Its name says so, and its source is not the program's. */
function isBound(fn: object): boolean {
  const name: unknown = Object.getOwnPropertyDescriptor(fn, 'name')?.value;
  return typeof name === 'string' && name.startsWith('bound ') && isNative(fn);
}

interface Place {
  url: string;
  line: number;
  column: number;
}

/** By where it begins: names tell nothing apart where functions have none. */
function beginsAt(at: Place | undefined, { url, line, column }: Place): boolean {
  return at !== undefined && at.line === line && at.column === column && at.url === url;
}

/** Node keeps the signal of a controller in a private field of its own; its getter is no code of the program. */
function signalOf({ isA }: DataReads, value: object, inspect: Inspect): unknown {
  if (typeof AbortController !== 'function' || !isA(value, AbortController)) return undefined;
  const get = Object.getOwnPropertyDescriptor(AbortController.prototype, 'signal')?.get;
  return get && inspect(get)?.place === null ? get.call(value) : undefined;
}

// What only the inspector sees of an object: what functions close over, the classes of the program with their private
// fields. A function of a library is farther away than one of the program; Node's are left alone: they lead everywhere.

import type { DataReads } from '../objects/data-reads.ts';
import { isLong } from '../objects/long-values.ts';
import { isNative, sourceOf } from '../objects/native-functions.ts';
import type { FunctionPlace, Inspect, Inspected } from '../objects/thread-inspector.ts';
import type { ProbeHolder, ProbeWalk } from '../probe-protocol.ts';
import type { FieldVisitor, PlaceVisitor } from './field-group.ts';
import type { At, Visit, VisitQueue } from './visit-queue.ts';

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
  visitFields: FieldVisitor;
  visitPlace: PlaceVisitor;
}

const MAX_PLACES = 2_000;
const SOME_INSTANCES = 12;

export function createFunctionVisits({
  reads,
  queue,
  nameOf,
  longestChain,
  isFar,
  visitFields,
  visitPlace,
}: Needs): FunctionVisits {
  const { own, prototypeOf } = reads;
  const { push } = queue;
  const places: FunctionVisits['places'] = new Map();
  /** By their texts, functions that have no place: Node makes some anew for each connection. */
  const ofNode = new Set<string>();
  /** How many bound functions of a name were looked into. */
  const boundOf = new Map<string, number>();
  /** Functions of libraries whose turn has come: they were asked about before. */
  const libraryFunctions = new WeakSet<object>();
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
  const visitFunction = (visited: Visit, inspect: Inspect) => {
    const { value: fn, holder, depth, distance, isFirst = false } = visited;
    if (isBound(fn)) return pushBound(visited, inspect);
    if (isNative(fn)) return;
    const source = sourceOf(fn);
    if (ofNode.has(source)) return;
    const inspected = inspect(fn);
    if (!inspected?.place) return void (ofNode.size < MAX_PLACES && ofNode.add(source));
    if (libraryFunctions.has(fn)) return pushScopes(fn, inspected, { depth, distance });
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
    if (isFirst || !isFar(inspected.place)) return pushScopes(fn, inspected, { depth: next, distance });
    libraryFunctions.add(fn);
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

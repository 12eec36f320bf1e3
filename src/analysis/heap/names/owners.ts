// What the reader of a program owns: variables and exports of modules, and globals. Retainer paths begin there, and
// at the engine's own roots only for what nothing else holds.
import { EdgeType, NodeType } from '../../../model/heap/heap-graph.ts';
import type { HeapOwner, HeapPlace } from '../../../model/heap/heap-report.ts';
import { ownerOf } from '../../../model/owner/owner.ts';
import { type HeapView, isFunction, isHostObject, isObject, isValue } from '../heap-view.ts';
import { type CodePlaces, functionPlace, placeIn } from './code-places.ts';
import { className } from './node-names.ts';
import { isGlobalName } from './words.ts';

/** A node where paths begin. The first step away from it completes the owner's name. */
export interface OwnerSeed {
  node: number;
  owner: HeapOwner;
  /** How far the owner is from the reader: own files first, then packages, then Node. */
  cost: number;
}

const COSTS = { own: 0, package: 4, engine: 14 };
/** Nearer than any engine root, further than any module. */
const GLOBAL_COST = 2;
const ENGINE_ROOT_COST = 40;
/** The same file loaded this often is no longer something that simply is there: what holds its scope is the answer. */
const MOST_COPIES_OF_A_MODULE = 8;

export function findOwners(view: HeapView, places: CodePlaces): OwnerSeed[] {
  const seeds = [...moduleScopes(view, places), ...exportsOfModules(view, places), ...globals(view)];
  seeds.push({ node: view.graph.root, owner: owner('engine', '', null), cost: ENGINE_ROOT_COST });
  return seeds;
}

function* moduleScopes(view: HeapView, places: CodePlaces): Generator<OwnerSeed> {
  const copies = new Map<string, number[]>();
  for (const scope of places.scopes()) {
    const script = places.isModuleScope(scope) ? places.scriptOf(scope) : null;
    if (script === null) continue;
    const list = copies.get(script);
    if (list) list.push(scope);
    else copies.set(script, [scope]);
  }
  for (const [script, scopes] of copies) {
    if (scopes.length > MOST_COPIES_OF_A_MODULE) continue;
    for (const node of scopes) {
      const place = functionPlace(view, places, places.functionIn(node));
      yield { node, owner: owner('module-variable', '', place), cost: costOf(script) };
    }
  }
}

/** CommonJS keeps them in `module.exports`, an ES module in cells that a table maps the names to. */
function* exportsOfModules(view: HeapView, places: CodePlaces): Generator<OwnerSeed> {
  for (let node = 0; node < view.graph.nodeCount; node += 1) {
    if (view.isNamed(node, 'Module') && isObject(view, node)) yield* commonJsExports(view, node);
    else if (view.isNamed(node, 'system / SourceTextModule')) yield* esmExports(view, places, node);
  }
}

function* commonJsExports(view: HeapView, module: number): Generator<OwnerSeed> {
  const file = view.follow(module, 'filename');
  const exports = view.follow(module, 'exports');
  if (file < 0 || exports < 0 || !isObject(view, exports)) return;
  const script = view.graph.nodeName(file);
  const whole = { ...owner('module-export', '', filePlace(script)), className: className(view, exports) };
  yield { node: exports, owner: whole, cost: costOf(script) + 1 };
}

function* esmExports(view: HeapView, places: CodePlaces, module: number): Generator<OwnerSeed> {
  const { graph } = view;
  const script = scriptOfModule(view, places, module);
  if (script === null) return;
  for (let edge = graph.firstEdge(module); edge < graph.endEdge(module); edge += 1) {
    const table = graph.edgeTarget(edge);
    if (graph.nodeType(table) !== NodeType.array) continue;
    for (const [name, cell] of namedCells(view, table)) {
      const value = view.follow(cell, 'value');
      if (value < 0 || !isValue(view, value)) continue;
      const named = owner('module-export', name, { ...filePlace(script), variable: name });
      named.className = className(view, value);
      yield { node: value, owner: named, cost: costOf(script) + 1 };
    }
  }
}

/** A hash table: the name in one slot, its cell in the next. */
function* namedCells(view: HeapView, table: number): Generator<[string, number]> {
  const { graph } = view;
  let name: string | null = null;
  for (let edge = graph.firstEdge(table); edge < graph.endEdge(table); edge += 1) {
    const slot = graph.edgeTarget(edge);
    if (graph.nodeType(slot) === NodeType.string) name = graph.nodeName(slot);
    else if (name !== null && view.isNamed(slot, 'system / Cell')) {
      yield [name, slot];
      name = null;
    }
  }
}

/** Through the function, or the generator, that runs the module's code. */
function scriptOfModule(view: HeapView, places: CodePlaces, module: number): string | null {
  const { graph } = view;
  for (let edge = graph.firstEdge(module); edge < graph.endEdge(module); edge += 1) {
    const target = graph.edgeTarget(edge);
    const closure = isFunction(view, target) ? target : view.follow(target, 'function');
    if (closure >= 0 && isFunction(view, closure)) return places.scriptOf(closure);
  }
  return null;
}

/** The root names the global objects by shortcuts. `process` is a getter there, so it is a beginning of its own. */
function* globals(view: HeapView): Generator<OwnerSeed> {
  const { graph } = view;
  for (let node = 0; node < graph.nodeCount; node += 1) {
    if (!view.isNamed(node, 'process') || !isObject(view, node) || view.follow(node, '_events') < 0) continue;
    yield { node, owner: { ...owner('global', 'process', null), className: 'process' }, cost: GLOBAL_COST };
  }
  yield* namedGlobals(view);
  for (let edge = graph.firstEdge(graph.root); edge < graph.endEdge(graph.root); edge += 1) {
    if (graph.edgeType(edge) !== EdgeType.shortcut) continue;
    yield { node: graph.edgeTarget(edge), owner: owner('global', '', null), cost: GLOBAL_COST };
  }
}

/** Where the root has no shortcuts (V8 15), the global objects say it in their names; a window is one of the browser's, too. */
function* namedGlobals(view: HeapView): Generator<OwnerSeed> {
  const { graph } = view;
  for (let node = 0; node < graph.nodeCount; node += 1) {
    const isGlobal =
      (isGlobalName(view.nodeWord(node)) && isObject(view, node)) ||
      (isHostObject(view, node) && isGlobalOf(view, node));
    if (isGlobal) yield { node, owner: owner('global', '', null), cost: GLOBAL_COST };
  }
}

function isGlobalOf(view: HeapView, window: number): boolean {
  const global = view.follow(window, 'global_object');
  return global >= 0 && isGlobalName(view.nodeWord(global));
}

function owner(kind: HeapOwner['kind'], name: string, place: HeapPlace | null): HeapOwner {
  return { kind, name, className: '', place };
}

function filePlace(script: string): HeapPlace {
  return placeIn(script, null, null);
}

/** Node's own scripts, and V8's. */
export function isEngineScript(script: string): boolean {
  return ownerOf(script) === 'node';
}

function costOf(script: string): number {
  if (isEngineScript(script)) return COSTS.engine;
  return ownerOf(script) === 'app' ? COSTS.own : COSTS.package;
}

// Where functions and scopes of a snapshot are written: V8 keeps a position for every function, and every scope is
// known through the functions that close over it.
import { NodeType } from '../../../model/heap/heap-graph.ts';
import type { HeapPlace } from '../../../model/heap/heap-report.ts';
import { type HeapView, isFunction, isScope } from '../heap-view.ts';

const NO_NODE = -1;

/** What functions and scopes belong to. */
export interface CodePlaces {
  /** Script name of a function or of a scope; null when it has none (built-in, eval). */
  scriptOf(node: number): string | null;
  /** A function of this scope, to tell where it is; -1 when no function closes over it. */
  functionIn(scope: number): number;
  /** Whether the scope is the outermost of its file: its variables are module variables. */
  isModuleScope(scope: number): boolean;
  /** Every scope that a function closes over, and those around it. */
  scopes(): Iterable<number>;
  /** Script ids stand in positions only; the functions that have both tell their names. */
  scripts: ReadonlyMap<number, string>;
}

/** One pass over all functions. */
export function findCodePlaces(view: HeapView): CodePlaces {
  const { graph } = view;
  const functionOfScope = new Map<number, number>();
  const moduleScopes = new Set<number>();
  const scripts = new Map<number, string>();
  const scriptNames = new Map<number, string>();
  for (let node = 0; node < graph.nodeCount; node += 1) {
    if (!isFunction(view, node)) continue;
    noteScript(view, node, scripts, scriptNames);
    let scope = view.follow(node, 'context');
    while (scope !== NO_NODE && isScope(view, scope) && !functionOfScope.has(scope)) {
      functionOfScope.set(scope, node);
      const outer = view.follow(scope, 'previous');
      if (outer !== NO_NODE && view.isNamed(outer, 'system / NativeContext')) moduleScopes.add(scope);
      scope = outer;
    }
  }
  return {
    scriptOf: (node) => {
      const closure = isScope(view, node) ? functionOfScope.get(node) : node;
      return closure === undefined ? null : scriptOfFunction(view, closure, scriptNames);
    },
    functionIn: (scope) => functionOfScope.get(scope) ?? NO_NODE,
    isModuleScope: (scope) => moduleScopes.has(scope),
    scopes: () => functionOfScope.keys(),
    scripts,
  };
}

function noteScript(
  view: HeapView,
  closure: number,
  scripts: Map<number, string>,
  names: Map<number, string>,
): void {
  const at = view.graph.location(closure);
  if (!at || scripts.has(at.scriptId)) return;
  const script = scriptOfFunction(view, closure, names);
  if (script !== null) scripts.set(at.scriptId, script);
}

/** V8 names the script's node by the script; a function being debugged has debug info in between. */
function scriptOfFunction(view: HeapView, closure: number, names: Map<number, string>): string | null {
  const shared = view.follow(closure, 'shared');
  if (shared === NO_NODE) return null;
  let script = view.follow(shared, 'script');
  if (script === NO_NODE) script = view.follow(shared, 'script_or_debug_info');
  if (script === NO_NODE || view.graph.nodeType(script) !== NodeType.code) return null;
  let name = names.get(script);
  if (name === undefined) {
    name = view.graph.nodeName(script);
    names.set(script, name);
  }
  return name === '' || name.startsWith('system / ') ? null : name;
}

/** Place of a function; null for what is built in. */
export function functionPlace(view: HeapView, places: CodePlaces, closure: number): HeapPlace | null {
  const script = closure === NO_NODE ? null : places.scriptOf(closure);
  if (script === null) return null;
  const at = view.graph.location(closure);
  return placeIn(script, at?.line ?? null, at?.column ?? null);
}

/** Where a variable of a scope is, as near as the snapshot can tell: a function that closes over it. */
export function variablePlace(
  view: HeapView,
  places: CodePlaces,
  scope: number,
  variable: string,
): HeapPlace | null {
  const place = functionPlace(view, places, places.functionIn(scope));
  return place && { ...place, variable, isDeclaration: false };
}

/** The class of an instance, by the place V8 keeps of its constructor. */
export function classPlace({ graph }: HeapView, places: CodePlaces, node: number): HeapPlace | null {
  const at = graph.location(node);
  const script = at && places.scripts.get(at.scriptId);
  return at && script ? placeIn(script, at.line, at.column) : null;
}

export function placeIn(script: string, line: number | null, column: number | null): HeapPlace {
  return { script, file: script, line, column, variable: null, isDeclaration: line !== null };
}

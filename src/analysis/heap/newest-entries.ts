// What is newest in a collection: classes, shapes and the functions behind timers, listeners and awaits.
import { NodeType } from '../../model/heap/heap-graph.ts';
import type { HeapEntryGroup } from '../../model/heap/heap-report.ts';
import { contentsOf } from './contents.ts';
import { type HeapView, isFunction, isObject } from './heap-view.ts';
import { classPlace, functionPlace } from './names/code-places.ts';
import { className, shapeOf } from './names/node-names.ts';
import { isEngineScript } from './names/owners.ts';
import { type Word, wordOf } from './names/words.ts';
import type { HeapPaths } from './paths/retainer-path.ts';

const NEWEST = 20;

/** Groups of the last of these values that are alike, the commonest first. */
export function groupNewest(paths: HeapPaths, values: number[]): HeapEntryGroup[] {
  const groups = new Map<string, HeapEntryGroup>();
  for (const value of values.slice(-NEWEST)) {
    const group = describeEntry(paths, value);
    const key = JSON.stringify([group.className, group.shape, group.place]);
    const known = groups.get(key);
    if (known) known.count += 1;
    else groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => b.count - a.count);
}

function describeEntry(paths: HeapPaths, value: number): HeapEntryGroup {
  const { view, places } = paths;
  const node = functionBehind(view, value);
  const place = isFunction(view, node) ? functionPlace(view, places, node) : classPlace(view, places, node);
  const isPlain = view.graph.nodeType(node) === NodeType.object && view.isNamed(node, 'Object');
  // Where Node declares its Buffer is no help.
  const isTold = place !== null && !isPlain && (isFunction(view, node) || !isEngineScript(place.script));
  return {
    className: isSettler(view, node) ? 'Promise.race, all or any' : className(view, node),
    shape: shapeOf(view, node),
    count: 1,
    place: isTold ? place : null,
  };
}

/** V8's own function that settles the promise of a race; whoever waited for that may be long gone. */
function isSettler(view: HeapView, node: number): boolean {
  if (!isFunction(view, node) || view.graph.location(node) !== null) return false;
  const code = view.follow(node, 'code');
  return code >= 0 && view.graph.nodeName(code).startsWith('(PromiseCapabilityDefault');
}

const BEHIND = new Map<string, Word>([
  ['Timeout', '_onTimeout'],
  ['Listener', 'callback'],
]);

/** A timer is told by its callback, a listener object by its function, an await by the function that waits. */
function functionBehind(view: HeapView, value: number): number {
  if (!isFunction(view, value)) {
    const link = BEHIND.get(wordOf(view.nodeWord(value)) ?? '');
    const callback = link ? view.follow(value, link) : -1;
    return callback >= 0 && isFunction(view, callback) ? callback : value;
  }
  // `emitter.once` wraps the listener.
  const wrapped = view.follow(value, 'listener');
  if (wrapped >= 0 && isFunction(view, wrapped)) return wrapped;
  const waiting = waitingFunction(view, value, MOST_PROMISES);
  return waiting >= 0 ? waiting : value;
}

/** Promises in a row that are followed to the function that waits in the end. */
const MOST_PROMISES = 3;

/** V8's own handlers have in their scope the suspended call, or the promise that they settle. */
function waitingFunction(view: HeapView, handler: number, promises: number): number {
  const { graph } = view;
  const scope = view.follow(handler, 'context');
  if (scope < 0 || graph.location(handler) !== null) return -1;
  const call = view.follow(scope, 'extension');
  if (call >= 0) return view.follow(call, 'function');
  if (promises === 0) return -1;
  for (let edge = graph.firstEdge(scope); edge < graph.endEdge(scope); edge += 1) {
    const target = graph.edgeTarget(edge);
    if (!view.isNamed(target, 'Promise') || !isObject(view, target)) continue;
    const next = contentsOf(view, target)?.values.find((value) => isFunction(view, value)) ?? -1;
    const found =
      next < 0 ? -1 : graph.location(next) !== null ? next : waitingFunction(view, next, promises - 1);
    if (found >= 0) return found;
  }
  return -1;
}

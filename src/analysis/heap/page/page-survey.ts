// What a snapshot of a page says beyond its JavaScript: listeners of DOM targets, and trees that are in no document.
import type { DominatorTree } from '../../../model/heap/dominators.ts';
import type { HeapCollection, HeapGrowth, HeapStep } from '../../../model/heap/heap-report.ts';
import { findAllocators } from '../allocators.ts';
import type { HeapView } from '../heap-view.ts';
import { groupNewest } from '../newest-entries.ts';
import { growthOf, isRising, isSteady } from '../paths/growing-paths.ts';
import { type HeapPaths, retainerPathTo } from '../paths/retainer-path.ts';
import { type DetachedTrees, findDetachedTrees } from './detached-trees.ts';
import { type DomListeners, findDomListeners } from './dom-listeners.ts';
import { eventNamedBy } from './event-names.ts';

export interface PageSurvey {
  listeners: DomListeners[];
  detached: DetachedTrees[];
}

export function surveyPage(view: HeapView, dominators: DominatorTree): PageSurvey {
  if (view.program !== 'page') return { listeners: [], detached: [] };
  return {
    listeners: findDomListeners(view, dominators),
    detached: findDetachedTrees(view.graph, dominators),
  };
}

/** As few listeners of one function are what a page has. */
const FEWEST_LISTENERS = 4;

/** The listeners of one function, as a collection of what they listen to; null when only weak edges hold that. */
function asCollection(paths: HeapPaths, group: DomListeners): HeapCollection | null {
  const { view } = paths;
  const counts = new Map<number, number>();
  for (const { target } of group.listeners) counts.set(target, (counts.get(target) ?? 0) + 1);
  const [target] = [...counts].sort((a, b) => b[1] - a[1])[0]!;
  const path = retainerPathTo(paths, target);
  if (!path) return null;
  const callbacks = group.listeners.map(({ callback }) => callback);
  return {
    objectId: view.graph.nodeId(target),
    kind: 'listeners',
    className: group.target,
    entries: group.listeners.length,
    entriesAreMinimum: false,
    shallowBytes: view.graph.shallowBytes(target),
    retainedBytes: group.bytes,
    path: { ...path, steps: [...path.steps, listenerStep(group)] },
    newest: groupNewest(paths, callbacks),
    allocators: findAllocators(view.graph, callbacks),
    isEngineOwned: false,
  };
}

/** A snapshot does not keep the event: the name of the function tells it, more often than not. */
function listenerStep({ functionName, target }: DomListeners): HeapStep {
  return {
    kind: 'listener',
    name: eventNamedBy(functionName),
    className: target,
    place: null,
    repeats: 1,
    isSuspect: false,
  };
}

/** Those that keep most first. */
export function biggestListeners(paths: HeapPaths, { listeners }: PageSurvey): HeapCollection[] {
  return listeners
    .filter((group) => group.listeners.length >= FEWEST_LISTENERS)
    .flatMap((group) => asCollection(paths, group) ?? [])
    .sort((a, b) => b.retainedBytes - a.retainedBytes);
}

const keyOf = ({ target, functionName, at }: DomListeners) => `${target} / ${functionName} / ${at}`;

/** Of snapshots of one page, the last of which `paths` is of: functions that listen more often in each. */
export function listenerGrowth(
  snapshots: readonly PageSurvey[],
  paths: HeapPaths,
  leastBytes: number,
): HeapGrowth[] {
  return snapshots.at(-1)!.listeners.flatMap((group) => {
    const key = keyOf(group);
    const series = snapshots.map(({ listeners }) => listeners.find((other) => keyOf(other) === key));
    const entries = series.map((each) => each?.listeners.length ?? 0);
    const retainedBytes = series.map((each) => each?.bytes ?? 0);
    if (!isRising(entries) || growthOf(entries) < FEWEST_LISTENERS) return [];
    const collection = asCollection(paths, group);
    if (!collection) return [];
    const grows: HeapStep = {
      ...listenerStep(group),
      kind: 'entry',
      name: '',
      className: group.functionName === '' ? '(anonymous function)' : `function ${group.functionName}`,
      isSuspect: true,
    };
    const grownBytes = growthOf(retainedBytes);
    return [
      {
        key: `listeners / ${key}`,
        collection,
        grows,
        holders: 1,
        entries,
        retainedBytes,
        leakShareBytes: group.bytes,
        grownBytes,
        exclusiveBytes: group.bytes,
        isMinor: !isSteady(entries) || grownBytes < leastBytes,
      },
    ];
  });
}

// A path through the graph as a person reads it: it begins at what the reader owns, each step has a name, and what is
// V8's own is left out.
import { NodeType } from '../../../model/heap/heap-graph.ts';
import type { HeapOwner, HeapStep, RetainerPath } from '../../../model/heap/heap-report.ts';
import { type HeapView, isFunction } from '../heap-view.ts';
import { type CodePlaces, functionPlace, variablePlace } from '../names/code-places.ts';
import { className } from '../names/node-names.ts';
import type { PathTree } from './shortest-paths.ts';
import { stepOf } from './steps.ts';

/** Steps beyond this are no help; the ones nearest to the owner and to the node are kept. */
const MOST_STEPS = 24;

export interface HeapPaths {
  view: HeapView;
  places: CodePlaces;
  tree: PathTree;
  /** Retained bytes without the variables of whole modules: those are the module's, even if only a timer holds it. */
  keptBytes(node: number): number;
}

interface ShownStep extends HeapStep {
  node: number;
}

/** The path to `node`; its last step leads to `node`. Null for what only weak edges hold. */
export function retainerPathTo(paths: HeapPaths, node: number): RetainerPath | null {
  const chain = chainTo(paths.tree, node);
  const head = chain[0]!;
  const seed = paths.tree.owners.get(head);
  if (!seed) return null;
  const steps: ShownStep[] = [];
  for (let i = 1; i < chain.length; i += 1) {
    const step = showStep(paths, chain[i - 1]!, chain[i]!);
    if (step) addStep(steps, step);
  }
  return finish(paths, { ...seed.owner }, steps, chain);
}

function chainTo({ parentNode }: PathTree, node: number): number[] {
  const chain = [node];
  for (let at = parentNode[node]!; at >= 0; at = parentNode[at]!) chain.push(at);
  return chain.reverse();
}

function showStep({ view, places, tree }: HeapPaths, from: number, to: number): ShownStep | null {
  const step = stepOf(view, from, tree.parentEdge[to]!);
  if (!step) return null;
  const place =
    step.kind === 'variable'
      ? variablePlace(view, places, from, step.name)
      : isFunction(view, to)
        ? functionPlace(view, places, to)
        : null;
  return { ...step, className: className(view, to), place, repeats: 1, isSuspect: false, node: to };
}

/** A linked list is one step, however long. */
function addStep(steps: ShownStep[], step: ShownStep): void {
  const last = steps.at(-1);
  const isSame =
    last &&
    last.kind === step.kind &&
    last.name === step.name &&
    last.className === step.className &&
    (step.name !== '' || step.className === 'Timeout');
  if (isSame) Object.assign(last, { repeats: last.repeats + 1, node: step.node });
  else steps.push(step);
}

function finish(paths: HeapPaths, owner: HeapOwner, shown: ShownStep[], chain: number[]): RetainerPath {
  const { view } = paths;
  const timer = shown.findLastIndex((step) => step.className === 'TimersList');
  if (timer >= 0) {
    const rest = shown.slice(timer + 1);
    return { owner: { kind: 'timer', name: '', className: 'TimersList', place: null }, steps: plain(rest) };
  }
  let steps = shown;
  if (owner.kind === 'engine') nameEngineRoot(view, owner, chain);
  else if (owner.name === '' && steps[0] && steps[0].kind !== 'entry' && steps[0].kind !== 'listener') {
    const [first, ...rest] = steps;
    owner.name = first!.kind === 'property' || first!.kind === 'variable' ? first!.name : '';
    owner.className = first!.className;
    owner.place =
      first!.place ?? (owner.place && { ...owner.place, variable: first!.name, isDeclaration: false });
    steps = rest;
  }
  return { owner, steps: plain(foldListeners(steps)) };
}

/** The last name V8 has for the root before the first thing of the program. */
function nameEngineRoot({ graph }: HeapView, owner: HeapOwner, chain: number[]): void {
  const last = chain.findLast(
    (node) => graph.nodeType(node) === NodeType.synthetic && graph.nodeName(node) !== '',
  );
  owner.name = last === undefined ? '(root)' : graph.nodeName(last);
}

/** `._events` and `.message` are one step: the listeners of an event. */
function foldListeners(steps: ShownStep[]): ShownStep[] {
  const folded: ShownStep[] = [];
  for (const step of steps) {
    const last = folded.at(-1);
    if (last?.kind === 'property' && last.name === '_events' && step.kind === 'property')
      folded[folded.length - 1] = { ...step, kind: 'listener' };
    // An EventTarget has them in a Map by event.
    else if (last?.kind === 'property' && last.name === '[kEvents]' && step.kind === 'entry')
      folded[folded.length - 1] = { ...step, kind: 'listener' };
    else folded.push(step);
  }
  return folded;
}

function plain(steps: ShownStep[]): HeapStep[] {
  const all = steps.map(({ node: _, ...step }) => step);
  if (all.length <= MOST_STEPS) return all;
  const half = MOST_STEPS / 2;
  const left = all.length - MOST_STEPS;
  const gap: HeapStep = {
    kind: 'internal',
    name: `${left} more steps`,
    className: '',
    place: null,
    repeats: 1,
    isSuspect: false,
  };
  return [...all.slice(0, half), gap, ...all.slice(-half)];
}

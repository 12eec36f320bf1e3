// From a CPU profile to the cost of each function, and of each function in its calling context. What V8 and Node do on
// behalf of a function counts as its own, so that a change shows at the function that causes it.

import type { CallCost, FunctionCost } from '../../model/comparison/run.ts';
import type { CpuProfile } from '../../model/cpu-profile.ts';
import { SAMPLE_STATES } from '../../model/cpu-profile.ts';
import type { Frame } from '../../model/frame.ts';

/** A function in one recording, by its place; lines of two recordings are matched by match-functions.ts. */
export function placeKey(frame: Frame): string {
  return `${frame.functionName}|${frame.file ?? ''}|${frame.line ?? 0}:${frame.column ?? 0}`;
}

export interface CallCosts {
  functions: FunctionCost[];
  calls: CallCost[];
  /** By state of the sampled thread, microseconds. */
  states: { code: number; idle: number; program: number; gc: number };
  /** Samples that were not idle. */
  samples: number;
}

/** Where every profile begins. */
export const ROOT: Frame = {
  functionName: '(root)',
  file: null,
  line: null,
  column: null,
  owner: 'native',
  package: null,
};

/** All times in microseconds of the profiles. */
export function callCosts(profiles: readonly CpuProfile[]): CallCosts {
  const tree = createMergedTree();
  const states = { code: 0, idle: 0, program: 0, gc: 0 };
  let samples = 0;
  for (const profile of profiles) {
    const { state, micros } = profile.samples;
    for (let i = 0; i < state.length; i++) {
      const name = SAMPLE_STATES[state[i]!]!;
      states[name] += micros[i]!;
      if (name !== 'idle') samples++;
    }
    addProfile(tree, profile);
  }
  return { calls: tree.finish(), functions: byFunction(tree.calls), states, samples };
}

interface MergedTree {
  calls: CallCost[];
  child(parent: number, frame: Frame): number;
  finish(): CallCost[];
}

function createMergedTree(): MergedTree {
  const calls: CallCost[] = [{ parent: -1, key: '(root)', frame: ROOT, selfMicros: 0, totalMicros: 0 }];
  const known = new Map<string, number>();
  return {
    calls,
    child(parent, frame) {
      const key = placeKey(frame);
      const path = `${parent}|${key}`;
      let index = known.get(path);
      if (index === undefined) {
        index = calls.push({ parent, key, frame, selfMicros: 0, totalMicros: 0 }) - 1;
        known.set(path, index);
      }
      return index;
    },
    finish() {
      for (const call of calls) call.totalMicros = call.selfMicros;
      for (let i = calls.length - 1; i > 0; i--)
        calls[calls[i]!.parent]!.totalMicros += calls[i]!.totalMicros;
      return calls;
    },
  };
}

/** V8's states of the machine are children of the root without a script; they are no functions. */
function isPseudo(frame: Frame): boolean {
  return (
    frame.file === null && /^\((root|idle|program|garbage collector|culprit)\)$/.test(frame.functionName)
  );
}

function addProfile(tree: MergedTree, profile: CpuProfile): void {
  const placed = new Int32Array(profile.nodes.length);
  for (const { index, parent, frame, selfMicros } of profile.nodes) {
    const under = parent < 0 ? 0 : placed[parent]!;
    if (isPseudo(frame)) {
      placed[index] = under;
      continue;
    }
    const isOnBehalf =
      tree.calls[under]!.frame !== ROOT && (frame.owner === 'native' || isNodesOwn(tree, under, frame));
    placed[index] = isOnBehalf ? under : tree.child(under, frame);
    tree.calls[placed[index]!]!.selfMicros += selfMicros;
  }
}

/** Node's code called by the program's is on its behalf; below Node's own (a socket's callback) it is not. */
function isNodesOwn(tree: MergedTree, under: number, frame: Frame): boolean {
  return frame.owner === 'node' && tree.calls[under]!.frame.owner !== 'node';
}

/** All contexts of a function together; recursion counted once. Parents come before children. */
function byFunction(calls: readonly CallCost[]): FunctionCost[] {
  const functions = new Map<string, FunctionCost>();
  const isNested = (index: number) => {
    const { key } = calls[index]!;
    for (let at = calls[index]!.parent; at > 0; at = calls[at]!.parent)
      if (calls[at]!.key === key) return true;
    return false;
  };
  for (let i = 1; i < calls.length; i++) {
    const { key, frame, selfMicros, totalMicros } = calls[i]!;
    let entry = functions.get(key);
    if (!entry) {
      entry = { key, frame, selfMicros: 0, totalMicros: 0 };
      functions.set(key, entry);
    }
    entry.selfMicros += selfMicros;
    if (!isNested(i)) entry.totalMicros += totalMicros;
  }
  return [...functions.values()];
}

// Runs of a comparison, built in code: functions with their own time, and whatever else a test says.

import { placeKey } from '../../src/analysis/compare/call-costs.ts';
import type { CallCost, FunctionCost, Run } from '../../src/model/comparison/run.ts';
import type { Frame } from '../../src/model/frame.ts';

export function frameOf(functionName: string, more: Partial<Frame> = {}): Frame {
  return { functionName, file: 'src/app.js', line: 10, column: 1, owner: 'app', package: null, ...more };
}

/** A call tree as nested lists: [frame, own microseconds, ...children]. */
export type Call = [frame: Frame, selfMicros: number, ...children: Call[]];

export function runOf(tree: Call[], more: Partial<Run> = {}): Run {
  const calls: CallCost[] = [];
  const add = (frame: Frame, selfMicros: number, parent: number, children: Call[]): number => {
    const index =
      calls.push({ parent, key: placeKey(frame), frame, selfMicros, totalMicros: selfMicros }) - 1;
    for (const [inner, self, ...below] of children)
      calls[index]!.totalMicros += add(inner, self, index, below);
    return calls[index]!.totalMicros;
  };
  const root = { ...frameOf('(root)'), file: null, line: null, column: null, owner: 'native' as const };
  const whole = add(root, 0, -1, tree);
  return {
    label: 'run',
    pair: null,
    nodeVersion: 'v20.20.2',
    per: 'request',
    requests: 10_000,
    failed: 0,
    seconds: 4,
    samples: 4_000,
    wholeMicros: whole,
    metrics: { 'cpu.total': whole },
    functions: functionsOf(calls),
    calls,
    warnings: [],
    ...more,
  };
}

function functionsOf(calls: readonly CallCost[]): FunctionCost[] {
  const functions = new Map<string, FunctionCost>();
  for (const { key, frame, selfMicros, totalMicros, parent } of calls) {
    if (parent < 0) continue;
    const known = functions.get(key) ?? { key, frame, selfMicros: 0, totalMicros: 0 };
    functions.set(key, {
      ...known,
      selfMicros: known.selfMicros + selfMicros,
      totalMicros: known.totalMicros + totalMicros,
    });
  }
  return [...functions.values()];
}

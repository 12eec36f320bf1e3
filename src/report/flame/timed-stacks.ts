// The stacks of a profile's samples in time order: what every flame graph format is made from.
import { type CpuProfile, SAMPLE_STATES, type SampleState } from '../../model/cpu-profile.ts';
import type { Frame } from '../../model/frame.ts';

/** V8 records at most 255 frames a stack; only a forged profile is deeper, and its stacks are cut here. */
const MAX_DEPTH = 512;

const STATE_FRAMES: Record<Exclude<SampleState, 'code'>, readonly Frame[]> = {
  idle: [stateFrame('(idle)')],
  program: [stateFrame('(program)')],
  gc: [stateFrame('(garbage collector)')],
};

function stateFrame(functionName: string): Frame {
  return { functionName, file: null, line: null, column: null, owner: 'native', package: null };
}

/** Time spent in one stack; `frames` runs from the outermost call to the innermost, without V8's root. */
export interface TimedStack {
  frames: readonly Frame[];
  state: SampleState;
  micros: number;
  /** How many samples in a row. */
  count: number;
}

/** The samples in time order; neighbours with the same stack are one. States of V8 are a stack of one frame. */
export function timedStacks(profile: CpuProfile): TimedStack[] {
  const framesOf = createPathReader(profile);
  const stacks: TimedStack[] = [];
  if (profile.samples.node.length === 0) return countedStacks(profile, framesOf);
  profile.samples.node.forEach((node, index) => {
    const state = SAMPLE_STATES[profile.samples.state[index] ?? 0] ?? 'code';
    const micros = Math.max(0, profile.samples.micros[index] ?? 0);
    const frames = state === 'code' ? framesOf(node) : STATE_FRAMES[state];
    const last = stacks.at(-1);
    if (last?.frames === frames) {
      last.micros += micros;
      last.count += 1;
    } else {
      stacks.push({ frames, state, micros, count: 1 });
    }
  });
  return stacks;
}

/** A profile of counts, without an order in time: its tree is all there is. */
function countedStacks({ nodes }: CpuProfile, framesOf: (node: number) => readonly Frame[]): TimedStack[] {
  return nodes.flatMap(({ index, selfMicros, frame }): TimedStack[] => {
    if (selfMicros <= 0 || index === 0) return [];
    const state = frame.file === null ? STATES[frame.functionName] : undefined;
    const frames = state ? STATE_FRAMES[state] : framesOf(index);
    return [{ frames, state: state ?? 'code', micros: selfMicros, count: 1 }];
  });
}

const STATES: Record<string, Exclude<SampleState, 'code'> | undefined> = {
  '(idle)': 'idle',
  '(program)': 'program',
  '(garbage collector)': 'gc',
};

/** Returns the same array for the same node, so that stacks can be compared by identity. */
function createPathReader({ nodes }: CpuProfile): (node: number) => readonly Frame[] {
  const paths = new Map<number, readonly Frame[]>();
  const deepest = foldDeepNodes(nodes);
  return (node) => {
    const known = paths.get(node);
    if (known !== undefined) return known;
    const path: Frame[] = [];
    for (let at = nodes[deepest[node] ?? -1]; at !== undefined && at.parent >= 0; at = nodes[at.parent]) {
      path.unshift(at.frame);
    }
    paths.set(node, path);
    return path;
  };
}

/** For each node the one that stands for it: itself, or its ancestor at `MAX_DEPTH`. */
function foldDeepNodes(nodes: CpuProfile['nodes']): Int32Array {
  const depth = new Int32Array(nodes.length);
  const standIn = new Int32Array(nodes.length);
  nodes.forEach(({ parent }, index) => {
    depth[index] = parent < 0 ? 0 : (depth[parent] ?? 0) + 1;
    standIn[index] = (depth[index] ?? 0) > MAX_DEPTH ? (standIn[parent] ?? index) : index;
  });
  return standIn;
}

// Amounts of a call tree by what its frames have in common: a function, a package, a file.
import type { CpuProfile } from '../../model/cpu-profile.ts';
import type { Frame } from '../../model/frame.ts';

export interface Amounts {
  /** The first node of it. */
  first: number;
  self: number;
  /** With all that was called; in a recursion counted once. */
  total: number;
}

/** A call tree in the order in which its calls begin and end, in columns: nodes are hundreds of thousands. */
export interface Walk {
  /** Every node twice: its index where the walk comes to it, `~index` where it leaves it. */
  steps: Int32Array;
  /** By node. */
  frameNumbers: Int32Array;
  selfMicros: Float64Array;
  totalMicros: Float64Array;
}

export function walkOf({ nodes }: CpuProfile): Walk {
  const count = nodes.length;
  const parents = new Int32Array(count);
  const frameNumbers = new Int32Array(count);
  const selfMicros = new Float64Array(count);
  const totalMicros = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const node = nodes[i]!;
    parents[i] = node.parent;
    frameNumbers[i] = node.frameNumber;
    selfMicros[i] = node.selfMicros;
    totalMicros[i] = node.totalMicros;
  }
  return { steps: stepsOf(parents), frameNumbers, selfMicros, totalMicros };
}

function stepsOf(parents: Int32Array): Int32Array {
  const lastChild = new Int32Array(parents.length).fill(-1);
  const siblingBefore = new Int32Array(parents.length).fill(-1);
  for (let i = 1; i < parents.length; i++) {
    siblingBefore[i] = lastChild[parents[i]!]!;
    lastChild[parents[i]!] = i;
  }
  const steps = new Int32Array(parents.length * 2);
  let taken = 0;
  for (let at = parents.length > 0 ? 0 : -1; at >= 0; ) {
    steps[taken++] = at;
    let next = lastChild[at]!;
    while (next < 0 && at >= 0) {
      steps[taken++] = ~at;
      next = siblingBefore[at]!;
      at = parents[at]!;
    }
    at = next;
  }
  return steps;
}

/** By key, in the order in which they come in the tree. A frame without a key belongs to nobody. */
export function tally(
  profile: CpuProfile,
  keyOf: (frame: Frame) => string | null,
  walk: Walk = walkOf(profile),
): Map<string, Amounts> {
  const { steps, frameNumbers, selfMicros, totalMicros } = walk;
  const { keys, numbers } = numberKeys(profile, keyOf);
  const found = new Map<string, Amounts>();
  const byNumber: Amounts[] = [];
  const open = new Int32Array(keys.length);
  for (const step of steps) {
    const at = step < 0 ? ~step : step;
    const number = numbers[frameNumbers[at]!]!;
    if (number < 0) continue;
    if (step < 0) {
      open[number]!--;
      continue;
    }
    const amounts = byNumber[number] ?? { first: at, self: 0, total: 0 };
    if (byNumber[number] === undefined) {
      byNumber[number] = amounts;
      found.set(keys[number]!, amounts);
    }
    amounts.self += selfMicros[at]!;
    if (open[number] === 0) amounts.total += totalMicros[at]!;
    open[number]!++;
  }
  return found;
}

/** Keys are counted from 0 on, by number of the frame; -1 is nobody. Millions of nodes share the frames of some thousand functions. */
function numberKeys(
  { frames }: CpuProfile,
  keyOf: (frame: Frame) => string | null,
): { keys: string[]; numbers: Int32Array } {
  const byKey = new Map<string, number>();
  const numbers = Int32Array.from(frames, (frame) => {
    const key = keyOf(frame);
    if (key === null) return -1;
    const number = byKey.get(key) ?? byKey.size;
    byKey.set(key, number);
    return number;
  });
  return { keys: [...byKey.keys()], numbers };
}

// What runs after an `await` has lost its caller: the stack begins in the package. Elsewhere in the profile are the calls of the
// application into that package.
import { type CpuProfile, SAMPLE_STATES } from '../../../model/cpu-profile.ts';
import { framesOf } from '../../../model/decode/cpu-profile.ts';
import { type Blame, blame } from './blame.ts';

/** Of the application's calls into the package the one with most time; without any, the function of it that takes most itself. */
export function packageEntry(profile: CpuProfile, name: string): Blame {
  const { nodes } = profile;
  const own = selfMicros(profile);
  /** The nearest user code around each node. A parent's index is smaller than its children's. */
  const around: number[] = [];
  let [entry, entryMicros, hottest] = [-1, -1, -1];
  for (const [index, { frame, parent, totalMicros }] of nodes.entries()) {
    const outer = parent < 0 ? -1 : around[parent]!;
    const isUsers = frame.owner === 'app' || frame.owner === 'library';
    around[index] = isUsers ? index : outer;
    if (frame.package !== name) continue;
    if (hottest < 0 || own[index]! > own[hottest]!) hottest = index;
    if (outer < 0 || nodes[outer]!.frame.owner !== 'app' || totalMicros <= entryMicros) continue;
    [entry, entryMicros] = [index, totalMicros];
  }
  return blame(framesOf(profile, entry < 0 ? hottest : entry));
}

function selfMicros({ nodes, samples }: CpuProfile): Float64Array {
  const own = new Float64Array(nodes.length);
  for (const [i, node] of samples.node.entries())
    if (SAMPLE_STATES[samples.state[i]!] === 'code') own[node]! += samples.micros[i]!;
  return own;
}

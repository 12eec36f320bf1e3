// When which functions of the application call a package: seen in the order of the samples, while they are on the stack.
import { CODE, type CpuProfile } from '../../../model/cpu-profile.ts';
import { framesOf } from '../../../model/decode/cpu-profile.ts';
import type { Frame } from '../../../model/frame.ts';
import { blame, functionKey } from './blame.ts';

export interface PackageCaller {
  app: Frame;
  /** When calls of it began, in microseconds since the profile's first sample. Short ones may fall between two samples. */
  callsMicros: number[];
}

/** Samples further apart than this are of two calls. */
const GAP_MICROS = 10_000;

/** `name` is `name@version`. */
export function packageCallers(profile: CpuProfile, name: string): PackageCaller[] {
  const { node, state, startMicros } = profile.samples;
  const callers = new Map<string, PackageCaller & { lastMicros: number }>();
  const appOf = rememberApp(profile, name);
  for (let i = 0; i < node.length; i++) {
    const app = state[i] === CODE ? appOf(node[i]!) : null;
    if (!app) continue;
    const at = startMicros[i]!;
    const key = functionKey(app);
    const known = callers.get(key) ?? { app, callsMicros: [], lastMicros: Number.NEGATIVE_INFINITY };
    callers.set(key, known);
    if (at - known.lastMicros > GAP_MICROS) known.callsMicros.push(at);
    known.lastMicros = at;
  }
  return [...callers.values()].map(({ app, callsMicros }) => ({ app, callsMicros }));
}

/** By node: the function of the application that has called the package there; null where none has. */
function rememberApp(profile: CpuProfile, name: string): (node: number) => Frame | null {
  const known = new Map<number, Frame | null>();
  return (node) => {
    let app = known.get(node);
    if (app === undefined) {
      const by = blame(framesOf(profile, node));
      app = by.chain.some((link) => link.package === name) ? by.app : null;
      known.set(node, app);
    }
    return app;
  };
}

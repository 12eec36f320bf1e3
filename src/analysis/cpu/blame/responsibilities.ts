// What each place in the code, through each package that it calls, is responsible for: the time of all of it is followed together.
import type { CpuProfile } from '../../../model/cpu-profile.ts';
import { framesOf } from '../../../model/decode/cpu-profile.ts';
import type { Frame } from '../../../model/frame.ts';
import { type Blame, entryOf, functionKey, namedAround } from './blame.ts';
import { createHeavyPath, type HeavyPath, type Step } from './heavy-path.ts';

/** "" is nobody. */
export function responsibilityKey(by: Blame): string {
  const entry = entryOf(by);
  return entry === null ? '' : keyOf(entry, by.library);
}

const keyOf = (entry: Frame, library: Frame | null) => `${functionKey(entry)}|${library?.package ?? ''}`;

/** Who is responsible at a node, as `blame` of its stack tells. */
interface Place {
  path: HeavyPath;
  step: Step | null;
  /** The application's innermost frame, and the function that it is told as; null where a library is the entry. */
  app: { frame: Frame; named: Frame } | null;
  /** The outermost library frame inside of that. */
  library: Frame | null;
}

/**
 * By `responsibilityKey`. A node's place follows from its parent's: to ask `blame` for each of a million stacks would take
 * many times longer.
 */
export function followResponsibilities(profile: CpuProfile): ReadonlyMap<string, HeavyPath> {
  const paths = new Map<string, HeavyPath>();
  const places: (Place | null)[] = [];
  const pathOf = (entry: Frame, library: Frame | null) => {
    const key = keyOf(entry, library);
    const path = paths.get(key) ?? createHeavyPath();
    paths.set(key, path);
    return path;
  };
  const enter = (frame: Frame, index: number, from: Place | null): Place | null => {
    if (frame.owner === 'app') {
      const frames = framesOf(profile, index);
      const app = { frame, named: frames[namedAround(frames, 0)]! };
      const path = pathOf(app.named, null);
      return { path, step: path.enter(null, frame), app, library: null };
    }
    if (frame.owner !== 'library') return from;
    if (from?.library) {
      const step = from.path.enter(from.step, frame);
      return step === from.step ? from : { ...from, step };
    }
    const app = from?.app ?? null;
    const path = pathOf(app?.named ?? frame, frame);
    const entered = app && path.enter(null, app.frame);
    return { path, step: path.enter(entered, frame), app, library: frame };
  };
  for (const { index, parent, frame, selfMicros } of profile.nodes) {
    const place = enter(frame, index, parent < 0 ? null : places[parent]!);
    places.push(place);
    if (place && selfMicros > 0) place.path.addAt(place.step, selfMicros);
  }
  return paths;
}

// What each place in the code is responsible for through each package that it calls: the time of all of it is followed together.
import type { CpuProfile } from '../../../model/cpu-profile.ts';
import { framesOf } from '../../../model/decode/cpu-profile.ts';
import type { Frame } from '../../../model/frame.ts';
import { type Blame, entryOf, functionKey, namedAround } from './blame.ts';
import { createHeavyPath, type HeavyPath, type Step } from './heavy-path.ts';

/** "" is nobody. */
export function responsibilityKey(by: Blame): string {
  const entry = entryOf(by);
  return entry === null ? '' : `${functionKey(entry)}|${by.library?.package ?? ''}`;
}

/** The path on which the time goes that is told with this blame; undefined where no package is called. */
export type PathOf = (by: Blame) => HeavyPath | undefined;

/** Who is responsible at a node, as `blame` of its stack tells. */
interface Place {
  /** The application's innermost frame, and the function that it is told as; null where a library is the entry. */
  app: { frame: Frame; named: Frame } | null;
  /** What it calls: null as long as that is no library. */
  inside: { path: HeavyPath; step: Step | null } | null;
}

/**
 * A node's place follows from its parent's: to ask `blame` for each of a million stacks would take many times longer.
 */
export function followResponsibilities(profile: CpuProfile): PathOf {
  const paths = createPaths();
  const places: (Place | null)[] = [];
  const byFrame = new Map<Frame, Place>();
  const enterApp = (frame: Frame, index: number): Place => {
    const known = byFrame.get(frame);
    if (known) return known;
    const frames = frame.functionName === '(anonymous)' ? framesOf(profile, index) : [frame];
    const place = { app: { frame, named: frames[namedAround(frames, 0)]! }, inside: null };
    // What has no name is told as what is around it, which may be another function each time.
    if (frames.length === 1) byFrame.set(frame, place);
    return place;
  };
  const enterLibrary = (frame: Frame, from: Place | null): Place => {
    const app = from?.app ?? null;
    const path = from?.inside?.path ?? paths.made(app?.named ?? frame, frame.package);
    const before = from?.inside ? from.inside.step : app && path.enter(null, app.frame);
    const step = path.enter(before, frame);
    return from?.inside && step === before ? from : { app, inside: { path, step } };
  };
  for (const { index, parent, frame, selfMicros } of profile.nodes) {
    const from = parent < 0 ? null : places[parent]!;
    const place =
      frame.owner === 'app'
        ? enterApp(frame, index)
        : frame.owner === 'library'
          ? enterLibrary(frame, from)
          : from;
    places.push(place);
    if (place?.inside && selfMicros > 0) place.inside.path.addAt(place.inside.step, selfMicros);
  }
  return (by) => {
    const entry = entryOf(by);
    return by.library && entry ? paths.found(entry, by.library.package) : undefined;
  };
}

/** By the function that is the entry, and by package. */
function createPaths() {
  const byEntry = new Map<string, Map<string | null, HeavyPath>>();
  const found = (entry: Frame, name: string | null) => byEntry.get(functionKey(entry))?.get(name);
  return {
    found,
    made(entry: Frame, name: string | null): HeavyPath {
      const known = found(entry, name);
      if (known) return known;
      const path = createHeavyPath();
      const ofEntry = byEntry.get(functionKey(entry)) ?? new Map<string | null, HeavyPath>();
      byEntry.set(functionKey(entry), ofEntry.set(name, path));
      return path;
    },
  };
}

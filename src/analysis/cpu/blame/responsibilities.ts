// What each place in the code is responsible for through each package that it calls: the time of all of it is followed together.
import type { CallTreeNode, CpuProfile } from '../../../model/cpu-profile.ts';
import type { Frame } from '../../../model/frame.ts';
import { type Blame, entryOf, functionKey, namedAround } from './blame.ts';
import { createHeavyPath, type HeavyPath, type Step } from './heavy-path.ts';

/** "" is nobody. */
export function responsibilityKey(by: Blame): string {
  const entry = entryOf(by);
  return entry === null ? '' : keyOf(entry, by.library?.package ?? null);
}

const keyOf = (entry: Frame, name: string | null) => `${functionKey(entry)}|${name ?? ''}`;

/** All for which one place is responsible through one package. */
export interface Account {
  /** As responsibilityKey() tells it. */
  readonly key: string;
  /** Where its time goes. */
  readonly path: HeavyPath;
}

/** Who is responsible at a node, as `blame` of its stack tells. */
export interface Place {
  readonly account: Account;
  /** Where the node is on the path of the account. */
  readonly step: Step | null;
  /** The application's innermost frame, and the function that it is told as; null where it calls a library, or is not there. */
  readonly app: { frame: Frame; named: Frame } | null;
}

export interface Responsibilities {
  /** To be asked for each node, parents first. */
  enter(node: CallTreeNode): Place;
  /** The path on which the time goes that is told with this blame; undefined where no package is called. */
  pathOf(by: Blame): HeavyPath | undefined;
}

/**
 * A node's place follows from its parent's: to ask `blame` for each of a million stacks would take many times longer.
 */
export function followResponsibilities({ nodes }: CpuProfile): Responsibilities {
  const accounts = createAccounts();
  const nowhere: Place = { account: accounts.nobody, step: null, app: null };
  const places: Place[] = [];
  /** The last of each frame: what has no name is told as what is around it, which may be another function each time. */
  const inApp = new Map<Frame, Place>();
  const enterApp = (frame: Frame, index: number): Place => {
    const named = frame.functionName === '(anonymous)' ? nameGiver(nodes, index) : frame;
    const last = inApp.get(frame);
    if (last?.app?.named === named) return last;
    const account = accounts.of(named, null);
    const place = { account, step: account.path.enter(null, frame), app: { frame, named } };
    inApp.set(frame, place);
    return place;
  };
  const enterLibrary = (frame: Frame, from: Place): Place => {
    if (from !== nowhere && !from.app) {
      const step = from.account.path.enter(from.step, frame);
      return step === from.step ? from : { account: from.account, step, app: null };
    }
    const account = accounts.of(from.app?.named ?? frame, frame.package);
    const start = from.app && account.path.enter(null, from.app.frame);
    return { account, step: account.path.enter(start, frame), app: null };
  };
  return {
    enter({ index, parent, frame }) {
      let place = places[parent] ?? nowhere;
      if (frame.owner === 'app') place = enterApp(frame, index);
      else if (frame.owner === 'library') place = enterLibrary(frame, place);
      places.push(place);
      return place;
    },
    pathOf(by) {
      const entry = entryOf(by);
      return by.library && entry ? accounts.of(entry, by.library.package).path : undefined;
    },
  };
}

/** What an anonymous function is told as: only the first around it that is not built in may give it a name. */
function nameGiver(nodes: CpuProfile['nodes'], index: number): Frame {
  const frames: Frame[] = [nodes[index]!.frame];
  for (let at = nodes[index]!.parent; at >= 0; at = nodes[at]!.parent) {
    const { frame } = nodes[at]!;
    frames.push(frame);
    if (frame.owner !== 'native') break;
  }
  return frames[namedAround(frames, 0)]!;
}

/** By the function that is the entry, and by package. Millions of nodes share the frames of some thousand functions. */
function createAccounts() {
  const byKey = new Map<string, Account>();
  const byFrame = new Map<Frame, Map<string | null, Account>>();
  const named = (key: string): Account => {
    const account = byKey.get(key) ?? { key, path: createHeavyPath() };
    byKey.set(key, account);
    return account;
  };
  return {
    nobody: named(''),
    of(entry: Frame, name: string | null): Account {
      const ofEntry = byFrame.get(entry) ?? new Map<string | null, Account>();
      byFrame.set(entry, ofEntry);
      const account = ofEntry.get(name) ?? named(keyOf(entry, name));
      ofEntry.set(name, account);
      return account;
    },
  };
}

// What each place in the code is responsible for through each package that it calls: all of that time is followed together.
import type { CallTreeNode, CpuProfile } from '../../../model/cpu-profile.ts';
import type { Frame } from '../../../model/frame.ts';
import { type Blame, entryOf, functionKey, isOfPage, namedAround } from './blame.ts';
import { HeavyPath, type Step } from './heavy-path.ts';

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
  /** Null where the application calls a library, or is not there. */
  readonly app: Application | null;
  /** Whether a file of the application is on the stack. */
  readonly isLocal: boolean;
}

interface Application {
  /** The innermost that `blame` takes for the application. */
  frame: Frame;
  /** The function that it is told as. */
  named: Frame;
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
  const nowhere: Place = { account: accounts.nobody, step: null, app: null, isLocal: false };
  const places: Place[] = [];
  /** The last of each frame: what has no name is told as what is around it, which may be another function each time. */
  const inApp = new Map<Frame, Place>();
  const enterApp = (frame: Frame, index: number): Place => {
    const named = frame.functionName === '(anonymous)' ? nameGiver(nodes, index) : frame;
    const last = inApp.get(frame);
    if (last?.app?.named === named) return last;
    const account = accounts.of(named, null);
    const step = account.path.enter(null, frame);
    const place = { account, step, app: { frame, named }, isLocal: !isOfPage(frame) };
    inApp.set(frame, place);
    return place;
  };
  const enterLibrary = (frame: Frame, index: number, from: Place): Place => {
    const { app, isLocal } = from;
    if (from !== nowhere && !app) return goOn(frame, from);
    const account = accounts.of(app?.named ?? frame, frame.package);
    const way = app ? framesFrom(nodes, index, (outer) => outer === app.frame) : [frame];
    const step = account.path.enterAll(way);
    return { account, step, app: null, isLocal };
  };
  return {
    enter({ index, parent, frame }) {
      let place = places[parent] ?? nowhere;
      if (frame.owner === 'app')
        place = place.isLocal && isOfPage(frame) ? goOn(frame, place) : enterApp(frame, index);
      else if (frame.owner === 'library') place = enterLibrary(frame, index, place);
      places.push(place);
      return place;
    },
    pathOf(by) {
      const entry = entryOf(by);
      return by.library && entry ? accounts.of(entry, by.library.package).path : undefined;
    },
  };
}

/** One call further in, for which the same are responsible. */
function goOn(frame: Frame, from: Place): Place {
  const { account, app, isLocal } = from;
  const step = account.path.enter(from.step, frame);
  return step === from.step ? from : { account, step, app, isLocal };
}

/** What an anonymous function is told as: only the first around it that is not built in may give it a name. */
function nameGiver(nodes: CpuProfile['nodes'], index: number): Frame {
  const inner = nodes[index]!.frame;
  const frames = framesFrom(nodes, index, (outer) => outer !== inner && outer.owner !== 'native');
  return frames[namedAround(frames, 0)]!;
}

/** Of a node, innermost first, out to the first that is the last one asked for. */
function framesFrom(nodes: CpuProfile['nodes'], index: number, isLast: (frame: Frame) => boolean): Frame[] {
  const frames: Frame[] = [];
  for (let at = index; at >= 0; at = nodes[at]!.parent) {
    const { frame } = nodes[at]!;
    frames.push(frame);
    if (isLast(frame)) break;
  }
  return frames;
}

/** By the function that is the entry, and by package. Millions of nodes share the frames of some thousand functions. */
function createAccounts() {
  const byKey = new Map<string, Account>();
  const byFrame = new Map<Frame, Map<string | null, Account>>();
  const named = (key: string): Account => {
    const account = byKey.get(key) ?? { key, path: new HeavyPath() };
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

// Equal things, counted: of one kind, for one purpose, with one callback.

import { ownerOf } from '../../../model/owner/owner.ts';
import type { DataReads } from '../../../probe/objects/data-reads.ts';
import type { FunctionPlace, Inspect, Inspected } from '../../../probe/objects/thread-inspector.ts';
import type { ProbeFrame } from '../../../probe/probe-protocol.ts';
import type { AliveThing } from './alive-thing.ts';
import type { AliveGroup } from './keep-alive-protocol.ts';

export interface AliveGroups {
  add(thing: AliveThing): void;
  /** The largest first. */
  result(): AliveGroup[];
  /** There were more groups than are kept. */
  isCut(): boolean;
}

const MOST_FUNCTIONS = 600;
const MOST_GROUPS = 200;
const MOST_EXAMPLES = 3;
const MOST_FRAMES = 3;
const MOST_SCOPES = 2;
/** What the name of a bound function begins with. */
const BOUND = 'bound ';

/** `onlyWithPlace` leaves out things without a function of the program or of a library. */
export function createAliveGroups(
  { nameOf, own }: DataReads,
  inspect: Inspect,
  onlyWithPlace: boolean,
): AliveGroups {
  const frames = new Map<object, ProbeFrame | null>();
  const frameOf = (value: object): ProbeFrame | null => {
    const known = frames.get(value);
    if (known !== undefined) return known;
    if (frames.size >= MOST_FUNCTIONS) return null;
    const inspected = inspect(value);
    const named = (target: object, place: FunctionPlace): ProbeFrame => [
      unbound(nameOf(target)),
      place.url,
      place.line,
      place.column,
    ];
    const behind = inspected && !inspected.place ? callbackIn(inspected) : null;
    const place = inspected?.place ?? (behind && inspect(behind)?.place);
    const frame = place ? named(behind ?? value, place) : null;
    frames.set(value, frame);
    return frame;
  };
  /** Node's own function that waits has the program's among the variables around it. */
  const callbackIn = (inspected: Inspected): object | null => {
    for (const scope of inspected.scopes().slice(0, MOST_SCOPES)) {
      const value = own(scope, 'callback') ?? own(scope, 'cb');
      if (typeof value === 'function') return value;
    }
    return null;
  };
  const groups = new Map<string, AliveGroup>();
  let isCut = false;
  const groupFor = (
    thing: Omit<AliveThing, 'functions' | 'example'>,
    { through, near }: { through: string; near: ProbeFrame[] },
  ): AliveGroup | null => {
    const { kind, className, what, state, delay } = thing;
    const key = JSON.stringify([kind, className, what, state, delay, through, near[0]]);
    const known = groups.get(key);
    if (known) return known;
    if (groups.size >= MOST_GROUPS) {
      isCut = true;
      return null;
    }
    const group: AliveGroup = { ...thing, count: 0, examples: [], through, frames: near };
    groups.set(key, group);
    return group;
  };
  return {
    add({ functions, example, ...thing }) {
      const found = functions.flatMap(({ through, value }) => {
        const frame = frameOf(value);
        return frame ? [{ through, frame }] : [];
      });
      if (onlyWithPlace && found.length === 0) return;
      const group = groupFor(thing, nearestFirst(found));
      if (!group) return;
      group.count++;
      if (example && group.examples.length < MOST_EXAMPLES) group.examples.push(example);
    },
    result: () => [...groups.values()].sort((a, b) => b.count - a.count),
    isCut: () => isCut,
  };
}

/** The nearest is the first that is no library's. */
function nearestFirst(found: { through: string; frame: ProbeFrame }[]): {
  through: string;
  near: ProbeFrame[];
} {
  const isLibrary = ({ frame }: { frame: ProbeFrame }) => ownerOf(String(frame[1])) === 'library';
  const nearest = found.find((each) => !isLibrary(each)) ?? found[0];
  if (!nearest) return { through: '', near: [] };
  const all = [nearest, ...found.filter((other) => other !== nearest)];
  return { through: nearest.through, near: all.slice(0, MOST_FRAMES).map(({ frame }) => frame) };
}

function unbound(name: string): string {
  let plain = name;
  while (plain.startsWith(BOUND)) plain = plain.slice(BOUND.length);
  return plain;
}

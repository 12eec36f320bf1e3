// Queues of waiters, recognised by their contents and not by a name: functions to call, promises, objects that have such.
// The other fields of a queue's owner show what is checked out of a pool, or whether a lock is taken. Everything is held
// weakly.
import type { ProbeCore } from '../../../probe/core.ts';
import { isNative } from '../../../probe/objects/native-functions.ts';
import type { Inspect, ThreadInspector } from '../../../probe/objects/thread-inspector.ts';
import type { ProbeHolder, ProbePool } from '../../../probe/probe-protocol.ts';
import { BYTES_PER_FRAME } from '../../../probe/stacks/frames.ts';
import type { FieldGroup } from '../../../probe/walk/field-group.ts';
import type { CaughtInsertions, InsertionTraps } from '../../collections/probe/insertion-traps.ts';
import { createLineContents, type LineContents } from './line-contents.ts';
import type { PoolParts } from './pool-parts.ts';

export interface WaitingLines {
  /** An object of the program, by its own properties. */
  consider(value: object, holder: ProbeHolder): void;
  /** Variables that belong together, or the private fields of an object. */
  considerFields(group: FieldGroup): void;
  /** Ids start at `fromId`. */
  read(fromId: number): ProbePool[];
  ownHeapBytes(): number;
}

export interface WaitingLinesParts {
  parts: PoolParts;
  traps: InsertionTraps;
  thread: Pick<ThreadInspector, 'during'>;
}

interface Watched extends Omit<FieldGroup, 'owner' | 'fields'> {
  owner: WeakRef<object>;
  /** The field that is the line. */
  name: string;
  holder: ProbeHolder;
  firstCount: number;
  head: WeakRef<object>;
  headSince: number;
  caught: CaughtInsertions;
  told: number;
  /** The last count, and at how many reads in a row it was the same. */
  count: number;
  same: number;
}

const MAX_LINES = 40;
const MAX_TOLD = 10;
/** An object with more of them is a table of something. */
const MAX_FIELDS = 100;
const MAX_BESIDE = 12;
const MAX_WAITERS = 20;
const LEAST_WAITING = 2;
/** Of classes that were looked into: the next is like these. */
const MANY_ALIKE = 6;
/** To count all that stands beside one takes a millisecond: as long as a line stays as it is, it is read once in so many times. */
const STEADY_READS = 5;
const STEADY_EVERY = 4;
/** Of one read. Queues that have grown come first; the others take turns. */
const MOST_READ_MILLIS = 6;

export function createWaitingLines(
  core: ProbeCore,
  { parts, traps, thread }: WaitingLinesParts,
): WaitingLines {
  const { own, keysOf, isObject, prototypeOf } = core.reads;
  const { Stream }: typeof import('node:stream') = core.load('stream');
  const contents: LineContents = createLineContents(core.reads, parts);
  let watched: Watched[] = [];
  const known = new WeakSet<object>();
  const looked = new WeakMap<object, number>();

  const note = (group: FieldGroup, holderOf: (name: string) => ProbeHolder) => {
    for (const [name, part] of Object.entries(group.fields)) {
      if (watched.length >= MAX_LINES) return;
      if (!isObject(part) || known.has(part)) continue;
      const line = contents.lineOf(part);
      if (!line || line.count < LEAST_WAITING || !contents.isWaiter(line.first)) continue;
      known.add(part);
      watched.push({
        kind: group.kind,
        of: group.of,
        scope: group.scope,
        owner: new WeakRef(group.owner),
        name,
        holder: holderOf(name),
        firstCount: line.count,
        head: new WeakRef(line.first),
        headSince: core.now(),
        caught: { stacks: [], isSet: false, isOwn: false, most: MAX_WAITERS },
        told: 0,
        count: line.count,
        same: 0,
      });
    }
  };
  const ownFields = (value: object): FieldGroup['fields'] => {
    const fields: FieldGroup['fields'] = Object.create(null);
    for (const key of keysOf(value).slice(0, MAX_FIELDS)) fields[String(key)] = own(value, key);
    return fields;
  };
  const fieldsNow = (
    line: Watched,
    owner: object,
    inspect: Inspect | null,
  ): FieldGroup['fields'] | undefined => {
    if (line.kind === 'own') return ownFields(owner);
    const inspected = inspect?.(owner);
    return line.kind === 'private'
      ? Object.fromEntries((inspected?.privateFields() ?? []).map(({ name, value }) => [name, value]))
      : (inspected?.scopes()[line.scope] as FieldGroup['fields'] | undefined);
  };
  /** Only of a list that was seen to grow: one that stays as it is may be no line at all. */
  const trap = (line: Watched, part: object, count: number) => {
    if (count <= line.firstCount) return;
    const type = core.reads.types.isMap(part) ? 'Map' : core.reads.types.isSet(part) ? 'Set' : 'Array';
    const add = { Map: 'set', Set: 'add', Array: 'push' }[type];
    if (typeof core.reads.inherited(part, add) === 'function') traps.set(part, type, line.caught);
  };
  const describe = (line: Watched, id: number, inspect: Inspect | null): ProbePool | null => {
    const owner = line.owner.deref();
    const fields = owner && fieldsNow(line, owner, inspect);
    const part = fields?.[line.name];
    const now = isObject(part) ? contents.lineOf(part) : null;
    if (!fields || !isObject(part) || !now || now.count === 0) return null;
    if (line.head.deref() !== now.first) {
      line.head = new WeakRef(now.first);
      line.headSince = core.now();
    }
    line.same = now.count === line.count ? line.same + 1 : 0;
    line.count = now.count;
    trap(line, part, now.count);
    const insertions = line.caught.stacks.slice(line.told);
    line.told = line.caught.stacks.length;
    const headMillis = Math.round(core.now() - line.headSince);
    return {
      id,
      className: line.kind === 'scope' ? '' : line.of,
      holder: line.holder,
      waiting: now.count,
      insertions,
      line: { name: line.name, headMillis, beside: besideOf(fields, line.name) },
    };
  };
  const besideOf = (fields: FieldGroup['fields'], line: string): [string, number][] => {
    const beside: [string, number][] = [];
    for (const [name, part] of Object.entries(fields)) {
      if (beside.length >= MAX_BESIDE) break;
      if (name === line) continue;
      const count = typeof part === 'number' ? part : isObject(part) ? parts.countOf(part) : undefined;
      if (count !== undefined && Number.isInteger(count) && count >= 0)
        beside.push([name.slice(0, 100), count]);
    }
    return beside;
  };

  let reads = 0;
  /** Those that are to be read now, by their place in the list. */
  const dueNow = (): number[] => {
    const grown = (i: number) => Math.max(0, watched[i]!.count - watched[i]!.firstCount);
    const due = watched
      .map((_, i) => (i + reads) % watched.length)
      .filter((i) => watched[i]!.same < STEADY_READS || (reads + i) % STEADY_EVERY === 0);
    return due.sort((a, b) => grown(b) - grown(a));
  };
  const describeAll = (fromId: number): ProbePool[] => {
    const told: ProbePool[] = [];
    reads++;
    const due = dueNow();
    const from = core.now();
    const all = (inspect: Inspect | null) => {
      for (const i of due) {
        const line = watched[i]!;
        if (line.kind !== 'own' && !inspect) continue;
        if (core.now() - from >= MOST_READ_MILLIS) return;
        try {
          const read = describe(line, fromId + i, inspect);
          if (read) told.push(read);
        } catch {}
      }
    };
    if (due.every((i) => watched[i]!.kind === 'own')) all(null);
    else {
      try {
        thread.during(all);
      } catch {}
    }
    return told;
  };
  core.cleanups.push(() => {
    watched = [];
  });
  return {
    consider(value, holder) {
      try {
        if (Array.isArray(value) || ArrayBuffer.isView(value)) return;
        // Listeners stay where they are, too, and nobody serves them.
        if (holder.name === '_events') return;
        const prototype = prototypeOf(value);
        // What waits in a stream waits for the other side of it.
        if (!prototype || core.reads.isA(value, Stream)) return;
        const alike = looked.get(prototype) ?? 0;
        if (prototype !== Object.prototype && (alike >= MANY_ALIKE || isOfNode(prototype, core))) return;
        looked.set(prototype, alike + 1);
        const of = prototype === Object.prototype ? '' : core.reads.classNameOf(value).slice(0, 100);
        note({ kind: 'own', owner: value, of, scope: 0, fields: ownFields(value) }, () => holder);
      } catch {}
    },
    considerFields(group) {
      try {
        const kind = group.kind === 'scope' ? 'variable' : 'property';
        note(group, (name) => ({ kind, name: name.slice(0, 100), of: group.of.slice(0, 100) }));
      } catch {}
    },
    read(fromId) {
      const grown = ({ id, waiting }: ProbePool) => waiting - watched[id - fromId]!.firstCount;
      return describeAll(fromId)
        .sort((a, b) => grown(b) - grown(a) || b.waiting - a.waiting)
        .slice(0, MAX_TOLD);
    },
    ownHeapBytes: () =>
      watched.reduce(
        (sum, { caught }) =>
          sum + caught.stacks.reduce((bytes, frames) => bytes + frames.length * BYTES_PER_FRAME, 400),
        0,
      ),
  };
}

/** Of a class in C++, such as the parser of each connection: what Node keeps there waits for nobody. */
function isOfNode(prototype: object, { reads }: ProbeCore): boolean {
  const maker = reads.own(prototype, 'constructor');
  return typeof maker === 'function' && maker !== Function && isNative(maker);
}

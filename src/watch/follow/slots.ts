// What is followed: a slot outlives the process in it, so that a service stays the same one across its restarts. A process
// is identified by pid and start time; a title that it gives itself later changes nothing.

/** One Node.js process as it was seen. */
export interface Sighting {
  pid: number;
  /** Clock ticks since boot; with the pid, its identity. */
  startTicks: number;
  /** For showing: shortened, secrets masked. */
  command: string;
  /** Its working folder; "" where it may not be read. */
  folder: string;
}

/** What is followed, with everything that it matches now. */
export interface Wanted {
  /** The word of the command line; null: all processes. */
  word: string | null;
  matches: readonly Sighting[];
}

export interface Slot {
  /** Unique, and the same after a restart of the watcher where the same is wanted. */
  readonly name: string;
  readonly word: string | null;
  process: Sighting | null;
  /** The last process in it. */
  last: Sighting | null;
  /** When this process came or went. */
  sinceMillis: number;
  /** When processes came after the first, within the last `RESTART_WINDOW_MILLIS`. */
  restarts: number[];
  restartsInAll: number;
}

export type FollowEvent =
  | { kind: 'found' | 'ended' | 'restarted'; slot: Slot; process: Sighting }
  | { kind: 'dropped'; slot: Slot }
  | { kind: 'too-many'; word: string | null };

export const RESTART_WINDOW_MILLIS = 600_000;
export const MOST_SLOTS = 50;
/** Of all processes, those that end and do not come back: builds, scripts. */
const DROP_AFTER_MILLIS = 600_000;
const LONGEST_NAME = 60;

export interface Follower {
  readonly slots: readonly Slot[];
  /** All that is wanted, looked at once. */
  see(wanted: readonly Wanted[], atMillis: number): FollowEvent[];
  /** This process is gone, seen before the next look at all of them. */
  ended(slot: Slot, atMillis: number): FollowEvent[];
}

const isSame = (a: Sighting | null, b: Sighting) => a?.pid === b.pid && a.startTicks === b.startTicks;

export function createFollower(): Follower {
  const slots: Slot[] = [];
  let isFull = false;

  function see(wanted: readonly Wanted[], atMillis: number): FollowEvent[] {
    const events: FollowEvent[] = [];
    for (const { word, matches } of wanted) events.push(...seeOne(word, matches, atMillis));
    return [...events, ...drop(atMillis)];
  }

  function seeOne(word: string | null, matches: readonly Sighting[], atMillis: number): FollowEvent[] {
    const own = slots.filter((slot) => slot.word === word);
    const gone = own.filter(({ process }) => process && !matches.some((match) => isSame(process, match)));
    const events = gone.flatMap((slot) => leave(slot, atMillis));
    const fresh = matches.filter((match) => !slots.some(({ process }) => isSame(process, match)));
    for (const match of fresh) events.push(...take(word, match, atMillis));
    // What is named is followed before it is there.
    if (word !== null && !slots.some((slot) => slot.word === word)) addSlot(word, null, atMillis);
    return events;
  }

  function leave(slot: Slot, atMillis: number): FollowEvent[] {
    const { process } = slot;
    if (!process) return [];
    slot.process = null;
    slot.sinceMillis = atMillis;
    return [{ kind: 'ended', slot, process }];
  }

  function take(word: string | null, process: Sighting, atMillis: number): FollowEvent[] {
    const slot = vacantFor(word, process);
    if (slot) {
      const isFirst = slot.last === null;
      Object.assign(slot, { process, last: process, sinceMillis: atMillis });
      if (isFirst) return [{ kind: 'found', slot, process }];
      slot.restarts = [...slot.restarts.filter((at) => at > atMillis - RESTART_WINDOW_MILLIS), atMillis];
      slot.restartsInAll += 1;
      return [{ kind: 'restarted', slot, process }];
    }
    const added = addSlot(word, process, atMillis);
    if (added) return [{ kind: 'found', slot: added, process }];
    if (isFull) return [];
    isFull = true;
    return [{ kind: 'too-many', word }];
  }

  function vacantFor(word: string | null, { command, folder }: Sighting): Slot | undefined {
    const vacant = slots.filter((slot) => slot.word === word && !slot.process);
    const alike = vacant.find(({ last }) => last?.command === command);
    if (alike || word !== null) return alike ?? vacant[0];
    // A title that is set after the start hides the command.
    return vacant.find(({ last }) => folder !== '' && last?.folder === folder);
  }

  function addSlot(word: string | null, process: Sighting | null, atMillis: number): Slot | undefined {
    if (slots.length >= MOST_SLOTS) return undefined;
    const name = freeName(word ?? process?.command ?? '');
    const slot = {
      name,
      word,
      process,
      last: process,
      sinceMillis: atMillis,
      restarts: [],
      restartsInAll: 0,
    };
    slots.push(slot);
    return slot;
  }

  function freeName(text: string): string {
    const base = text.slice(0, LONGEST_NAME);
    for (let number = 1; ; number++) {
      const name = number === 1 ? base : `${base}#${number}`;
      if (!slots.some((slot) => slot.name === name)) return name;
    }
  }

  function drop(atMillis: number): FollowEvent[] {
    const old = slots.filter(
      ({ word, process, sinceMillis }) =>
        word === null && !process && atMillis - sinceMillis > DROP_AFTER_MILLIS,
    );
    for (const slot of old) slots.splice(slots.indexOf(slot), 1);
    if (old.length > 0) isFull = false;
    return old.map((slot) => ({ kind: 'dropped', slot }));
  }

  return { slots, see, ended: leave };
}

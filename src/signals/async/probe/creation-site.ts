// One place that creates async resources or operations: its stack, how many it created, and weak references to some of them.
import type { ProbeAsyncSite, ProbeFrame } from '../../../probe/probe-protocol.ts';
import { BYTES_PER_FRAME, isUserFrame } from '../../../probe/stacks/frames.ts';
import { isPicked } from './sampling-pace.ts';

export interface Creation {
  type: string;
  resource: object;
  frames: ProbeFrame[];
  weight: number;
  /** What tells sites apart besides the stack: the request's method, host and path. */
  label?: string;
  /** The kind of request that was being handed to the program when it was made. */
  serving?: string;
  /** What it uses that many could share: an Agent. */
  uses?: object;
  /** Whether it still goes on, where being reachable does not tell. */
  isAlive?: (resource: object) => boolean;
  /** Of one that does not go on: it was given up before it came to its end. */
  isDropped?: (resource: object) => boolean;
  /** What it holds outlives it: lost, it counts as it was when it was 5 s old. Until then it is held. */
  isLostAlive?: boolean;
  /** Of one that goes on: the program has not done its part yet, a request that it never ended. */
  isUnended?: (resource: object) => boolean;
}

interface Watched {
  ref: WeakRef<object>;
  /** Its place among those seen at its site. */
  nth: number;
  at: number;
  held: object | null;
  wasAlive: boolean;
}

export interface Site {
  id: number;
  isTold: boolean;
  type: string;
  label: string | undefined;
  /** The kind of request that it was made for each time; "" once there are several. */
  serving: string | undefined;
  isAlive: (resource: object) => boolean;
  isDropped: ((resource: object) => boolean) | undefined;
  isUnended: ((resource: object) => boolean) | undefined;
  frames: ProbeFrame[];
  repeats: boolean;
  delay: number;
  made: number;
  isLostAlive: boolean;
  /** What they use: how many of them use something, and how many different things that is. */
  used: { by: number; things: number; known: WeakSet<object> };
  /** Those that were alive when last looked at. */
  refs: Watched[];
  /** Watched and gone: how many are older than 5 s by now, and when the others were made. */
  goneOld: number;
  goneYoung: number[];
  /** Of those gone, the ones that were given up; these are not among the others. */
  droppedOld: number;
  droppedYoung: number[];
  seen: number;
  /** One in so many is watched. */
  every: number;
  isWatched: boolean;
}

const MOST_PER_SITE = 120;
const OLD_MILLIS = 5_000;

export function createSite(id: number, creation: Creation): Site {
  const { type, resource, frames, label, isAlive = isOpen, isLostAlive = false } = creation;
  const timer = resource as { _repeat?: unknown; _idleTimeout?: unknown };
  return {
    id,
    isTold: false,
    type,
    label,
    serving: creation.serving,
    isAlive,
    isDropped: creation.isDropped,
    isUnended: creation.isUnended,
    isLostAlive,
    used: { by: 0, things: 0, known: new WeakSet() },
    frames,
    repeats: typeof timer._repeat === 'number',
    delay: typeof timer._idleTimeout === 'number' ? timer._idleTimeout : -1,
    made: 0,
    refs: [],
    goneOld: 0,
    goneYoung: [],
    droppedOld: 0,
    droppedYoung: [],
    seen: 0,
    every: 1,
    // Nobody can be named for what only Node's own code makes: counting it is enough, unless it has a name itself.
    isWatched: label !== undefined || frames.some(isUserFrame),
  };
}

/** As Node's own resources say it: timers, handles, files. */
function isOpen(resource: object): boolean {
  const known = resource as { _destroyed?: unknown; fd?: unknown };
  if (known._destroyed === true) return false;
  // libuv's stream handles and FileHandle answer -1 once they are closed.
  return typeof known.fd !== 'number' || known.fd >= 0;
}

/** Counts one more and watches it, where it is its turn. */
export function addTo(site: Site, { resource, weight, uses, serving }: Creation, now: number): void {
  site.made += weight;
  if (serving !== site.serving) site.serving = '';
  if (uses) noteUse(site, uses);
  if (!site.isWatched) return;
  const nth = site.seen++;
  if (!isPicked(nth, site.every)) return;
  // Without a prototype, so that no census finds it.
  const entry: Watched = Object.assign(Object.create(null), {
    ref: new WeakRef(resource),
    nth,
    at: now,
    held: site.isLostAlive ? resource : null,
    wasAlive: false,
  });
  site.refs.push(entry);
  // Nothing is asked of a resource here: a native handle that is being made has no native side yet, and reading its
  // `fd` ends the process (Node 20).
  if (site.refs.length > MOST_PER_SITE) thinOut(site);
}

function noteUse({ used }: Site, thing: object): void {
  used.by++;
  if (used.known.has(thing)) return;
  used.known.add(thing);
  used.things++;
}

/** One of two that were watched stands for both, those that would have been picked at this pace from the start. */
function thinOut(site: Site): void {
  site.every *= 2;
  site.refs = site.refs.filter(({ nth }) => isPicked(nth, site.every));
  site.goneYoung = site.goneYoung.filter((_, i) => i % 2 === 0);
  site.goneOld /= 2;
  site.droppedYoung = site.droppedYoung.filter((_, i) => i % 2 === 0);
  site.droppedOld /= 2;
}

function liveOf(site: Site, ref: WeakRef<object>): object | null {
  const resource = ref.deref();
  return resource !== undefined && site.isAlive(resource) ? resource : null;
}

function isStillAlive(site: Site, watched: Watched, now: number): boolean {
  const lives = liveOf(site, watched.ref) !== null;
  if (!site.isLostAlive) return lives;
  if (watched.ref.deref() === undefined) return watched.wasAlive;
  watched.wasAlive = lives;
  if (now - watched.at >= OLD_MILLIS) watched.held = null;
  return lives;
}

/** Of what is gone only numbers are kept, so that there is always room for what stays. */
export function sweep(site: Site, now: number): void {
  site.refs = site.refs.filter((watched) => {
    if (isStillAlive(site, watched, now)) return true;
    (isSo(watched, site.isDropped) ? site.droppedYoung : site.goneYoung).push(watched.at);
    return false;
  });
  const isYoung = (at: number) => now - at < OLD_MILLIS;
  const [gone, dropped] = [site.goneYoung.length, site.droppedYoung.length];
  site.goneYoung = site.goneYoung.filter(isYoung);
  site.droppedYoung = site.droppedYoung.filter(isYoung);
  site.goneOld += gone - site.goneYoung.length;
  site.droppedOld += dropped - site.droppedYoung.length;
}

/** The answer of one that is there; what was lost counts as one that came to its end. */
function isSo({ ref }: Watched, ask: ((resource: object) => unknown) | undefined): boolean {
  const resource = ask && ref.deref();
  return resource !== undefined && ask!(resource) === true;
}

const hasRef = (resource: object) => (resource as Partial<NodeJS.Timeout>).hasRef?.();

/** Its numbers now; the frames are told once. */
export function readSite(site: Site, now: number): ProbeAsyncSite {
  sweep(site, now);
  const { id, type, label, serving, repeats, delay, made, refs, droppedOld } = site;
  const goneOld = site.goneOld + droppedOld;
  const goneYoung = site.goneYoung.length + site.droppedYoung.length;
  const frames = site.isTold ? [] : site.frames;
  site.isTold = true;
  const old = refs.filter(({ at }) => now - at >= OLD_MILLIS);
  return {
    id,
    type,
    label,
    ...(serving && { serving }),
    frames,
    repeats,
    delay,
    ...(type === 'Timeout' && { referenced: refs.every((each) => isSo(each, hasRef)) }),
    made,
    watched: refs.length + goneOld + goneYoung,
    alive: refs.length,
    oldWatched: goneOld + old.length,
    oldAlive: old.length,
    ...(site.isDropped && { oldDropped: droppedOld }),
    ...(site.isUnended && { oldUnended: old.filter((each) => isSo(each, site.isUnended)).length }),
    ...(site.used.by > 0 && { usedBy: site.used.by, used: site.used.things }),
    oldestMillis: refs.reduce((oldest, { at }) => Math.max(oldest, now - at), 0),
  };
}

/** Watched resources that are alive and were made before this time. */
export function aliveSince(site: Site, time: number): object[] {
  return site.refs.filter(({ at }) => at <= time).flatMap(({ ref }) => liveOf(site, ref) ?? []);
}

/** About. */
export function bytesOf({ frames, refs, goneYoung, droppedYoung }: Site): number {
  const gone = goneYoung.length + droppedYoung.length;
  return 400 + frames.length * BYTES_PER_FRAME + (refs.length + gone / 8) * 120;
}

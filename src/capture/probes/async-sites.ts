// A part of the probe (see install-probe.ts: sent as text, whole by itself): creation sites of async resources and
// operations. Of each site it keeps the stack, how many were made, and weak references to some of them.
import type { ProbeAsyncSite, ProbeCore, ProbeFrame } from './probe-protocol.ts';

export interface AsyncSites {
  /** One more was made; `weight` is how many it stands for. */
  remember(made: Creation): void;
  /** Lets go of what is gone. Not from within a hook: see remember. */
  tidy(): void;
  read(): ProbeAsyncSite[];
  /** Watched resources of a type that are there for at least `millis`, some of each site. */
  lasting(type: string, millis: number): { site: number; resource: object }[];
  ownHeapBytes(): number;
  /** Our own collection: no census may take it for the program's. */
  own: object;
}

export interface Creation {
  type: string;
  resource: object;
  frames: ProbeFrame[];
  weight: number;
  /** What tells sites apart besides the stack: the request's method, host and path. */
  label?: string;
  /** Whether it still goes on, where being reachable does not tell. */
  isAlive?: (resource: object) => boolean;
  /** What it holds outlives it: lost, it counts as it was when it was 5 s old. Until then it is held. */
  isLostAlive?: boolean;
}

export function createAsyncSites(core: ProbeCore): AsyncSites {
  const MAX_SITES = 400;
  const WATCHED_PER_SITE = 60;
  const MOST_PER_SITE = 120;
  const OLD_MILLIS = 5_000;
  const SOME_LASTING = 3;
  interface Watched {
    ref: WeakRef<object>;
    /** Its place among those seen at its site. */
    nth: number;
    at: number;
    held: object | null;
    wasAlive: boolean;
  }
  interface Site {
    id: number;
    isTold: boolean;
    type: string;
    label: string | undefined;
    isAlive: (resource: object) => boolean;
    frames: ProbeFrame[];
    repeats: boolean;
    delay: number;
    made: number;
    isLostAlive: boolean;
    /** Those that were alive when last looked at. */
    refs: Watched[];
    /** Watched and gone: how many are older than 5 s by now, and when the others were made. */
    goneOld: number;
    goneYoung: number[];
    seen: number;
    /** One in so many is watched. */
    every: number;
    isWatched: boolean;
  }
  const sites = new Map<string, Site>();

  const isOpen = (resource: object): boolean => {
    const known = resource as { _destroyed?: unknown; fd?: unknown };
    if (known._destroyed === true) return false;
    // libuv's stream handles and FileHandle answer -1 once they are closed.
    return typeof known.fd !== 'number' || known.fd >= 0;
  };
  const isUsers = (frame: unknown[]) => {
    const url = frame[1] as string;
    return url !== '' && !url.startsWith('node:');
  };

  const siteFor = ({
    type,
    resource,
    frames,
    label,
    isAlive,
    isLostAlive = false,
  }: Creation): Site | null => {
    const key = `${type}|${label ?? ''}|${frames.map((f) => `${f[1]}:${f[2]}:${f[3]}`).join('|')}`;
    const known = sites.get(key);
    if (known) return known;
    if (sites.size >= MAX_SITES) return null;
    const timer = resource as { _repeat?: unknown; _idleTimeout?: unknown };
    const site: Site = {
      id: sites.size,
      isTold: false,
      type,
      label,
      isAlive: isAlive ?? isOpen,
      isLostAlive,
      frames,
      repeats: typeof timer._repeat === 'number',
      delay: typeof timer._idleTimeout === 'number' ? timer._idleTimeout : -1,
      made: 0,
      refs: [],
      goneOld: 0,
      goneYoung: [],
      seen: 0,
      every: 1,
      // Nobody can be named for what only Node's own code makes: counting it is enough, unless it has a name itself.
      isWatched: label !== undefined || frames.some(isUsers),
    };
    sites.set(key, site);
    return site;
  };

  const liveOf = (site: Site, ref: WeakRef<object>): object | null => {
    const resource = ref.deref();
    return resource !== undefined && site.isAlive(resource) ? resource : null;
  };
  const isStillAlive = (site: Site, watched: Watched, now: number): boolean => {
    const lives = liveOf(site, watched.ref) !== null;
    if (!site.isLostAlive) return lives;
    if (watched.ref.deref() === undefined) return watched.wasAlive;
    watched.wasAlive = lives;
    if (now - watched.at >= OLD_MILLIS) watched.held = null;
    return lives;
  };
  /** Of what is gone only numbers are kept, so that there is always room for what stays. */
  const sweep = (site: Site, now: number) => {
    site.refs = site.refs.filter((watched) => {
      if (isStillAlive(site, watched, now)) return true;
      site.goneYoung.push(watched.at);
      return false;
    });
    site.goneYoung = site.goneYoung.filter((at) => {
      if (now - at < OLD_MILLIS) return true;
      site.goneOld++;
      return false;
    });
  };
  /** One of two that were watched stands for both, those that would have been picked at this pace from the start. */
  const thinOut = (site: Site) => {
    const second = (_: unknown, i: number) => i % 2 === 0;
    site.every *= 2;
    site.refs = site.refs.filter(({ nth }) => core.isPicked(nth, site.every));
    site.goneYoung = site.goneYoung.filter(second);
    site.goneOld /= 2;
  };
  const remember: AsyncSites['remember'] = (creation) => {
    const site = siteFor(creation);
    if (!site) return;
    site.made += creation.weight;
    if (!site.isWatched) return;
    const nth = site.seen++;
    if (!core.isPicked(nth, site.every)) return;
    // Without a prototype, so that no census finds it.
    const entry: Watched = Object.assign(Object.create(null), {
      ref: new WeakRef(creation.resource),
      nth,
      at: core.now(),
      held: site.isLostAlive ? creation.resource : null,
      wasAlive: false,
    });
    site.refs.push(entry);
    // Nothing is asked of a resource here: a native handle that is being made has no native side yet, and reading its
    // `fd` ends the process (Node 20).
    if (site.refs.length > MOST_PER_SITE) thinOut(site);
  };

  const readSite = (site: Site, now: number): ProbeAsyncSite => {
    sweep(site, now);
    const { id, type, label, repeats, delay, made, refs, goneOld, goneYoung } = site;
    const frames = site.isTold ? [] : site.frames;
    site.isTold = true;
    const oldAlive = refs.filter(({ at }) => now - at >= OLD_MILLIS).length;
    return {
      id,
      type,
      label,
      frames,
      repeats,
      delay,
      made,
      watched: refs.length + goneOld + goneYoung.length,
      alive: refs.length,
      oldWatched: goneOld + oldAlive,
      oldAlive,
      oldestMillis: refs.reduce((oldest, { at }) => Math.max(oldest, now - at), 0),
    };
  };

  core.cleanups.push(() => sites.clear());
  return {
    remember,
    tidy() {
      const now = core.now();
      for (const site of sites.values()) if (site.refs.length > WATCHED_PER_SITE) sweep(site, now);
    },
    read() {
      const now = core.now();
      return [...sites.values()].map((site) => readSite(site, now));
    },
    lasting(type, millis) {
      const now = core.now();
      return [...sites.values()]
        .filter((site) => site.type === type)
        .flatMap((site) =>
          site.refs
            .filter(({ at }) => now - at >= millis)
            .flatMap(({ ref }) => liveOf(site, ref) ?? [])
            .slice(0, SOME_LASTING)
            .map((resource) => ({ site: site.id, resource })),
        );
    },
    own: sites,
    ownHeapBytes() {
      let bytes = 0;
      for (const site of sites.values())
        bytes += 400 + site.frames.length * 96 + (site.refs.length + site.goneYoung.length / 8) * 120;
      return bytes;
    },
  };
}

// All places that create async resources and operations, by type, label and stack.
import type { ProbeCore } from '../../../probe/core.ts';
import type { ProbeAsyncSite } from '../../../probe/probe-protocol.ts';
import { keyOf } from '../../../probe/stacks/frames.ts';
import {
  addTo,
  aliveSince,
  bytesOf,
  type Creation,
  createSite,
  readSite,
  type Site,
  sweep,
} from './creation-site.ts';

export interface AsyncSites {
  /** One more was made; `weight` is how many it stands for. */
  remember(made: Creation): void;
  /** Lets go of what is gone. Not from within a hook: it asks the resources. */
  tidy(): void;
  read(): ProbeAsyncSite[];
  /** Watched resources of a type that are there for at least `millis`, some of each site. */
  lasting(type: string, millis: number): { site: number; resource: object }[];
  /** The number of the first site of this type and label; null where there is none. */
  idOf(type: string, label: string): number | null;
  ownHeapBytes(): number;
  /** Our own collection: no census may take it for the program's. */
  own: object;
}

const MAX_SITES = 400;
const WATCHED_PER_SITE = 60;
const SOME_LASTING = 3;

export function createAsyncSites(core: Pick<ProbeCore, 'now' | 'cleanups'>): AsyncSites {
  const sites = new Map<string, Site>();
  const siteFor = (creation: Creation): Site | null => {
    const key = `${creation.type}|${creation.label ?? ''}|${keyOf(creation.frames)}`;
    const known = sites.get(key);
    if (known) return known;
    if (sites.size >= MAX_SITES) return null;
    const site = createSite(sites.size, creation);
    sites.set(key, site);
    return site;
  };
  core.cleanups.push(() => sites.clear());
  return {
    remember(creation) {
      const site = siteFor(creation);
      if (site) addTo(site, creation, core.now());
    },
    tidy() {
      const now = core.now();
      for (const site of sites.values()) if (site.refs.length > WATCHED_PER_SITE) sweep(site, now);
    },
    read() {
      const now = core.now();
      return [...sites.values()].map((site) => readSite(site, now));
    },
    lasting(type, millis) {
      const time = core.now() - millis;
      return [...sites.values()]
        .filter((site) => site.type === type)
        .flatMap((site) =>
          aliveSince(site, time)
            .slice(0, SOME_LASTING)
            .map((resource) => ({ site: site.id, resource })),
        );
    },
    idOf: (type, label) =>
      [...sites.values()].find((site) => site.type === type && site.label === label)?.id ?? null,
    own: sites,
    ownHeapBytes: () => [...sites.values()].reduce((sum, site) => sum + bytesOf(site), 0),
  };
}

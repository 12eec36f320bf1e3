// Kinds of requests that are one route: a parameter whose values are words ("/rates/eurusd") makes many kinds of one, and the
// router's own pattern ("/rates/:pair") says which belong together.
import type { AsyncSite, AsyncSiteRead } from '../async-resource.ts';

/** Requests that come in, in all their states. */
const SERVER = 'http.server.';

/** `routes`: by the label of some kinds of requests ("GET /rates/eurusd"), the pattern of its router ("/rates/:pair"). */
export function mergeRoutes(sites: readonly AsyncSite[], routes: ReadonlyMap<string, string>): AsyncSite[] {
  const labels = new Set(
    sites.flatMap(({ type, label }) => (type.startsWith(SERVER) && label ? [label] : [])),
  );
  const renamed = new Map<string, string>();
  for (const [known, route] of routes) {
    const [method = ''] = known.split(' ', 1);
    const own = [...labels].filter((label) => isOfRoute(label, method, route));
    if (own.length > 1) for (const label of own) renamed.set(label, `${method} ${route}`);
  }
  if (renamed.size === 0) return [...sites];
  const merged: AsyncSite[] = [];
  for (const site of sites) {
    const { type, label = '', serving = '' } = site;
    const name = renamed.get(label);
    if (!type.startsWith(SERVER) || name === undefined) {
      merged.push({ ...site, serving: renamed.get(serving) ?? site.serving });
      continue;
    }
    const at = merged.findIndex(
      (other) => other.type === type && other.label === name && isSameStack(other, site),
    );
    if (at < 0) merged.push({ ...site, label: name });
    else merged[at] = addUp(merged[at]!, site);
  }
  return merged;
}

/** "GET /orders/#" is one of "/orders/:id", and so is "GET /rates/eurusd" of "/rates/:pair". */
function isOfRoute(label: string, method: string, route: string): boolean {
  if (!label.startsWith(`${method} `)) return false;
  const parts = label.slice(method.length + 1).split('/');
  const wanted = route.split('/');
  return (
    parts.length === wanted.length &&
    wanted.every((part, i) => part.startsWith(':') || part.replace(/\d+/g, '#') === parts[i])
  );
}

function isSameStack(a: AsyncSite, b: AsyncSite): boolean {
  return JSON.stringify(a.frames) === JSON.stringify(b.frames);
}

function addUp(a: AsyncSite, b: AsyncSite): AsyncSite {
  const times = [...new Set([...a.reads, ...b.reads].map(({ atMillis }) => atMillis))].sort((x, y) => x - y);
  const at = (site: AsyncSite, time: number) => site.reads.find(({ atMillis }) => atMillis === time);
  const handler = a.handler ?? b.handler;
  return {
    ...a,
    ...(handler && { handler }),
    reads: times.map((time) => sumOf([at(a, time), at(b, time)].flatMap((read) => read ?? []))),
  };
}

function sumOf(reads: readonly AsyncSiteRead[]): AsyncSiteRead {
  const sum = (name: 'made' | 'watched' | 'alive' | 'oldWatched' | 'oldAlive') =>
    reads.reduce((total, read) => total + read[name], 0);
  const dropped = reads.flatMap(({ oldDropped }) => oldDropped ?? []);
  return {
    atMillis: reads[0]!.atMillis,
    made: sum('made'),
    watched: sum('watched'),
    alive: sum('alive'),
    oldWatched: sum('oldWatched'),
    oldAlive: sum('oldAlive'),
    oldestMillis: Math.max(...reads.map(({ oldestMillis = 0 }) => oldestMillis)),
    ...(dropped.length > 0 && { oldDropped: dropped.reduce((total, count) => total + count, 0) }),
  };
}

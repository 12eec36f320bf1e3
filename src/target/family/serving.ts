// Which members of a family do the work: the workers of a cluster's primary, the program behind a wrapper, the apps of a process
// manager. Members that do the same work are one unit.
import type { NodeProcess } from '../processes.ts';
import { appPorts } from './family.ts';

/** Processes that do the same work side by side: workers of one cluster, instances of one app. Mostly one. */
export interface Unit {
  members: NodeProcess[];
  /** Why it is looked at in place of what was named, as a sentence; absent: it is what was named. */
  why?: string;
}

export interface Family {
  processes: readonly NodeProcess[];
  /** Whether a process holds connections to the port that was asked for; absent: no port was. */
  serves?: (pid: number) => boolean;
}

/** The units that do the work of what was named; never empty. */
export function servingUnits(named: readonly NodeProcess[], family: Family): Unit[] {
  const units = new Map<string, Unit>();
  for (const entry of named)
    for (const { members, why } of unitsOf(entry, family, new Set())) {
      const key = unitKey(members[0]!);
      const known = units.get(key) ?? { members: [], ...(why !== undefined && { why }) };
      // What was named itself needs no reason.
      if (why === undefined) delete known.why;
      for (const member of members) if (!known.members.includes(member)) known.members.push(member);
      units.set(key, known);
    }
  return oneOfTree([...units.values()], family);
}

/** Workers of one primary, and instances of one app under one manager, do the same. */
function unitKey({ pid, argv, family: { role, parent, app } }: NodeProcess): string {
  if (parent === undefined) return String(pid);
  if (role === 'cluster worker') return `${parent} ${app ?? ''}`;
  // Programs that one npm script starts carry its name, and need not be the same.
  return role === 'program' && app !== undefined ? `${parent} ${app} ${argv.join('\0')}` : String(pid);
}

function unitsOf(entry: NodeProcess, family: Family, seen: Set<number>): Unit[] {
  if (seen.has(entry.pid)) return [];
  seen.add(entry.pid);
  const { role, children } = entry.family;
  const below = family.processes.filter(({ pid }) => children.includes(pid));
  const name = `Process ${entry.pid} (${entry.command})`;
  if (role === 'wrapper' && below.length > 0) {
    const inner = below.flatMap((child) => unitsOf(child, family, seen));
    const why = `${name} only starts the program and waits for it.`;
    return inner.map((unit) => ({ ...unit, why: unit.why ?? why }));
  }
  if (role === 'cluster primary') {
    const workers = below.filter((child) => child.family.role === 'cluster worker');
    return [{ members: workers, why: `${name} is the primary of a cluster, whose workers do the work.` }];
  }
  if (role === 'process manager' && below.length > 0) return appsOf(below, name, family, seen);
  return [{ members: [entry] }];
}

/** A manager holds the ports of its apps: those with connections to the one that was asked for, where any has. */
function appsOf(children: NodeProcess[], name: string, family: Family, seen: Set<number>): Unit[] {
  const { serves } = family;
  const sharing = serves ? children.filter((child) => child.family.role === 'cluster worker') : children;
  const busy = serves ? sharing.filter(({ pid }) => serves(pid)) : [];
  const apps = new Set(busy.map((child) => child.family.app));
  const meant = busy.length > 0 ? sharing.filter((child) => apps.has(child.family.app)) : sharing;
  const from = meant.length > 0 ? meant : children;
  const why = `${name} manages the processes that do the work.`;
  return from
    .flatMap((child) => unitsOf(child, family, seen))
    .map((unit) => ({ ...unit, why: unit.why ?? why }));
}

/** Others of the same tree that do the work, with the most memory first: workers, or those that listen. */
export function servingRelatives(pid: number, processes: readonly NodeProcess[]): NodeProcess[] {
  const byPid = new Map(processes.map((entry) => [entry.pid, entry]));
  const own = byPid.get(pid);
  if (!own) return [];
  const root = rootOf(own, byPid);
  const does = (entry: NodeProcess) =>
    entry.family.role === 'cluster worker' ||
    (['program', 'child'].includes(entry.family.role) && appPorts(entry).length > 0);
  return processes
    .filter((entry) => entry.pid !== pid && does(entry) && rootOf(entry, byPid) === root)
    .sort((a, b) => (b.rssBytes ?? 0) - (a.rssBytes ?? 0))
    .slice(0, MOST_RELATIVES);
}

const MOST_RELATIVES = 4;

function rootOf(entry: NodeProcess, byPid: ReadonlyMap<number, NodeProcess>): number {
  const seen = new Set<number>();
  let at = entry;
  for (; at.family.parent !== undefined && !seen.has(at.pid); at = byPid.get(at.family.parent) ?? at)
    seen.add(at.pid);
  return at.pid;
}

/** Of a program and the helpers that it forked, all named by one word, it is the one that listens. */
function oneOfTree(units: Unit[], { processes }: Family): Unit[] {
  const byPid = new Map(processes.map((entry) => [entry.pid, entry]));
  const roots = new Set(units.map(({ members }) => rootOf(members[0]!, byPid)));
  const serving = units.filter(({ members }) => members.some((member) => appPorts(member).length > 0));
  const isManaged = units.some(({ members }) =>
    members.some(({ family: { parent } }) => byPid.get(parent ?? 0)?.family.role === 'process manager'),
  );
  return roots.size === 1 && serving.length === 1 && !isManaged ? serving : units;
}

/**
 * One of a unit, and in a sentence or two why it; no sentence where it is what was named. `serves`: it holds connections now. Clients
 * that keep theirs open may all be with one worker, and then the others do nothing.
 */
export function chooseMember(
  { members, why }: Unit,
  serves: (member: NodeProcess) => boolean,
): { member: NodeProcess; note?: string } {
  const [first] = members;
  if (members.length === 1)
    return {
      member: first!,
      ...(why !== undefined && { note: `${why} culprit captures process ${first!.pid}.` }),
    };
  const serving = members.filter(serves);
  const isTold = serving.length > 0 && serving.length < members.length;
  const largest = (isTold ? serving : members).reduce((a, b) =>
    (b.rssBytes ?? 0) > (a.rssBytes ?? 0) ? b : a,
  );
  const of =
    why === undefined
      ? `Of ${members.length} processes that do the same work`
      : `${why} Of ${members.length}`;
  const which = isTold
    ? serving.length === 1
      ? 'the only one with connections'
      : `the one of the ${serving.length} with connections that uses the most memory`
    : 'which uses the most memory';
  const note = `${of}, culprit captures process ${largest.pid}, ${which}; --all captures all of them side by side.`;
  return { member: largest, note };
}

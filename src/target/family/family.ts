// Which processes belong together and the role of each: a cluster's primary and its workers, a process manager and its apps,
// a tool that starts a program and waits for it. Inferred from parents, command lines, ports and their initial environment.
import { basename } from 'node:path';
import { ownerOf } from '../../model/owner/owner.ts';
import type { ListeningPort } from '../proc/sockets.ts';
import { commandWords, runsTheSame } from './command-words.ts';
import type { LaunchMarks } from './launch-marks.ts';

/** `wrapper`: npm, a watcher, a runner of TypeScript. `child`: forked by a program, as pools of processes do. */
export const ROLES = [
  'program',
  'wrapper',
  'cluster primary',
  'cluster worker',
  'process manager',
  'child',
] as const;
export type Role = (typeof ROLES)[number];

/** Where a process stands among those of the list. */
export interface FamilyPlace {
  role: Role;
  /** The process that started it, through a shell or not; absent when none of the list did. */
  parent?: number;
  /** By pid. */
  children: number[];
  /** PM2's name for it, what it calls itself in traces, or the package whose script it is. */
  app?: string;
  /** Its parent has ended, and was to live as long as it does. */
  isOrphan?: true;
  /** Ports that it serves and another member holds: a worker's primary, a wrapper's program. */
  familyPorts?: number[];
}

/** What is known of each process. */
export interface Kin {
  pid: number;
  /** The nearest process above it that shells do not hide. */
  startedBy?: number;
  argv: readonly string[];
  marks: LaunchMarks;
  listeningPorts: readonly ListeningPort[];
}

/** One for each of `kin`, by pid. */
export function findFamilies(kin: readonly Kin[]): Map<number, FamilyPlace> {
  const byPid = new Map(kin.map((one) => [one.pid, one]));
  const childrenOf = new Map<number, Kin[]>();
  for (const one of kin) {
    if (one.startedBy === undefined || !byPid.has(one.startedBy)) continue;
    childrenOf.set(one.startedBy, [...(childrenOf.get(one.startedBy) ?? []), one]);
  }
  const places = new Map<number, FamilyPlace>();
  for (const one of kin) {
    const children = childrenOf.get(one.pid) ?? [];
    const parent = one.startedBy === undefined ? undefined : byPid.get(one.startedBy);
    places.set(one.pid, {
      role: roleOf(one, parent, children),
      ...(parent && { parent: parent.pid }),
      children: children.map(({ pid }) => pid),
      ...(isOrphan(one, parent) && { isOrphan: true }),
    });
  }
  for (const one of kin) {
    const place = places.get(one.pid)!;
    const name = appName(one, place, places);
    if (name !== undefined) place.app = name;
    const ports = familyPorts(place, places, byPid);
    if (ports.length > 0) place.familyPorts = ports;
  }
  return places;
}

function roleOf(one: Kin, parent: Kin | undefined, children: readonly Kin[]): Role {
  if (isManager(one, children)) return 'process manager';
  if (one.marks.isClusterWorker) return 'cluster worker';
  if (children.some(({ marks }) => marks.isClusterWorker)) return 'cluster primary';
  if (isWrapper(one, children)) return 'wrapper';
  const isForked = one.marks.hasChannel === true && parent !== undefined;
  return isForked && !isManager(parent, [one]) && !isWrapper(parent, [one]) ? 'child' : 'program';
}

/** What a fork-mode app starts itself has inherited the app's variables: the manager alone has none. */
function isManager({ marks }: Kin, children: readonly Kin[]): boolean {
  return marks.pm2 === undefined && children.some((child) => child.marks.pm2 !== undefined);
}

/** Yarn keeps itself in a project as `.yarn/releases/yarn-4.18.1.cjs`. */
const PACKAGE_MANAGER = /^(npm|npx|yarn|yarnpkg|pnpm|pnpx|corepack)(-cli|-\d+\.\d[\w.-]*?)?(\.[cm]?js)?$/;

/** By its title ("npm run start") or its script. */
export function isPackageManager(argv: readonly string[]): boolean {
  const { program, script = '' } = commandWords(argv);
  return PACKAGE_MANAGER.test(basename(program)) || PACKAGE_MANAGER.test(basename(script));
}

/** Waits for a program: npm and its kin, `node --watch`, `node --run`, a tool that was told the script that its child runs. */
function isWrapper(one: Kin, children: readonly Kin[]): boolean {
  if (isPackageManager(one.argv)) return true;
  const own = commandWords(one.argv);
  if (own.flags.some((flag) => /^--(watch|watch-path|run)(=|$)/.test(flag))) return true;
  if (children.length === 0 || appPorts(one).length > 0) return false;
  // With itself as its script it is a pool of its own, unless a flag of Node's says otherwise.
  const asTool = { ...own, script: own.args[0], args: own.args.slice(1) };
  if (children.some(({ argv }) => runsTheSame(asTool, commandWords(argv)))) return true;
  // `next dev`: the server that it starts gave itself a title.
  const serving = children.filter((child) => appPorts(child).length > 0);
  return isTool(own.script) && serving.length === 1;
}

const isTool = (script: string | undefined) => script !== undefined && ownerOf(script) === 'library';

/** Listening ports, without those that an inspector usually has. */
export function appPorts({ listeningPorts }: Pick<Kin, 'listeningPorts'>): number[] {
  const ports = listeningPorts.map(({ port }) => port).filter((port) => port < 9229 || port >= 9329);
  return [...new Set(ports)];
}

/** A daemon leaves its parent on purpose: only a worker without its primary is told. */
function isOrphan({ marks }: Kin, parent: Kin | undefined): boolean {
  return marks.isClusterWorker === true && parent === undefined;
}

function appName(
  { marks }: Kin,
  place: FamilyPlace,
  places: ReadonlyMap<number, FamilyPlace>,
): string | undefined {
  if (place.role === 'process manager') return undefined;
  if (marks.pm2) return marks.pm2.name;
  if (marks.serviceName !== undefined) return marks.serviceName;
  // A shell that npm opened hands the name on to whatever is started in it.
  for (let up = place.parent; up !== undefined; up = places.get(up)?.parent)
    if (places.get(up)?.role === 'wrapper') return marks.packageName;
  return undefined;
}

function familyPorts(
  { role, parent, children }: FamilyPlace,
  places: ReadonlyMap<number, FamilyPlace>,
  byPid: ReadonlyMap<number, Kin>,
): number[] {
  if (role === 'cluster worker' && parent !== undefined) {
    // A manager holds the ports of all of its apps.
    const isShared = places.get(parent)?.role === 'process manager';
    return isShared && appsOf(parent, places, byPid).size > 1 ? [] : appPorts(byPid.get(parent)!);
  }
  if (role !== 'wrapper') return [];
  return [...new Set(children.flatMap((child) => appPorts(byPid.get(child)!)))];
}

/** Names of the apps that share the ports of a manager. */
function appsOf(
  manager: number,
  places: ReadonlyMap<number, FamilyPlace>,
  byPid: ReadonlyMap<number, Kin>,
): Set<string> {
  const workers = (places.get(manager)?.children ?? []).map((pid) => byPid.get(pid)!);
  return new Set(
    workers.filter(({ marks }) => marks.isClusterWorker).map(({ marks }) => marks.pm2?.name ?? ''),
  );
}

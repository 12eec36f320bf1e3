// From the <target> word of the command line to one process or one inspector, or an error that lists the choice.
import { basename } from 'node:path';
import { UsageError } from '../errors.ts';
import { describeChoices } from './family/choices.ts';
import { isPackageManager } from './family/family.ts';
import { chooseMember, servingUnits, type Unit } from './family/serving.ts';
import type { NodeProcess } from './processes.ts';
import { isNotHere, type NotHere, type ProcessTable } from './table/process-table.ts';
import { processTable } from './table/system-table.ts';
import { ADDRESS_HINT, PS_HINT, type TargetSpec, toAddress, withAddress } from './target-word.ts';

/** One target. Hosts are IP addresses or "localhost": Node's inspector refuses every other Host header. */
export type ResolvedTarget =
  | {
      kind: 'process';
      pid: number;
      /** Why it is this process, where another was named: a sentence or two. */
      note?: string;
      /** The name that a process manager, its traces or its package give it. */
      app?: string;
    }
  | { kind: 'inspector'; host: string; port: number }
  | { kind: 'web-socket'; url: string };

/** Several processes may be meant. Each of `choices` tells itself apart from the others. */
export class SeveralMatch extends UsageError {
  readonly choices: readonly NodeProcess[];
  constructor(choices: readonly NodeProcess[], what: string) {
    super(
      `Several processes match ${what}:\n${describeChoices(choices).join('\n')}`,
      'Choose one by its pid.',
    );
    this.choices = choices;
  }
}

/** What the family of the target is, and how much of it is wanted. */
export interface ResolveOptions {
  table?: ProcessTable;
  /** Exactly what was named, also where it is a wrapper or the primary of a cluster. */
  isExact?: boolean;
}

interface Named {
  found: readonly NodeProcess[];
  what: string;
  /** The port that was asked for. */
  port?: number;
}

interface Resolving extends ResolveOptions {
  table: ProcessTable;
  processes: readonly NodeProcess[];
}

function unitsFor({ found, port }: Named, { processes, isExact, table }: Resolving): Unit[] {
  if (isExact) return found.map((entry) => ({ members: [entry] }));
  return servingUnits(found, {
    processes,
    ...(port !== undefined && { serves: (pid: number) => table.hasConnectionsTo(port, pid) }),
  });
}

function chooseOne(named: Named, resolving: Resolving): ResolvedTarget {
  const units = unitsFor(named, resolving);
  const serves = ({ pid, family }: NodeProcess) => {
    const ports = named.port === undefined ? (family.familyPorts ?? []) : [named.port];
    return ports.some((port) => resolving.table.hasConnectionsTo(port, pid));
  };
  const chosen = units.map((unit) => chooseMember(unit, serves));
  if (chosen.length > 1)
    throw new SeveralMatch(
      chosen.map(({ member }) => member),
      named.what,
    );
  const { member, note } = chosen[0]!;
  const { app } = member.family;
  return {
    kind: 'process',
    pid: member.pid,
    ...(note !== undefined && { note }),
    ...(app !== undefined && { app }),
  };
}

/** By port, those of whoever listens; throws UsageError with who holds it where that is no process of the list. */
function namedByPort(port: number, { processes, table }: Resolving): Named | 'ask the port' {
  const found = processes.filter((entry) =>
    entry.listeningPorts.some((listening) => listening.port === port),
  );
  if (found.length > 0) return { found, what: `:${port}`, port };
  // Where nobody tells who listens: asked as an inspector, the port can still answer for itself.
  if (isNotHere(table.pids())) return 'ask the port';
  const holder = table.portHolder(port);
  if (!holder) throw new UsageError(`Nothing listens on port ${port}.`, PS_HINT);
  const who = holder.pid === undefined ? holder.command : `process ${holder.pid} (${holder.command})`;
  if (holder.pid === undefined)
    throw new UsageError(`Port ${port} is held by ${who}.`, 'Run as that user or as root.');
  throw new UsageError(`Port ${port} is held by ${who}, which is not a Node.js process.`, PS_HINT);
}

/** Our own process and those that started it: `npx culprit diagnose server.js` names server.js in each of them. */
function ownFamily(table: ProcessTable): Set<number> {
  const family = new Set<number>();
  for (let pid = process.pid; pid > 1 && !family.has(pid); pid = table.stat(pid)?.parentPid ?? 0)
    family.add(pid);
  return family;
}

/** The first words of the code that a recorder starts from: how others of us know it. */
export const RECORDER_MARK = '/*culprit*/';

type Started = Pick<NodeProcess, 'pid' | 'argv'>;

const isCulprit = ({ argv }: Started) =>
  argv.slice(0, 2).some((argument) => /^(kubectl-)?culprit(-recorder)?(\.c?js)?$/.test(basename(argument))) ||
  argv.some((argument) => argument.startsWith(RECORDER_MARK)) ||
  /^- (record|ps)\b/.test(argv.slice(1, 3).join(' '));

/** A wrapper whose program is not there is no program itself. */
const isEmptyWrapper = ({ family }: NodeProcess) => family.role === 'wrapper' && family.children.length === 0;

/** Without ourselves and those that started us. */
function strangersAmong<P extends Started>(processes: readonly P[], table: ProcessTable): P[] {
  const family = ownFamily(table);
  return processes.filter((entry) => !family.has(entry.pid) && !isCulprit(entry));
}

/** The programs with `pattern` in their command line, or all with "": for whoever knows nothing of their families. */
export function programsLike<P extends Started>(
  pattern: string,
  processes: readonly P[],
  table = processTable(),
): P[] {
  const matching = strangersAmong(processes, table).filter(({ argv }) => argv.join(' ').includes(pattern));
  const programs = matching.filter(({ argv }) => !isPackageManager(argv));
  return programs.length > 0 ? programs : matching;
}

/** The one Node.js program that runs here, as in most containers. Throws UsageError when there is none, or several. */
export function resolveOnly(processes: readonly NodeProcess[], table = processTable()): ResolvedTarget {
  const strangers = strangersAmong(processes, table);
  const programs = strangers.filter((entry) => !isEmptyWrapper(entry));
  const ofNode = programs.filter(({ runtime }) => runtime === 'Node.js');
  if (programs.length === 0)
    throw new UsageError(
      'No Node.js process can be seen here.',
      'The program may run in another container or have ended. If it is packaged so that culprit does not recognise it, give its pid.',
    );
  const found = ofNode.length > 0 ? ofNode : programs;
  return chooseOne({ found, what: 'here' }, { processes: strangers, table });
}

/** Where the system does not show its processes. */
export function nothingVisible({ notHere }: NotHere): UsageError {
  return new UsageError(`No process can be found: ${notHere}.`, ADDRESS_HINT);
}

/** By a name that a process manager gave, or a part of the command line. */
function namedByPattern(pattern: string, { processes, table }: Resolving): Named {
  const pids = table.pids();
  if (isNotHere(pids)) throw nothingVisible(pids);
  const others = strangersAmong(processes, table);
  const byName = others.filter((entry) => entry.family.app === pattern);
  const matching =
    byName.length > 0 ? byName : others.filter((entry) => entry.argv.join(' ').includes(pattern));
  const programs = matching.filter((entry) => !isEmptyWrapper(entry));
  const found = programs.length > 0 ? programs : matching;
  if (found.length === 0)
    throw new UsageError(`No Node.js process has "${pattern}" in its command line.`, PS_HINT);
  return { found, what: `"${pattern}"` };
}

/** Who is meant by the word; an address where only the address can tell. */
async function name(spec: TargetSpec, resolving: Resolving): Promise<Named | ResolvedTarget> {
  switch (spec.kind) {
    case 'pid': {
      const found = resolving.processes.filter(({ pid }) => pid === spec.pid);
      if (found.length > 0) return { found, what: String(spec.pid) };
      // A process of another program is there, and is refused with what it is.
      if (!resolving.table.stat(spec.pid) && !isNotHere(resolving.table.pids()))
        throw new UsageError(`There is no process ${spec.pid}.`, PS_HINT);
      return { kind: 'process', pid: spec.pid };
    }
    case 'port': {
      const named = namedByPort(spec.port, resolving);
      return named === 'ask the port' ? { kind: 'inspector', host: '127.0.0.1', port: spec.port } : named;
    }
    case 'inspector':
      return nameByAddress(await toAddress(spec.host), spec.port, resolving);
    case 'web-socket':
      return { kind: 'web-socket', url: await withAddress(spec.url) };
    case 'pattern':
      return namedByPattern(spec.pattern, resolving);
  }
}

/** An inspector on this machine may be that of npm, or of a cluster's primary. */
function nameByAddress(host: string, port: number, resolving: Resolving): Named | ResolvedTarget {
  const isHere = host.startsWith('127.') || host === '::1' || host.toLowerCase() === 'localhost';
  const found = resolving.processes.filter(({ listeningPorts }) =>
    listeningPorts.some((listening) => listening.port === port),
  );
  const others = isHere
    ? unitsFor({ found, what: '' }, resolving).filter(({ why }) => why !== undefined)
    : [];
  return others.length === 0 ? { kind: 'inspector', host, port } : { found, what: `${host}:${port}` };
}

const isNamed = (meant: Named | ResolvedTarget): meant is Named => 'found' in meant;

/**
 * The one process or inspector meant: of a family the member that does the work, unless `isExact`. `processes` come from
 * listNodeProcesses(). Does not judge whether it can be attached to. Throws UsageError when nothing matches, SeveralMatch
 * when more than one does.
 */
export async function resolveTarget(
  spec: TargetSpec,
  processes: readonly NodeProcess[],
  { table = processTable(), isExact }: ResolveOptions = {},
): Promise<ResolvedTarget> {
  const resolving = { table, isExact, processes };
  const meant = await name(spec, resolving);
  return isNamed(meant) ? chooseOne(meant, resolving) : meant;
}

/** All processes that do the work of what is meant, by pid. Throws UsageError when nothing matches, or only an address is known. */
export async function resolveAll(
  spec: TargetSpec,
  processes: readonly NodeProcess[],
  table = processTable(),
): Promise<NodeProcess[]> {
  const resolving = { table, processes };
  const meant = await name(spec, resolving);
  if (!isNamed(meant))
    throw new UsageError(
      '--all needs Node.js processes on this machine.',
      'Name the family by a port, a pid or a part of its command line; see `culprit ps`.',
    );
  const members = unitsFor(meant, resolving).flatMap((unit) => unit.members);
  return members.sort((a, b) => a.pid - b.pid);
}

// Every process here that runs JavaScript: its state, its family, and whether culprit could attach.
import { type Attachability, checkAttachable } from './attachability.ts';
import { shownCommand } from './family/command-words.ts';
import { type FamilyPlace, findFamilies } from './family/family.ts';
import { type LaunchMarks, readLaunchMarks } from './family/launch-marks.ts';
import { readInspectorEndpoint } from './inspector/inspector-address.ts';
import { likelyInspectorPorts, readNodeFlags } from './inspector/inspector-ports.ts';
import { checkPort, type PortHolders, portHolders } from './inspector/port-conflict.ts';
import { shortCommand } from './proc/command.ts';
import type { ListeningPort } from './proc/sockets.ts';
import { type Runtime, type RuntimeName, readRuntime } from './program/runtime.ts';
import { type ProcessTable, visiblePids } from './table/process-table.ts';
import { processTable } from './table/system-table.ts';

/** 'unknown': its fds may not be read, its network is not ours, or a port accepted but did not answer. */
export type InspectorState = { state: 'open'; host: string; port: number } | { state: 'closed' | 'unknown' };

/** One running process of Node.js or of a runtime like it. Absent fields could not be read. */
export interface NodeProcess {
  pid: number;
  runtime: RuntimeName;
  /** "v20.20.2", or null when the program file does not tell. */
  version: string | null;
  ageSeconds?: number;
  rssBytes?: number;
  uid?: number;
  threads?: number;
  /** R, S, D, Z, T, t as Linux has them. */
  state: string;
  /** In the unit of the system; with the pid, its identity. */
  startTicks: number;
  /** All arguments as they are: for matching, not for showing (they may hold secrets). */
  argv: string[];
  /** For showing: shortened, secrets masked. */
  command: string;
  listeningPorts: ListeningPort[];
  inspector: InspectorState;
  attachable: Attachability;
  family: FamilyPlace;
}

type Described = Omit<NodeProcess, 'inspector' | 'attachable' | 'family'> & {
  startedBy?: number;
  marks: LaunchMarks;
};

export interface ListOptions {
  table?: ProcessTable;
  /**
   * Asks the ports that an inspector is likely to listen on, and whether another process has the one that it would open: up to
   * 300 ms. Otherwise the inspector is "unknown", and so is that.
   */
  asksPorts?: boolean;
}

const ANSWER_MILLIS = 300;
async function findInspector(candidates: readonly ListeningPort[]): Promise<InspectorState> {
  const asked = candidates.map(async ({ address, port }): Promise<InspectorState> => {
    const host = address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address;
    const start = performance.now();
    try {
      await readInspectorEndpoint(host, port, ANSWER_MILLIS);
      return { state: 'open', host, port };
    } catch {
      return { state: performance.now() - start < ANSWER_MILLIS ? 'closed' : 'unknown' };
    }
  });
  const answers = await Promise.all(asked);
  return (
    answers.find(({ state }) => state === 'open') ??
    answers.find(({ state }) => state === 'unknown') ?? { state: 'closed' }
  );
}

/** A script behind long flags is still in there. */
export const LONGEST_COMMAND = 2_000;
const SHOWN_COMMAND = 80;

/** A shell that runs one command hides who started it; one that a person types into starts what it runs itself. */
const SHELLS = /^(ba|da|z|a|k)?sh$/;
const MOST_SHELLS = 4;

function findStarter(parentPid: number, table: ProcessTable): number | undefined {
  let pid = parentPid;
  // In a container process 1 may be the program itself.
  for (let shells = 0; pid > 0 && shells < MOST_SHELLS; shells++) {
    const [program = '', flag] = table.argv(pid) ?? [];
    if (!SHELLS.test(program.slice(program.lastIndexOf('/') + 1)) || flag !== '-c') return pid;
    pid = table.stat(pid)?.parentPid ?? 0;
  }
  return undefined;
}

function describeProcess(pid: number, runtime: Runtime, table: ProcessTable): Described | undefined {
  const stat = table.stat(pid);
  if (!stat) return undefined;
  const status = table.status(pid);
  const argv = table.argv(pid) ?? [];
  return {
    pid,
    runtime: runtime.name,
    version: runtime.version,
    ageSeconds: table.ageSeconds(stat.startTicks),
    rssBytes: status?.rssBytes,
    uid: status?.uid,
    threads: status?.threads,
    state: stat.state,
    startTicks: stat.startTicks,
    argv,
    command: shownCommand(shortCommand(argv, stat.comm, LONGEST_COMMAND), SHOWN_COMMAND),
    listeningPorts: table.listeningPorts(pid),
    startedBy: findStarter(stat.parentPid, table),
    marks: readLaunchMarks(pid, table),
  };
}

async function askInspector(
  { pid, runtime, listeningPorts }: Described,
  table: ProcessTable,
): Promise<InspectorState> {
  // Asking 127.0.0.1 for a port of another namespace would reach a stranger in ours.
  if (runtime !== 'Node.js' || !table.sharesNetwork(pid)) return { state: 'unknown' };
  return findInspector(likelyInspectorPorts(listeningPorts, readNodeFlags(pid, table)));
}

/** As attaching would find it: an inspector that is closed needs its port. */
function judge(
  pid: number,
  inspector: InspectorState,
  { table, holders }: { table: ProcessTable; holders: PortHolders },
): Attachability {
  const attachable = checkAttachable(pid, { table, isInspectorOpen: inspector.state === 'open' });
  if (!attachable.ok || inspector.state !== 'closed') return attachable;
  return checkPort(pid, table, holders) ?? attachable;
}

/** Every such process except our own, by pid; empty where the system does not show its processes. */
export async function listNodeProcesses(options: ListOptions = {}): Promise<NodeProcess[]> {
  const { table = processTable(), asksPorts = true } = options;
  // All files first: while one is read, no answer of an inspector is heard.
  const described = visiblePids(table).flatMap((pid) => {
    const runtime = pid === process.pid ? null : readRuntime(pid, table);
    return (runtime && describeProcess(pid, runtime, table)) ?? [];
  });
  const inspectors = await Promise.all(
    described.map((entry): InspectorState | Promise<InspectorState> =>
      asksPorts ? askInspector(entry, table) : { state: 'unknown' },
    ),
  );
  const families = findFamilies(described);
  const holders = portHolders(table);
  return described.map(({ startedBy: _by, marks: _marks, ...entry }, index) => {
    const inspector = inspectors[index]!;
    const family = families.get(entry.pid)!;
    const attachable = judge(entry.pid, inspector, { table, holders });
    return { ...entry, inspector, attachable: withFamilyCure(attachable, family), family };
  });
}

/** What a wrapper starts is looked at in its place, so it needs no cure of its own. */
function withFamilyCure(attachable: Attachability, { role, children }: FamilyPlace): Attachability {
  const [program] = children;
  if (attachable.ok || role !== 'wrapper' || program === undefined) return attachable;
  return { ...attachable, cure: `Diagnose the program that it starts and waits for, process ${program}.` };
}

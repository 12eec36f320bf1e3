// What `culprit ps` shows: every Node process here with its state and whether we could attach.
import { type Attachability, checkAttachable } from '../attachability.ts';
import { readInspectorEndpoint } from '../inspector-address.ts';
import { likelyInspectorPorts, readNodeFlags } from '../inspector-ports.ts';
import { isNodeProcess, readNodeVersion } from '../node-binary.ts';
import { shortCommand } from './command.ts';
import { ageSeconds, listPids, readCmdline, readStat, readStatus } from './proc.ts';
import { known, readLink } from './proc-file.ts';
import { type ListeningPort, listeningPorts } from './sockets.ts';

/** 'unknown': its fds may not be read, its network is not ours, or a port accepted but did not answer. */
export type InspectorState = { state: 'open'; host: string; port: number } | { state: 'closed' | 'unknown' };

/** One running Node process. Absent fields could not be read. */
export interface NodeProcess {
  pid: number;
  /** "v20.20.2", or null when the program file does not tell. */
  version: string | null;
  ageSeconds?: number;
  rssBytes?: number;
  uid?: number;
  threads?: number;
  /** R, S, D, Z, T, t as in /proc. */
  state: string;
  /** Clock ticks since boot; with the pid, its identity. */
  startTicks: number;
  /** All arguments as they are: for matching, not for showing (they may hold secrets). */
  argv: string[];
  /** For showing: shortened, secrets masked. */
  command: string;
  listeningPorts: ListeningPort[];
  inspector: InspectorState;
  attachable: Attachability;
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

function canSeePorts(pid: number, root: string): boolean {
  const ours = known(readLink(`${root}/self/ns/net`));
  // Asking 127.0.0.1 for a port of another namespace would reach a stranger in ours.
  return ours !== undefined && known(readLink(`${root}/${pid}/ns/net`)) === ours;
}

async function describeProcess(pid: number, root: string): Promise<NodeProcess | undefined> {
  const stat = readStat(pid, root);
  if (!stat) return undefined;
  const status = readStatus(pid, root);
  const argv = readCmdline(pid, root) ?? [];
  const ports = listeningPorts(pid, root);
  const inspector: InspectorState = canSeePorts(pid, root)
    ? await findInspector(likelyInspectorPorts(ports, readNodeFlags(pid, root)))
    : { state: 'unknown' };
  return {
    pid,
    version: readNodeVersion(pid, root),
    ageSeconds: ageSeconds(stat.startTicks, root),
    rssBytes: status?.rssBytes,
    uid: status?.uid,
    threads: status?.threads,
    state: stat.state,
    startTicks: stat.startTicks,
    argv,
    command: shortCommand(argv, stat.comm),
    listeningPorts: ports,
    inspector,
    attachable: checkAttachable(pid, { procRoot: root, isInspectorOpen: inspector.state === 'open' }),
  };
}

/**
 * Every Node process that /proc shows except our own, by pid; empty where there is no /proc. Takes up to 300 ms
 * when a port does not answer.
 */
export async function listNodeProcesses(root = '/proc'): Promise<NodeProcess[]> {
  const pids = listPids(root).filter((pid) => pid !== process.pid && isNodeProcess(pid, root));
  const described = await Promise.all(pids.map((pid) => describeProcess(pid, root)));
  return described.filter((entry) => entry !== undefined);
}

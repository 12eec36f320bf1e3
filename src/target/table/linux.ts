// The table of Linux, by /proc: each answer is read when it is asked for, and costs one file or a few.
import { countZombies, readChildren } from '../proc/children.ts';
import {
  ageSeconds,
  listPids,
  type ProcStatus,
  readCmdline,
  readCwd,
  readExe,
  readStat,
  readStatus,
} from '../proc/proc.ts';
import { known, readLink, readText } from '../proc/proc-file.ts';
import { hasConnectionsTo, listeningPorts, portHolder } from '../proc/sockets.ts';
import type { ProcessTable, SignalEffect } from './process-table.ts';

// Signal 10 on every Linux that Node runs on, hence bit 9.
const SIGUSR1_BIT = 1n << 9n;

const NO_PROC = { notHere: 'this system has no /proc to read' };

/** `root` is '/proc' except in tests. */
export function linuxTable(root = '/proc'): ProcessTable {
  return {
    system: 'Linux',
    procFolder: root,
    pids() {
      const pids = listPids(root);
      return pids.length > 0 ? pids : NO_PROC;
    },
    stat: (pid) => readStat(pid, root),
    status(pid) {
      const status = readStatus(pid, root);
      return status && { ...status, signal: signalEffect(status) };
    },
    ageSeconds: (startTicks) => ageSeconds(startTicks, root),
    argv: (pid) => readCmdline(pid, root),
    environ: (pid) => known(readText(`${root}/${pid}/environ`))?.split('\0'),
    folder: (pid) => known(readCwd(pid, root)),
    program(pid) {
      const path = known(readExe(pid, root));
      return {
        ...(path !== undefined && { path }),
        file: `${root}/${pid}/exe`,
        seenAt: (inside) => `${root}/${pid}/root${inside}`,
        library: (name) => findLibrary(known(readText(`${root}/${pid}/maps`)) ?? '', name),
      };
    },
    children: (pid) => readChildren(pid, root),
    zombies: (pids) => countZombies(pids, root),
    listeningPorts: (pid) => listeningPorts(pid, root),
    portHolder: (port) => portHolder(port, root),
    hasConnectionsTo: (port, pid) => hasConnectionsTo(port, pid, root),
    sharesNetwork(pid) {
      const ours = known(readLink(`${root}/self/ns/net`));
      const theirs = known(readLink(`${root}/${pid}/ns/net`));
      return ours === undefined || theirs === undefined ? undefined : ours === theirs;
    },
    asksSafely: false,
    openInspector: (pid) => void process.kill(pid, 'SIGUSR1'),
  };
}

/** A blocked signal stays pending, also where a handler waits for it. */
function signalEffect({ blockedSignals = 0n, caughtSignals = 0n }: ProcStatus): SignalEffect {
  if (blockedSignals & SIGUSR1_BIT) return 'blocked';
  return caughtSignals & SIGUSR1_BIT ? 'caught' : 'uncaught';
}

const findLibrary = (maps: string, name: RegExp) =>
  maps.match(/\/\S*$/gm)?.find((path) => name.test(path.slice(path.lastIndexOf('/') + 1)));

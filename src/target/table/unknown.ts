// The table of a system whose processes culprit cannot see: everything is said not to be available.
import type { ProcessTable } from './process-table.ts';

export function unknownTable(system: string): ProcessTable {
  const notHere = { notHere: `culprit cannot see the processes of this system (${system})` };
  return {
    system,
    procFolder: notHere,
    pids: () => notHere,
    stat: () => undefined,
    status: () => undefined,
    ageSeconds: () => undefined,
    argv: () => undefined,
    environ: () => undefined,
    folder: () => undefined,
    program: () => ({ file: '', seenAt: (inside) => inside, library: () => undefined }),
    children: () => [],
    zombies: () => [],
    listeningPorts: () => [],
    portHolder: () => null,
    hasConnectionsTo: () => false,
    sharesNetwork: () => undefined,
    asksSafely: false,
    openInspector() {
      throw new Error(notHere.notHere);
    },
  };
}

// Which port a process's inspector uses or would use, as far as its flags show. Only likely ports are ever queried: a
// request to the app's own port would show in its log.

import type { ListeningPort } from '../proc/sockets.ts';
import { isNotHere, type ProcessTable } from '../table/process-table.ts';
import { processTable } from '../table/system-table.ts';

const DEFAULT_PORT = 9229;
/** `--inspect` takes the next free one for cluster workers. */
const DEFAULT_PORTS = 100;

/** Node's own flags of a process: from its command line and from NODE_OPTIONS, where that may be read. */
export function readNodeFlags(pid: number, table: ProcessTable = processTable()): string[] {
  const environ = table.environ(pid) ?? [];
  const options = isNotHere(environ) ? undefined : environ.find((entry) => entry.startsWith('NODE_OPTIONS='));
  return [...(options?.slice('NODE_OPTIONS='.length).split(/\s+/) ?? []), ...(table.argv(pid) ?? [])];
}

/** The ports worth asking, the likeliest first. */
export function likelyInspectorPorts(
  ports: readonly ListeningPort[],
  flags: readonly string[],
): ListeningPort[] {
  const own = flags.filter((flag) => /^--(inspect|debug)/.test(flag));
  const isNamed = ({ port }: ListeningPort) => own.some((flag) => new RegExp(`[:=]${port}$`).test(flag));
  const isUsual = ({ address, port }: ListeningPort) =>
    isLoopback(address) && port >= DEFAULT_PORT && port < DEFAULT_PORT + DEFAULT_PORTS;
  // --inspect=0 takes any port, and a program that changed its title hides its flags: every loopback port may be it.
  const isHidden = flags.length === 1 && /\s|^[^/]*$/.test(flags[0]!) && flags[0] !== 'node';
  const isAnyPort =
    isHidden ||
    own.some(
      (flag) =>
        /^--inspect(-brk|-wait)?=(.*:)?0$/.test(flag) || /^--(inspect|debug)-port=(.*:)?0$/.test(flag),
    );
  return [
    ...ports.filter(isNamed),
    ...ports.filter((port) => !isNamed(port) && isUsual(port)),
    ...ports.filter((port) => !isNamed(port) && !isUsual(port) && isAnyPort && isLoopback(port.address)),
  ];
}

/** The port that SIGUSR1 would open; 0 is any free one. */
export function wantedInspectorPort(flags: readonly string[]): number {
  // The last flag wins, as it does in Node; the command line overrides NODE_OPTIONS.
  for (const flag of [...flags].reverse()) {
    const match = /^--(?:inspect|debug)(?:-port|-brk|-wait)?=(?:.*:)?(\d+)$/.exec(flag);
    if (match) return Number(match[1]);
  }
  return DEFAULT_PORT;
}

export function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}

// Parsers of the kernel's socket tables, /proc/<pid>/net/{tcp,tcp6,udp,udp6,unix}: text in, rows out.
// Formats: https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html, `man 5 proc` (net/unix).

/** One row. Addresses are absent for unix sockets, `path` for all others and for unnamed ones. */
export interface SocketRow {
  family: 'tcp' | 'udp' | 'unix';
  /** ESTABLISHED, CLOSE_WAIT, LISTEN, ...; UNCONNECTED for a UDP or unix socket without a peer. */
  state: string;
  localAddress?: string;
  localPort?: number;
  remoteAddress?: string;
  remotePort?: number;
  /** Of a unix socket; abstract names begin with "@". */
  path?: string;
  receiveQueueBytes?: number;
  sendQueueBytes?: number;
  /** TCP: what was sent got no answer and was sent again. */
  isResending?: boolean;
  /** TCP: the other side takes nothing more; it is asked again and again (zero window probe). */
  isWindowFull?: boolean;
  /** Joins the row with a "socket:[inode]" link among a process's fds. */
  inode: number;
}

// include/net/tcp_states.h, in the order of its numbers from 1.
const TCP_STATES = [
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT1',
  'FIN_WAIT2',
  'TIME_WAIT',
  'CLOSE',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'CLOSING',
];
const UNIX_STATES = ['FREE', 'UNCONNECTED', 'CONNECTING', 'CONNECTED', 'DISCONNECTING'];
const UNIX_ACCEPTS_FLAG = 0x10000;

// In "tr:tm->when", 4 is the timer of zero window probes; 1, the retransmit timer, runs whenever an answer is awaited.
const ZERO_WINDOW_TIMER = '04:';

/** An address of the table: 8 or 32 hex digits, each 32-bit word in little-endian byte order. */
export function decodeAddress(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) =>
    [6, 4, 2, 0].map((at) => Number.parseInt(word.slice(at, at + 2), 16)),
  );
  if (bytes.length === 4) return bytes.join('.');
  const isMapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  if (isMapped) return bytes.slice(12).join('.');
  const groups = Array.from({ length: 8 }, (_, i) => (bytes[i * 2]! * 256 + bytes[i * 2 + 1]!).toString(16));
  return compressZeros(groups);
}

/** Writes the longest run of zero groups as "::" (RFC 5952). */
function compressZeros(groups: string[]): string {
  const runs = [...groups.join(':').matchAll(/(?<![0-9a-f])0(?::0(?![0-9a-f]))+/g)];
  const longest = runs.sort((a, b) => b[0].length - a[0].length)[0];
  if (!longest) return groups.join(':');
  const text = groups.join(':');
  const head = text.slice(0, longest.index).replace(/:$/, '');
  const tail = text.slice(longest.index + longest[0].length).replace(/^:/, '');
  return `${head}::${tail}`;
}

function parseEndpoint(text: string): [address: string, port: number] {
  const [address = '', port = ''] = text.split(':');
  return [decodeAddress(address), Number.parseInt(port, 16)];
}

function parseInternetRow(line: string, family: 'tcp' | 'udp'): SocketRow | undefined {
  const fields = line.trim().split(/\s+/);
  const [, local, remote, state, queues, timer, resent, , , inode] = fields;
  if (!local || !remote || !state || !queues || !inode || inode === '0') return undefined;
  const [localAddress, localPort] = parseEndpoint(local);
  const [remoteAddress, remotePort] = parseEndpoint(remote);
  const [sendQueueBytes, receiveQueueBytes] = queues.split(':').map((hex) => Number.parseInt(hex, 16));
  const name = TCP_STATES[Number.parseInt(state, 16) - 1] ?? `state ${state}`;
  return {
    family,
    state: family === 'udp' && name === 'CLOSE' ? 'UNCONNECTED' : name,
    ...{ localAddress, localPort, remoteAddress, remotePort, receiveQueueBytes, sendQueueBytes },
    ...(family === 'tcp' && Number.parseInt(resent ?? '', 16) > 0 ? { isResending: true } : {}),
    ...(family === 'tcp' && timer?.startsWith(ZERO_WINDOW_TIMER) ? { isWindowFull: true } : {}),
    inode: Number(inode),
  };
}

/** A tcp, tcp6, udp or udp6 table. Rows without an inode (TIME_WAIT, orphans) belong to nobody and are left out. */
export function parseInternetTable(text: string, family: 'tcp' | 'udp'): SocketRow[] {
  const rows: SocketRow[] = [];
  for (const line of text.split('\n').slice(1)) {
    // A busy host holds tens of thousands in TIME_WAIT: skip them before the costly split.
    if (line.includes(' 06 ') && family === 'tcp') continue;
    const row = parseInternetRow(line, family);
    if (row) rows.push(row);
  }
  return rows;
}

/** The unix table; queues are not shown there. */
export function parseUnixTable(text: string): SocketRow[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const match = /^\S+: \S+ \S+ (\S+) \S+ (\S+)\s+(\d+)(?: (.*))?$/.exec(line);
      if (!match) return [];
      const accepts = (Number.parseInt(match[1]!, 16) & UNIX_ACCEPTS_FLAG) !== 0;
      const state = accepts ? 'LISTEN' : (UNIX_STATES[Number.parseInt(match[2]!, 16)] ?? `state ${match[2]}`);
      return [{ family: 'unix' as const, state, path: match[4] || undefined, inode: Number(match[3]) }];
    });
}

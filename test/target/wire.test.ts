import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSocketAges } from '../../src/target/proc/socket-ages.ts';
import { groupSockets } from '../../src/target/proc/socket-groups.ts';
import { parseInternetTable } from '../../src/target/proc/socket-table.ts';
import { readTcpCounters } from '../../src/target/proc/tcp-counters.ts';
import { addProcess, makeFolder, removeFolder } from './fake-proc.ts';

let root: string;
beforeEach(() => {
  root = makeFolder();
});
afterEach(() => removeFolder(root));

const SNMP = `Ip: Forwarding DefaultTTL
Ip: 2 64
Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab InSegs OutSegs RetransSegs InErrs OutRsts InCsumErrors
Tcp: 1 200 120000 -1 11 22 33 44 5 60 70 8 0 9 0
Udp: InDatagrams NoPorts
Udp: 892 0
`;
const NETSTAT = `TcpExt: SyncookiesSent ListenOverflows ListenDrops TCPTimeouts
TcpExt: 0 4 5 6
IpExt: InNoRoutes
IpExt: 0
`;
const SOCKSTAT = 'sockets: used 13\nTCP: inuse 1 orphan 0 tw 77 alloc 1 mem 0\n';

describe('readTcpCounters', () => {
  it('finds the counters by their names, in whatever order a kernel has them', () => {
    addProcess(root, 42, { files: { 'net/snmp': SNMP, 'net/netstat': NETSTAT, 'net/sockstat': SOCKSTAT } });
    expect(readTcpCounters(42, root)).toEqual({
      segmentsSent: 70,
      segmentsResent: 8,
      establishedResets: 44,
      resetsSent: 9,
      outgoingOpens: 11,
      failedOpens: 33,
      listenOverflows: 4,
      listenDrops: 5,
      timeouts: 6,
      timeWait: 77,
    });
  });

  it('leaves absent what a kernel does not count, and is undefined when nothing can be read', () => {
    addProcess(root, 42, { files: { 'net/netstat': NETSTAT.replaceAll('ListenDrops', 'constructor') } });
    expect(readTcpCounters(42, root)).toEqual({ listenOverflows: 4, timeouts: 6 });
    addProcess(root, 43);
    expect(readTcpCounters(43, root)).toBeUndefined();
    expect(readTcpCounters(4242, root)).toBeUndefined();
  });

  it('survives tables that are cut or hold nonsense', () => {
    addProcess(root, 42, {
      files: {
        'net/snmp': 'Tcp: OutSegs RetransSegs\nTcp: many\n',
        'net/netstat': 'TcpExt:',
        'net/sockstat': 'x',
      },
    });
    expect(readTcpCounters(42, root)).toBeUndefined();
  });
});

const HEADER = 'header\n';
const DATABASE = '0700000A:1538';
const row = (inode: number, timer = '00:00000000', resent = '00000000') =>
  `   0: 0200000A:9C40 ${DATABASE} 01 00000000:00000000 ${timer} ${resent}  1000        0 ${inode} 1 0 20 4 30 10 -1\n`;

describe('the timer column', () => {
  it('tells sockets that send the same again from those that merely wait for an answer', () => {
    const text = HEADER + row(1, '01:00000014') + row(2, '01:00000014', '00000003') + row(3, '04:00000014');
    const rows = parseInternetTable(text, 'tcp');
    expect(rows.map(({ isResending, isWindowFull }) => [isResending, isWindowFull])).toEqual([
      [undefined, undefined],
      [true, undefined],
      [undefined, true],
    ]);
    expect(groupSockets(rows, new Set([1, 2, 3]))).toMatchObject([{ count: 3, resending: 1, windowFull: 1 }]);
  });
});

describe('the age of sockets', () => {
  it('counts from the capture that saw them first, and says how many were there from the start', () => {
    const ages = createSocketAges();
    const look = (inodes: number[], atMillis: number) => {
      ages.look(inodes, atMillis);
      return groupSockets(
        parseInternetTable(HEADER + inodes.map((inode) => row(inode)).join(''), 'tcp'),
        new Set(inodes),
        ages,
      )[0];
    };
    expect(look([1, 2], 100)).toMatchObject({ oldestMillis: 0, olderThan5s: 0, fromStart: 2 });
    expect(look([2, 3], 6_000)).toMatchObject({ oldestMillis: 5_900, olderThan5s: 1, fromStart: 1 });
    expect(look([3, 4], 40_000)).toMatchObject({
      count: 2,
      oldestMillis: 34_000,
      olderThan5s: 1,
      olderThan30s: 1,
      fromStart: 0,
    });
  });

  it('is forgotten with the socket, and is unknown for one that nobody looked at', () => {
    const ages = createSocketAges();
    ages.look([1], 0);
    ages.look([], 1_000);
    ages.look([1], 2_000);
    expect(ages.ageMillis(1)).toBe(0);
    expect(ages.isFromStart(1)).toBe(false);
    expect(ages.ageMillis(9)).toBeUndefined();
    expect(createSocketAges().isFromStart(1)).toBe(false);
  });

  it('is remembered of 5,000 sockets and no more', () => {
    const ages = createSocketAges();
    ages.look(
      Array.from({ length: 6_000 }, (_, i) => i),
      0,
    );
    expect(ages.ageMillis(4_999)).toBe(0);
    expect(ages.ageMillis(5_000)).toBeUndefined();
  });
});

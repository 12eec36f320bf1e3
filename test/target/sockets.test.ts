import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { socketGroups } from '../../src/target/proc/socket-groups.ts';
import { decodeAddress, parseInternetTable, parseUnixTable } from '../../src/target/proc/socket-table.ts';
import { listeningPorts, portHolder } from '../../src/target/proc/sockets.ts';
import { requires } from '../support/requires.ts';
import { addProcess, type FakeProcess, makeFolder, removeFolder, startNode, stopNode } from './fake-proc.ts';

const HEADER =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const UNIX_HEADER = 'Num       RefCount Protocol Flags    Type St Inode Path\n';

/** One table line; queues are in bytes. */
function line(local: string, remote: string, state: string, inode: number, [send, receive] = [0, 0]): string {
  const hex = (bytes: number) => bytes.toString(16).toUpperCase().padStart(8, '0');
  return `   0: ${local} ${remote} ${state} ${hex(send)}:${hex(receive)} 00:00000000 00000000  1000        0 ${inode} 1 0000000000000000 20 4 30 10 -1\n`;
}

const ANY = '00000000:0000';
const ANY6 = '00000000000000000000000000000000:0000';
const SERVER = '0100007F:1F90';
const DATABASE = '0700000A:1538';

let root: string;
beforeEach(() => {
  root = makeFolder();
});
afterEach(() => removeFolder(root));

function groupsOf(tables: Record<string, string>, inodes: number[], more: FakeProcess = {}) {
  const files = Object.fromEntries(Object.entries(tables).map(([name, text]) => [`net/${name}`, text]));
  addProcess(root, 42, { fds: inodes.map((inode) => `socket:[${inode}]`), ...more, files });
  return socketGroups(42, root);
}

describe('the socket tables', () => {
  it.each([
    ['0100007F', '127.0.0.1'],
    ['00000000000000000000000001000000', '::1'],
    ['00000000000000000000000000000000', '::'],
    ['0000000000000000FFFF00000100007F', '127.0.0.1'],
    ['B80D0120000000000000000001000000', '2001:db8::1'],
    ['B80D0120000001000000000001000000', '2001:db8:1::1'],
  ])('decode the address %s as %s', (hex, address) => {
    expect(decodeAddress(hex)).toBe(address);
  });

  it('give states their names and queues their bytes, and skip rows that belong to nobody', () => {
    const text =
      HEADER +
      line(SERVER, DATABASE, '08', 11, [3, 300]) +
      line(SERVER, DATABASE, '06', 0) +
      line(ANY, ANY, '05', 0);
    expect(parseInternetTable(text, 'tcp')).toEqual([
      {
        family: 'tcp',
        state: 'CLOSE_WAIT',
        localAddress: '127.0.0.1',
        localPort: 8080,
        remoteAddress: '10.0.0.7',
        remotePort: 5432,
        sendQueueBytes: 3,
        receiveQueueBytes: 300,
        inode: 11,
      },
    ]);
  });

  it('read unix sockets with, without and with odd paths', () => {
    const text =
      UNIX_HEADER +
      '0000000000000000: 00000002 00000000 00010000 0001 01 21 /run/my app.sock\n' +
      '0000000000000000: 00000003 00000000 00000000 0001 03  1145\n' +
      '0000000000000000: 00000002 00000000 00000000 0002 01 23 @abstract\n';
    expect(parseUnixTable(text).map(({ state, path, inode }) => [state, path, inode])).toEqual([
      ['LISTEN', '/run/my app.sock', 21],
      ['CONNECTED', undefined, 1145],
      ['UNCONNECTED', '@abstract', 23],
    ]);
  });

  it('survive garbage', () => {
    expect(parseInternetTable('nonsense\nmore nonsense\n\n', 'tcp')).toEqual([]);
    expect(parseUnixTable('nonsense\nx\n')).toEqual([]);
  });
});

describe('socketGroups', () => {
  it('tells inbound from outbound by the listening port, and sums the queues', () => {
    const tcp =
      HEADER +
      line(SERVER, ANY, '0A', 1, [128, 5]) +
      line(SERVER, '0200000A:C000', '01', 2, [0, 10]) +
      line(SERVER, '0300000A:C001', '01', 3, [7, 5]) +
      line('0200000A:9C40', DATABASE, '08', 4) +
      line('0200000A:9C41', DATABASE, '01', 999);
    expect(groupsOf({ tcp }, [1, 2, 3, 4])).toEqual([
      {
        family: 'tcp',
        state: 'ESTABLISHED',
        direction: 'inbound',
        endpoint: ':8080',
        count: 2,
        receiveQueueBytes: 15,
        sendQueueBytes: 7,
      },
      { family: 'tcp', state: 'LISTEN', direction: 'listening', endpoint: ':8080', count: 1 },
      {
        family: 'tcp',
        state: 'CLOSE_WAIT',
        direction: 'outbound',
        endpoint: '10.0.0.7:5432',
        count: 1,
        receiveQueueBytes: 0,
        sendQueueBytes: 0,
      },
    ]);
  });

  it('counts connections as inbound when another process listens for us, as in a cluster worker', () => {
    const tcp =
      HEADER + line('00000000:EA60', ANY, '0A', 900) + line('0100007F:EA60', '0100007F:9C40', '01', 2);
    expect(groupsOf({ tcp }, [2])).toMatchObject([{ direction: 'inbound', endpoint: ':60000' }]);
  });

  it('counts connections as inbound after their server has closed', () => {
    const tcp = HEADER + line(SERVER, '0200000A:C000', '01', 2);
    expect(groupsOf({ tcp }, [2])).toMatchObject([{ direction: 'inbound', endpoint: ':8080' }]);
  });

  it('puts brackets around IPv6 remotes', () => {
    const tcp6 =
      HEADER +
      line('00000000000000000000000001000000:9C40', 'B80D0120000000000000000001000000:01BB', '01', 2);
    expect(groupsOf({ tcp6 }, [2])).toMatchObject([{ direction: 'outbound', endpoint: '[2001:db8::1]:443' }]);
  });

  it('puts UDP sockets on ports that the kernel picked into one group', () => {
    const udp = HEADER + line('00000000:9C40', ANY, '07', 2) + line('00000000:9C41', ANY, '07', 3);
    const udp6 = HEADER + line('00000000000000000000000000000000:14E9', ANY6, '07', 4);
    expect(groupsOf({ udp, udp6 }, [2, 3, 4])).toMatchObject([
      { state: 'UNCONNECTED', direction: 'unknown', endpoint: 'any port', count: 2 },
      { direction: 'listening', endpoint: ':5353', count: 1 },
    ]);
  });

  it('knows the accepted side of a unix socket by its path', () => {
    const row = (flags: string, state: string, inode: number, path = '') =>
      `0000000000000000: 00000002 00000000 ${flags} 0001 ${state} ${inode}${path}\n`;
    const unix =
      UNIX_HEADER +
      row('00010000', '01', 1, ' /run/app.sock') +
      row('00000000', '03', 2, ' /run/app.sock') +
      row('00000000', '03', 3);
    expect(groupsOf({ unix }, [1, 2, 3])).toMatchObject([
      { state: 'LISTEN', direction: 'listening', endpoint: '/run/app.sock' },
      { state: 'CONNECTED', direction: 'inbound', endpoint: '/run/app.sock' },
      { state: 'CONNECTED', direction: 'unknown', endpoint: 'unnamed' },
    ]);
  });

  it('is empty for a process that is gone', () => {
    expect(socketGroups(4242, root)).toEqual([]);
    expect(listeningPorts(4242, root)).toEqual([]);
  });
});

describe('sockets of real processes', () => {
  requires('linux');
  it('finds the port of a server, its holder, and both ends of its connections', async () => {
    const { child, pid, rest } = await startNode(`
      const net = require('net');
      const server = net.createServer((socket) => {
        if (++accepted === 3) console.log('READY', server.address().port);
      }).listen(0, '127.0.0.1', () => {
        for (let i = 0; i < 3; i++) net.connect(server.address().port, '127.0.0.1');
      });
      let accepted = 0;
    `);
    try {
      const port = Number(rest);
      expect(listeningPorts(pid)).toEqual([
        { address: '127.0.0.1', port, socket: expect.stringMatching(/^\d+$/) },
      ]);
      expect(portHolder(port)).toEqual({ pid, command: expect.stringMatching(/^node -e/) });
      expect(socketGroups(pid).filter(({ family }) => family === 'tcp')).toMatchObject([
        { state: 'ESTABLISHED', direction: 'inbound', endpoint: `:${port}`, count: 3 },
        { state: 'ESTABLISHED', direction: 'outbound', endpoint: `127.0.0.1:${port}`, count: 3 },
        { state: 'LISTEN', direction: 'listening', endpoint: `:${port}`, count: 1 },
      ]);
    } finally {
      await stopNode(child);
    }
    expect(portHolder(Number(rest))).toBeNull();
  });
});

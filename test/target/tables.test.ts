// The tables of macOS and Windows, by outputs of their commands as their manuals and published examples show them; and that the
// table is the one place that knows which system it is.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, test } from 'vitest';
import { checkAttachable } from '../../src/target/attachability.ts';
import { resolveTarget } from '../../src/target/find.ts';
import { listNodeProcesses } from '../../src/target/processes.ts';
import { macosTable, parseLsof } from '../../src/target/table/macos.ts';
import { isNotHere } from '../../src/target/table/process-table.ts';
import type { RunCommand } from '../../src/target/table/run-command.ts';
import { unknownTable } from '../../src/target/table/unknown.ts';
import { splitCommandLine, windowsTable } from '../../src/target/table/windows.ts';
import { parseTarget } from '../../src/target/target-word.ts';

const NODE = '/opt/homebrew/Cellar/node/24.12.0/bin/node';

/** SIGUSR1 is caught by Node.js (bit 29), not by a shell. */
const PS_COLUMNS = `  PID  PPID   UID STAT STARTED                       TIME    RSS   CAUGHT UCOMM
    1     0     0 Ss   Sat Nov 28 09:12:44 2026   6:03.46  22336        0 launchd
  501     1   501 S    Mon Nov 30 08:00:01 2026   1:02.33 301232 20004a02 Google Chrome He
  700   501   501 Ss   Mon Nov 30 09:30:00 2026   0:00.20   3008  8086006 zsh
  800   700   501 S+   Mon Nov 30 09:31:00 2026   0:01.50  81920 20004a02 node
  801   800   501 S+   Mon Nov 30 09:31:01 2026  12:34.56 204800 20004a02 node
  810   700   501 T    Mon Nov 30 09:32:00 2026   0:00.50  40960 20004a02 node
  820     1   501 S    Mon Nov 30 09:33:00 2026   0:00.50  40960     4a02 node
  830   801   501 Z+   Mon Nov 30 09:34:00 2026   0:00.00      0        0 node
  840     1   502 S    Mon Nov 30 09:35:00 2026 2-03:04:05 40960 20004a02 node
  900     1   501 S    Mon Nov 30 09:40:00 2026   0:01.00  61440 20004a02 node
  901   900   501 S    Mon Nov 30 09:40:01 2026   0:09.00  71680 20004a02 node
  902   900   501 S    Mon Nov 30 09:40:01 2026   0:09.00  92160 20004a02 node
`;

const COMMANDS: [number, string][] = [
  [1, '/sbin/launchd'],
  [501, '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome Helper --type=renderer'],
  [700, '-zsh'],
  [800, 'npm run start'],
  [801, 'node server.js --port 3000'],
  [810, 'node stopped.js'],
  [820, 'node --disable-sigusr1 quiet.js'],
  [830, '(node)'],
  [840, 'node other.js'],
  [900, 'node cluster.js'],
  [901, `${NODE} cluster.js`],
  [902, `${NODE} cluster.js`],
];

const WORKER = 'NODE_CHANNEL_FD=3 NODE_UNIQUE_ID=1';
const ENVIRONMENTS: Record<number, string> = {
  801: 'PATH=/opt/homebrew/bin:/usr/bin npm_package_name=shop npm_lifecycle_script=node server.js PORT=3000',
  901: `HOME=/Users/me ${WORKER}`,
  902: `HOME=/Users/me ${WORKER}`,
};

const commandLines = (withEnvironment: boolean) =>
  `  PID COMMAND\n${COMMANDS.map(([pid, command]) => {
    const environment = withEnvironment ? ENVIRONMENTS[pid] : undefined;
    return `${String(pid).padStart(5)} ${command}${environment ? ` ${environment}` : ''}\n`;
  }).join('')}`;

const LSOF_PORTS = `p800
p801
f19
tIPv6
n*:3000
TST=LISTEN
TQR=0
TQS=0
f21
tIPv6
n[::1]:3000->[::1]:51234
TST=ESTABLISHED
TQR=0
TQS=0
p900
f12
tIPv4
n127.0.0.1:4000
TST=LISTEN
p902
f12
tIPv4
n127.0.0.1:4000->127.0.0.1:51777
TST=ESTABLISHED
p501
f30
tIPv4
n192.168.1.20:49210->142.250.1.1:443
TST=ESTABLISHED
`;

const runOnMac =
  (columns = PS_COLUMNS): RunCommand =>
  (command, args) => {
    const line = [command, ...args].join(' ');
    if (line.startsWith('ps -axo')) return columns;
    if (line.startsWith('ps -axE')) return commandLines(true);
    if (line.startsWith('ps -axww')) return commandLines(false);
    if (line.includes('-d txt')) return `p1\nftxt\nn${NODE}\nftxt\nn/usr/lib/dyld\n`;
    if (line.includes('-d cwd')) return 'p1\nfcwd\nn/Users/me/shop\n';
    return LSOF_PORTS;
  };

const mac = (columns?: string) => macosTable(runOnMac(columns));
const us = { ownUid: 501 };

describe('macOS', () => {
  it('tells of a process what ps shows', () => {
    const table = mac();
    expect(table.stat(801)).toMatchObject({
      comm: 'node',
      state: 'S',
      parentPid: 800,
      cpuMicros: 754_560_000,
    });
    expect(table.stat(840)?.cpuMicros).toBe(((2 * 24 + 3) * 3_600 + 4 * 60 + 5) * 1_000_000);
    expect(table.status(801)).toMatchObject({ uid: 501, rssBytes: 204_800 * 1_024, signal: 'caught' });
    expect(table.stat(501)?.comm).toBe('Google Chrome He');
    expect(table.argv(801)).toEqual(['node', 'server.js', '--port', '3000']);
    expect(table.argv(830)).toEqual([]);
    expect(table.folder(801)).toBe('/Users/me/shop');
    expect(table.program(801).path).toBe(NODE);
    expect(table.zombies([801, 800])).toEqual([{ pid: 801, zombies: 1 }]);
    expect(table.stat(4242)).toBeUndefined();
  });

  it('lists ports with their addresses, and who holds one', () => {
    const table = mac();
    expect(table.listeningPorts(801)).toEqual([{ address: '::', port: 3000, socket: ':::3000' }]);
    expect(table.listeningPorts(900)).toEqual([
      { address: '127.0.0.1', port: 4000, socket: '127.0.0.1:4000' },
    ]);
    expect(table.portHolder(3000)).toEqual({ pid: 801, command: 'node server.js --port 3000' });
    expect(table.portHolder(3001)).toBeNull();
    expect(table.hasConnectionsTo(4000, 902)).toBe(true);
    expect(table.hasConnectionsTo(4000, 901)).toBe(false);
    expect(parseLsof('p1\nf3\ntIPv4\nn*:*\nTST=CLOSED\n')).toEqual([]);
  });

  it('finds families by the environment that ps shows', async () => {
    const list = await listNodeProcesses({ table: mac(), asksPorts: false });
    const roles = Object.fromEntries(list.map(({ pid, family }) => [pid, family.role]));
    expect(roles).toEqual({
      800: 'wrapper',
      801: 'program',
      810: 'program',
      820: 'program',
      830: 'program',
      840: 'program',
      900: 'cluster primary',
      901: 'cluster worker',
      902: 'cluster worker',
    });
    expect(list.find(({ pid }) => pid === 801)?.family.app).toBe('shop');
  });

  it('leads from npm and from a port to the process that does the work', async () => {
    const list = await listNodeProcesses({ table: mac(), asksPorts: false });
    const find = (word: string) => resolveTarget(parseTarget(word), list, { table: mac() });
    expect(await find('800')).toMatchObject({ pid: 801 });
    expect(await find(':3000')).toMatchObject({ pid: 801 });
    expect(await find(':4000')).toMatchObject({ pid: 902 });
    await expect(find('4242')).rejects.toThrow('There is no process 4242.');
  });

  it.each([
    [801, 'ok'],
    [810, 'stopped'],
    [820, 'signal-not-caught'],
    [830, 'zombie'],
    [840, 'other-user'],
    [900, 'cluster-primary'],
    [901, 'ok'],
    [700, 'not-node'],
    [501, 'not-node'],
    [4242, 'no-such-process'],
  ])('signals only what catches the signal: %i is %s', (pid, kind) => {
    const verdict = checkAttachable(pid, { table: mac(), ...us });
    expect(verdict.ok ? 'ok' : verdict.kind).toBe(kind);
  });

  it('sends no signal where ps does not tell what is caught', () => {
    const without = PS_COLUMNS.replace(' CAUGHT', '').replaceAll(
      / +(?:0|[0-9a-f]{4,8}) (?=[a-zA-Z][\w ]*$)/gm,
      ' ',
    );
    expect(mac(without).stat(801)?.comm).toBe('node');
    expect(checkAttachable(801, { table: mac(without), ...us })).toEqual({
      ok: false,
      kind: 'signal-not-known',
      reason:
        'culprit cannot tell whether SIGUSR1, the signal that opens the inspector, would kill it: `ps` does not tell which signals it handles',
      cure: 'Start it with --inspect=127.0.0.1:0 and give culprit the host:port that it prints.',
    });
  });

  it('says that nothing can be seen where ps cannot be run', async () => {
    const table = macosTable(() => '');
    expect(table.pids()).toEqual({ notHere: 'macOS did not list its processes' });
    expect(await listNodeProcesses({ table })).toEqual([]);
  });
});

const windowsProcess = (pid: number, parentPid: number, commandLine: string | null, more = {}) => ({
  ProcessId: pid,
  ParentProcessId: parentPid,
  Name: 'node.exe',
  ExecutablePath: 'C:\\Program Files\\nodejs\\node.exe',
  CommandLine: commandLine,
  KernelModeTime: 1_562_500,
  UserModeTime: 8_437_500,
  WorkingSetSize: 83_886_080,
  ThreadCount: 12,
  Started: '2026-11-30T08:30:00.1234567Z',
  ...more,
});

const WINDOWS_PROCESSES = [
  windowsProcess(0, 0, null, { Name: 'System Idle Process', ExecutablePath: null, Started: null }),
  windowsProcess(4, 0, null, { Name: 'System', ExecutablePath: null }),
  windowsProcess(3000, 4, '"C:\\Windows\\System32\\cmd.exe"', {
    Name: 'cmd.exe',
    ExecutablePath: 'C:\\Windows\\System32\\cmd.exe',
  }),
  windowsProcess(
    3100,
    3000,
    '"C:\\Program Files\\nodejs\\node.exe" "C:\\my shop\\server.js" --name "a \\"b\\" c"',
  ),
  windowsProcess(3200, 3000, 'node  cluster.js'),
  windowsProcess(3201, 3200, '"C:\\Program Files\\nodejs\\node.exe" cluster.js'),
  // The parent's pid belongs to a younger process by now.
  windowsProcess(3300, 3100, 'node old.js', { Started: '2026-11-30T07:00:00.0000000Z' }),
];
const WINDOWS_SOCKETS = [
  { LocalAddress: '::', LocalPort: 3000, OwningProcess: 3100, Is: 'Listen' },
  { LocalAddress: '127.0.0.1', LocalPort: 3000, OwningProcess: 3100, Is: 'Established' },
];

const windows = () =>
  windowsTable((_command, args) =>
    JSON.stringify(args.at(-1)!.includes('Win32_Process') ? WINDOWS_PROCESSES : WINDOWS_SOCKETS),
  );

describe('Windows', () => {
  it('tells of a process what Win32_Process shows', () => {
    const table = windows();
    expect(table.pids()).toEqual([4, 3000, 3100, 3200, 3201, 3300]);
    expect(table.stat(3100)).toMatchObject({ comm: 'node', parentPid: 3000, cpuMicros: 1_000_000 });
    expect(table.status(3100)).toMatchObject({ rssBytes: 80 * 2 ** 20, threads: 12 });
    expect(table.argv(3100)).toEqual([
      'C:\\Program Files\\nodejs\\node.exe',
      'C:\\my shop\\server.js',
      '--name',
      'a "b" c',
    ]);
    expect(table.listeningPorts(3100)).toEqual([{ address: '::', port: 3000, socket: ':::3000' }]);
    expect(table.children(3100)).toEqual([]);
    expect(isNotHere(table.environ(3100))).toBe(true);
  });

  it('asks only what waits for it: Node.js, without children that may be workers', () => {
    const kindOf = (pid: number) => {
      const verdict = checkAttachable(pid, { table: windows() });
      return verdict.ok ? 'ok' : verdict.kind;
    };
    expect([3100, 3201, 3200, 3000].map(kindOf)).toEqual(['ok', 'ok', 'cluster-primary', 'not-node']);
  });

  it('splits a command line into words', () => {
    expect(splitCommandLine('node  -e "" x"y z"')).toEqual(['node', '-e', '', 'xy z']);
    expect(windowsTable(() => 'not JSON').pids()).toEqual({ notHere: 'Windows did not list its processes' });
  });
});

describe('a system that culprit does not know', () => {
  const table = unknownTable('freebsd');

  it('is refused in one sentence with what works instead', async () => {
    expect(await resolveTarget(parseTarget('4242'), [], { table })).toEqual({ kind: 'process', pid: 4242 });
    expect(checkAttachable(4242, { table })).toEqual({
      ok: false,
      kind: 'system-not-known',
      reason:
        'culprit cannot see the processes of this system (freebsd), so it is unknown whether SIGUSR1 would kill it',
      cure: 'Start it with --inspect=127.0.0.1:0 and give culprit the host:port that it prints.',
    });
  });

  it('still asks a port for itself', async () => {
    expect(await resolveTarget(parseTarget(':9229'), [], { table })).toEqual({
      kind: 'inspector',
      host: '127.0.0.1',
      port: 9229,
    });
  });
});

test('only the table knows which system it is, and only its Linux half reads /proc', () => {
  const room = fileURLToPath(new URL('../../src/target', import.meta.url));
  const files = readdirSync(room, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  const naming = (pattern: RegExp) =>
    files.filter((file) => pattern.test(readFileSync(join(room, file), 'utf8')) && !file.startsWith('proc/'));
  expect(naming(/process\.platform/)).toEqual(['table/system-table.ts']);
  expect(naming(/['"`]\/proc|proc\/proc\.ts/)).toEqual(['table/linux.ts']);
});

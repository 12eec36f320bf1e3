import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pathPattern } from '../../src/signals/passive/fd-groups.ts';
import { readPassiveSample } from '../../src/signals/passive/read.ts';
import { createOrphans } from '../../src/target/proc/orphans.ts';
import { createSocketAges } from '../../src/target/proc/socket-ages.ts';
import { requires } from '../support/requires.ts';
import {
  addProcess,
  makeFolder,
  removeFolder,
  startNode,
  stopNode,
  writeFiles,
} from '../target/fake-proc.ts';

let root: string;
let cgroupRoot: string;
beforeEach(() => {
  root = makeFolder();
  cgroupRoot = makeFolder();
});
afterEach(() => {
  removeFolder(root);
  removeFolder(cgroupRoot);
});

const sample = (ownInspectorPorts: number[] = []) =>
  readPassiveSample(42, 7, { procRoot: root, cgroupRoot, ownInspectorPorts });

describe('pathPattern', () => {
  it.each([
    ['/tmp/uploads-17/3.jpg', '/tmp/uploads-#/#.jpg'],
    ['/tmp/upload-aB3xYz', '/tmp/upload-#'],
    ['/data/0f8fad5b-d9cb-469f-a165-70867728950e.bin', '/data/#.bin'],
    ['/cache/d41d8cd98f00b204e9800998ecf8427e', '/cache/#'],
    ['/app/src/TestCase/README.md', '/app/src/TestCase/README.md'],
    ['/app/node_modules/deadline/index.js', '/app/node_modules/deadline/index.js'],
  ])('writes %s as %s', (path, pattern) => {
    expect(pathPattern(path)).toBe(pattern);
  });
});

describe('readPassiveSample', () => {
  it('takes memory, CPU time, threads and limits from /proc', () => {
    addProcess(root, 42, { files: { limits: 'Max open files   1024   4096   files\n' } });
    expect(sample()).toMatchObject({
      atMillis: 7,
      rssBytes: 2048 * 1024,
      rssAnonBytes: 1024 * 1024,
      rssFileBytes: 512 * 1024,
      threads: 11,
      cpuMicros: 2_000_000,
      fdCount: 0,
      fdSoftLimit: 1024,
      fds: [],
      sockets: [],
      children: [],
    });
  });

  it('groups fds by what they are', () => {
    addProcess(root, 42, {
      fds: [
        '/dev/null',
        '/dev/pts/3',
        'pipe:[1]',
        'pipe:[2]',
        'socket:[3]',
        'anon_inode:inotify',
        'anon_inode:[eventpoll]',
        'anon_inode:[eventfd]',
        'anon_inode:[io_uring]',
        'anon_inode:[timerfd]',
        '/tmp/a-1.log (deleted)',
        '/memfd:v8 (deleted)',
        '/dev/shm/x1',
        '/data',
      ],
      files: {
        'fdinfo/13': `flags:\t0${(['arm', 'arm64'].includes(process.arch) ? 0o40000 : 0o200000).toString(8)}\n`,
      },
    });
    const groups = Object.fromEntries(
      sample().fds!.map(({ kind, pattern, count }) => [`${kind} ${pattern}`, count]),
    );
    expect(groups).toEqual({
      'pipe pipe': 2,
      'device /dev/null': 1,
      'device /dev/pts/#': 1,
      'socket socket': 1,
      'inotify inotify': 1,
      'epoll epoll': 1,
      'eventfd eventfd': 1,
      'io_uring io_uring': 1,
      'other timerfd': 1,
      'deleted-file /tmp/a-#.log': 1,
      'other memfd:v#': 1,
      'file /dev/shm/x#': 1,
      'directory /data': 1,
    });
  });

  it('puts random names that look like words into the group of their siblings, and leaves others alone', () => {
    const names = ['q7Kd9Z', 'iSKCUM', 'Hxyzu8', 'aB3xYz'].map((name) => `/tmp/up-${name}`);
    addProcess(root, 42, { fds: [...names, '/app/MainThread.log', '/app/access.log', '/app/1.log'] });
    expect(sample().fds).toEqual([
      { kind: 'file', pattern: '/tmp/up-#', count: 4 },
      { kind: 'file', pattern: '/app/#.log', count: 2 },
      { kind: 'file', pattern: '/app/access.log', count: 1 },
    ]);
  });

  it('subtracts the sockets of the inspector that we opened', () => {
    const row = (local: string, remote: string, state: string, inode: number) =>
      `  0: 0100007F:${local} 0100007F:${remote} ${state} 0:0 00:00000000 0 0 0 ${inode} 1 0 100\n`;
    const tcp = `header\n${row('240D', '0000', '0A', 1)}${row('240D', 'C000', '01', 2)}${row('1F90', '0000', '0A', 3)}`;
    addProcess(root, 42, {
      fds: ['socket:[1]', 'socket:[2]', 'socket:[3]', '/x'],
      files: { 'net/tcp': tcp },
    });
    expect(sample()).toMatchObject({ fdCount: 4, sockets: expect.objectContaining({ length: 3 }) });
    const ours = sample([9229]);
    expect(ours.fdCount).toBe(2);
    expect(ours.fds).toContainEqual({ kind: 'socket', pattern: 'socket', count: 1 });
    expect(ours.sockets).toMatchObject([{ state: 'LISTEN', endpoint: ':8080' }]);
  });

  it('remembers sockets from look to look, and counts what the kernel sends again', () => {
    const tcp = `header\n  0: 0200000A:9C40 0700000A:1538 01 0:0 00:00000000 0 0 0 3 1 0 100\n`;
    addProcess(root, 42, {
      fds: ['socket:[3]'],
      files: { 'net/tcp': tcp, 'net/snmp': 'Tcp: OutSegs RetransSegs\nTcp: 1000 20\n' },
    });
    const socketAges = createSocketAges();
    const look = (atMillis: number) =>
      readPassiveSample(42, atMillis, { procRoot: root, cgroupRoot, socketAges });
    expect(look(0).sockets).toMatchObject([{ count: 1, oldestMillis: 0, fromStart: 1 }]);
    expect(look(31_000)).toMatchObject({
      sockets: [{ count: 1, oldestMillis: 31_000, olderThan30s: 1, fromStart: 1 }],
      tcp: { segmentsSent: 1000, segmentsResent: 20 },
    });
    expect(sample().sockets![0]).not.toHaveProperty('oldestMillis');
  });

  it('lists direct children, zombies too, whether or not the kernel lists them for us', () => {
    addProcess(root, 42);
    addProcess(root, 50, { parentPid: 42, argv: ['/usr/bin/convert', 'a.png'], startTicks: 9 });
    addProcess(root, 51, { parentPid: 42, state: 'Z', comm: 'convert', argv: [], exe: null });
    addProcess(root, 52, { parentPid: 50 });
    const expected = [
      { pid: 50, command: 'convert a.png', state: 'S', startTicks: 9 },
      { pid: 51, command: '[convert]', state: 'Z', startTicks: 5000 },
    ];
    expect(sample().children).toEqual(expected);
    writeFiles(root, { '42/task/42/children': '50 ', '42/task/43/children': '51 999 ' });
    expect(sample().children).toEqual(expected);
  });

  it('tells what outlives the shell that started it, and not what it never saw below, what ended or took its pid', () => {
    const orphans = createOrphans();
    const look = () => readPassiveSample(42, 7, { procRoot: root, cgroupRoot, orphans }).children;
    const tree = { '42/task/42/children': '50 ', '50/task/50/children': '51 52 53 ' };
    addProcess(root, 42);
    addProcess(root, 50, { parentPid: 42, argv: ['sh', '-c', 'tail x | grep y'] });
    addProcess(root, 51, { parentPid: 50, argv: ['tail', 'x'], startTicks: 8 });
    addProcess(root, 52, { parentPid: 50, argv: ['grep', 'y'], startTicks: 9 });
    addProcess(root, 53, { parentPid: 50, argv: ['true'] });
    addProcess(root, 60, { parentPid: 1, argv: ['tail', 'z'] });
    writeFiles(root, tree);
    const shell = { pid: 50, command: 'sh -c tail x | grep y', state: 'S', startTicks: 5000 };
    expect(look()).toEqual([shell]);
    removeFolder(`${root}/50`);
    removeFolder(`${root}/52`);
    addProcess(root, 52, { parentPid: 1, argv: ['grep', 'other'], startTicks: 99 });
    removeFolder(`${root}/53`);
    addProcess(root, 53, { parentPid: 1, state: 'Z', comm: 'true', argv: [], exe: null });
    writeFiles(root, { '42/task/42/children': '' });
    const tail = { pid: 51, command: 'tail x', state: 'S', startTicks: 8, isOrphan: true };
    expect(look()).toEqual([tail]);
    expect(look()).toEqual([tail]);
    expect(sample().children).toEqual([]);
  });

  it('holds nothing but the moment for a process that is gone', () => {
    expect(readPassiveSample(4242, 7, { procRoot: root })).toEqual({ atMillis: 7 });
    expect(readPassiveSample(42, 7, { procRoot: `${root}/nowhere` })).toEqual({ atMillis: 7 });
  });

  it('leaves fds absent, not empty, when they may not be read', () => {
    addProcess(root, 42);
    removeFolder(`${root}/42/fd`);
    expect(sample()).not.toHaveProperty('fdCount');
    expect(sample()).not.toHaveProperty('fds');
  });
});

describe('readPassiveSample on a real process', () => {
  requires('linux');
  it('sees files, folders, a watcher, a deleted file, a child and its ever growing CPU time', async () => {
    const { child, pid } = await startNode(
      `
      const fs = require('fs');
      const folder = process.argv[1];
      for (let i = 0; i < 5; i++) fs.openSync(folder + '/upload-' + i + '.jpg', 'w');
      fs.openSync(folder + '/gone', 'w');
      fs.unlinkSync(folder + '/gone');
      global.keep = [fs.opendirSync(folder), fs.watch(folder)];
      const { pid } = require('child_process').spawn('sleep', ['30'], { stdio: 'ignore' });
      process.on('SIGTERM', () => { process.kill(pid); process.exit(); });
      console.log('READY');
      setInterval(() => {}, 1e6);
    `,
      { after: [root] },
    );
    try {
      const real = readPassiveSample(pid, 0);
      const counts = Object.fromEntries(real.fds!.map(({ kind, count }) => [kind, count]));
      expect(real.rssBytes).toBeGreaterThan(10e6);
      expect(real.fdCount).toBe(real.fds!.reduce((sum, { count }) => sum + count, 0));
      expect(real.fds).toContainEqual(expect.objectContaining({ kind: 'file', count: 5 }));
      expect(counts).toMatchObject({ inotify: 1, 'deleted-file': 1, directory: 1 });
      expect(real.children).toMatchObject([{ command: 'sleep 30' }]);
      expect(readPassiveSample(pid, 1).cpuMicros).toBeGreaterThanOrEqual(real.cpuMicros!);
    } finally {
      await stopNode(child, 'SIGTERM');
    }
    expect(readPassiveSample(pid, 2)).toEqual({ atMillis: 2 });
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ageSeconds,
  listPids,
  readCmdline,
  readCwd,
  readExe,
  readFdLimits,
  readStat,
  readStatus,
} from '../../src/target/proc/proc.ts';
import { DENIED, known, readText } from '../../src/target/proc/proc-file.ts';
import { requires } from '../support/requires.ts';
import { addProcess, makeFolder, removeFolder, writeFiles } from './fake-proc.ts';

let root: string;
beforeEach(() => {
  root = makeFolder();
});
afterEach(() => removeFolder(root));

describe('the readers of /proc', () => {
  it('reads a stat line whose name holds spaces, parentheses and a false state', () => {
    addProcess(root, 42, { comm: 'a) R 1 (b', state: 'Z', parentPid: 7, startTicks: 12_345 });
    expect(readStat(42, root)).toEqual({
      comm: 'a) R 1 (b',
      state: 'Z',
      parentPid: 7,
      cpuMicros: 2_000_000,
      threads: 11,
      startTicks: 12_345,
    });
  });

  it('reads users, signals, memory and the pids of nested namespaces', () => {
    addProcess(root, 42, { nsPids: '42\t7\t1' });
    expect(readStatus(42, root)).toEqual({
      uid: 1000,
      threadGroup: 42,
      caughtSignals: 0x100004602n,
      threads: 11,
      tracerPid: 0,
      rssBytes: 2048 * 1024,
      rssAnonBytes: 1024 * 1024,
      rssFileBytes: 512 * 1024,
      namespacePids: [42, 7, 1],
    });
  });

  it('leaves memory absent for a zombie instead of 0', () => {
    writeFiles(root, { '42/status': 'Name:\tnode\nTgid:\t42\nUid:\t0\t0\t0\t0\n' });
    const status = readStatus(42, root);
    expect(status?.rssBytes).toBeUndefined();
    expect(status?.caughtSignals).toBeUndefined();
    expect(status?.uid).toBe(0);
  });

  it('keeps empty arguments in the middle and drops the padding of a changed title', () => {
    addProcess(root, 42, { argv: ['node', '', 'x'] });
    writeFiles(root, { '43/cmdline': 'my title\0\0\0\0', '44/cmdline': '' });
    expect(readCmdline(42, root)).toEqual(['node', '', 'x']);
    expect(readCmdline(43, root)).toEqual(['my title']);
    expect(readCmdline(44, root)).toEqual([]);
  });

  it('reads limits on open files, unlimited as absent', () => {
    writeFiles(root, {
      '42/limits':
        'Max processes    10  10  processes\nMax open files            1024                 unlimited            files\n',
    });
    expect(readFdLimits(42, root)).toEqual({ soft: 1024, hard: undefined });
  });

  it('cuts " (deleted)" off a program that was replaced while running', () => {
    addProcess(root, 42, { exe: '/usr/bin/node (deleted)' });
    expect(readExe(42, root)).toBe('/usr/bin/node');
  });

  it('gives undefined for a process that is gone', () => {
    const reads = [readStat, readStatus, readCmdline, readFdLimits, readExe, readCwd].map((read) =>
      read(42, root),
    );
    expect(reads).toEqual(Array(6).fill(undefined));
    expect(listPids(`${root}/nowhere`)).toEqual([]);
  });

  it('gives undefined for a stat file cut short', () => {
    writeFiles(root, { '42/stat': '42 (node) S 1' });
    expect(readStat(42, root)).toBeUndefined();
  });

  it('folds "not allowed" into unknown only where it is asked to', () => {
    expect(known(DENIED)).toBeUndefined();
    expect(known<string>('x')).toBe('x');
  });

  it('computes ages from the uptime, and none from a clock that lies', () => {
    writeFiles(root, { uptime: '1000.50 2000.00\n' });
    expect(ageSeconds(5000, root)).toBeCloseTo(950.5);
    expect(ageSeconds(200_000, root)).toBeUndefined();
    expect(ageSeconds(5000, `${root}/nowhere`)).toBeUndefined();
  });
});

/** A user id that owns nothing. */
const NOBODY = 65_534;

describe('the readers on the real /proc', () => {
  requires('linux');
  it('see this very process', () => {
    expect(listPids()).toContain(process.pid);
    expect(readStat(process.pid)?.parentPid).toBe(process.ppid);
    expect(readStatus(process.pid)?.uid).toBe(process.getuid?.());
    expect(readExe(process.pid)).toBe(process.execPath);
    expect(readCwd(process.pid)).toBe(process.cwd());
    expect(ageSeconds(readStat(process.pid)!.startTicks)).toBeLessThan(3600);
  });

  it('tell a file that may not be read from one that is gone', () => {
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(NOBODY);
    try {
      expect(readText('/proc/1/environ')).toBe(DENIED);
      expect(readText('/proc/self/no-such-file')).toBeUndefined();
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });
});

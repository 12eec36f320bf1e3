import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AttachError } from '../../src/errors.ts';
import {
  type AttachabilityOptions,
  checkAttachable,
  describeRefusal,
} from '../../src/target/attachability.ts';
import { linuxTable } from '../../src/target/table/linux.ts';
import { requires } from '../support/requires.ts';
import {
  addProcess,
  addSelf,
  type FakeProcess,
  makeFolder,
  removeFolder,
  startNode,
  stopNode,
} from './fake-proc.ts';

let root: string;
beforeEach(() => {
  root = makeFolder();
  addSelf(root);
});
afterEach(() => removeFolder(root));

function check(fake: FakeProcess, options: AttachabilityOptions = {}) {
  addProcess(root, 42, fake);
  return checkAttachable(42, { table: linuxTable(root), ownUid: 1000, ...options });
}

describe('checkAttachable', () => {
  it('accepts a running Node process of our user', () => {
    expect(check({})).toEqual({ ok: true, pidInside: 42 });
  });

  it('tells the pid that a process has inside its own namespace', () => {
    expect(check({ nsPids: '42\t1' })).toEqual({ ok: true, pidInside: 1 });
  });

  it('accepts a process of another user when we are root', () => {
    expect(check({ uid: 33 }, { ownUid: 0 })).toMatchObject({ ok: true });
  });

  it.each<[string, FakeProcess, string, RegExp, RegExp]>([
    ['a zombie', { state: 'Z', exe: null, argv: [] }, 'zombie', /has ended/, /parent, process 1/],
    ['a stopped process', { state: 'T' }, 'stopped', /is stopped/, /kill -CONT 42/],
    ['a traced process', { state: 't', tracerPid: 9 }, 'stopped', /tracer \(process 9\)/, /Detach/],
    ['a thread id', { tgid: 40 }, 'thread', /thread of process 40/, /Use 40/],
    ['another program', { exe: '/usr/bin/python3' }, 'not-node', /not a Node.js process/, /culprit ps/],
    [
      'another container',
      { netNamespace: 'net:[2]' },
      'other-network',
      /another network namespace/,
      /nsenter -t 42 -n/,
    ],
    ['another user', { uid: 33 }, 'other-user', /uid 33; culprit runs as uid 1000/, /sudo -u '#33'/],
    [
      'no SIGUSR1 handler',
      { sigCgt: '0000000100004402' },
      'signal-not-caught',
      /killed/,
      /--inspect=127.0.0.1:0/,
    ],
    [
      'the flag against the signal, which blocks it',
      { sigCgt: '0', sigBlk: '0000000000000200', argv: ['node', '--disable-sigusr1', 'x.js'] },
      'signal-blocked',
      /blocks SIGUSR1.*pending/,
      /started with --disable-sigusr1/,
    ],
    [
      'a blocked signal, although the program has a handler of its own',
      { sigBlk: '0000000000000200', argv: ['node', '--permission', 'x.js'] },
      'signal-blocked',
      /blocks SIGUSR1/,
      /--permission/,
    ],
    [
      'a process just started',
      { sigCgt: '0', startTicks: 99_950 },
      'signal-not-caught',
      /still starting/,
      /Try again/,
    ],
  ])('refuses %s with its own reason and cure', (_name, fake, kind, reason, cure) => {
    const verdict = check(fake);
    expect(verdict).toMatchObject({ ok: false, kind });
    if (verdict.ok) throw new Error('not refused');
    expect(verdict.reason).toMatch(reason);
    expect(verdict.cure).toMatch(cure);
  });

  it('refuses a process that does not exist', () => {
    addProcess(root, 41);
    expect(checkAttachable(42, { table: linuxTable(root) })).toMatchObject({
      ok: false,
      kind: 'no-such-process',
    });
  });

  it('refuses where there is no /proc, and says how else to attach', () => {
    const verdict = checkAttachable(42, { table: linuxTable(`${root}/nowhere`) });
    expect(verdict).toMatchObject({
      ok: false,
      kind: 'system-not-known',
      cure: expect.stringContaining('--inspect'),
    });
  });

  it('needs neither the handler nor the user once the inspector is open', () => {
    expect(check({ sigCgt: '0', uid: 33 }, { isInspectorOpen: true })).toMatchObject({ ok: true });
  });

  it('still refuses a stopped process whose inspector is open', () => {
    expect(check({ state: 'T' }, { isInspectorOpen: true })).toMatchObject({ ok: false, kind: 'stopped' });
  });

  it('becomes an AttachError with the cure as hint', () => {
    const verdict = check({ state: 'Z', exe: null });
    const error = verdict.ok ? undefined : describeRefusal(42, verdict);
    expect(error).toBeInstanceOf(AttachError);
    expect(error?.message).toBe('Cannot attach to process 42: it is a zombie: it has ended.');
    expect(error?.hint).toMatch(/exit status/);
  });
});

describe('checkAttachable on real processes', () => {
  requires('linux');
  it('accepts a running node and refuses it while it is stopped', async () => {
    const { child, pid } = await startNode('console.log("READY"); setInterval(() => {}, 1e6)');
    try {
      expect(checkAttachable(pid)).toMatchObject({ ok: true });
      process.kill(pid, 'SIGSTOP');
      await expect.poll(() => checkAttachable(pid)).toMatchObject({ ok: false, kind: 'stopped' });
    } finally {
      await stopNode(child);
    }
    expect(checkAttachable(pid)).toMatchObject({ ok: false, kind: 'no-such-process' });
  });
});

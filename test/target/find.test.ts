import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { resolveTarget } from '../../src/target/find.ts';
import type { NodeProcess } from '../../src/target/processes.ts';
import { linuxTable } from '../../src/target/table/linux.ts';
import { parseTarget } from '../../src/target/target-word.ts';
import { addProcess, makeFolder, removeFolder } from './fake-proc.ts';

function nodeProcess(pid: number, argv: string[], ports: number[] = []): NodeProcess {
  return {
    pid,
    runtime: 'Node.js',
    version: null,
    state: 'S',
    startTicks: 1,
    argv,
    command: argv.join(' '),
    listeningPorts: ports.map((port) => ({ address: '127.0.0.1', port, socket: String(port) })),
    inspector: { state: 'closed' },
    attachable: { ok: true, pidInside: pid },
    family: { role: /^npm /.test(argv[0]!) ? 'wrapper' : 'program', children: [] },
  };
}

let root: string;
beforeEach(() => {
  root = makeFolder();
  addProcess(root, process.pid, { parentPid: 70 });
  addProcess(root, 70, { parentPid: 1 });
});
afterEach(() => removeFolder(root));

async function failure(word: string, processes: NodeProcess[]): Promise<UsageError> {
  const error: unknown = await resolveTarget(parseTarget(word), processes, { table: linuxTable(root) }).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UsageError);
  return error as UsageError;
}

describe('parseTarget', () => {
  it.each([
    ['1234', { kind: 'pid', pid: 1234 }],
    [':3000', { kind: 'port', port: 3000 }],
    ['127.0.0.1:9229', { kind: 'inspector', host: '127.0.0.1', port: 9229 }],
    ['http://localhost:9229/', { kind: 'inspector', host: 'localhost', port: 9229 }],
    ['[::1]:9229', { kind: 'inspector', host: '::1', port: 9229 }],
    ['ws://127.0.0.1:9229/abc', { kind: 'web-socket', url: 'ws://127.0.0.1:9229/abc' }],
    [' server.js ', { kind: 'pattern', pattern: 'server.js' }],
    ['dist/main.js --port 3000', { kind: 'pattern', pattern: 'dist/main.js --port 3000' }],
  ])('reads %s', (word, spec) => {
    expect(parseTarget(word)).toEqual(spec);
  });

  it.each(['', '  ', '0', '99999999999', ':0', ':70000', 'localhost:70000', 'ws://'])(
    'refuses "%s"',
    (word) => {
      expect(() => parseTarget(word)).toThrow(UsageError);
    },
  );
});

describe('resolveTarget', () => {
  it('finds a process by a part of its command line', async () => {
    const processes = [nodeProcess(10, ['node', 'server.js']), nodeProcess(11, ['node', 'worker.js'])];
    expect(await resolveTarget(parseTarget('worker'), processes, { table: linuxTable(root) })).toEqual({
      kind: 'process',
      pid: 11,
    });
  });

  it('lists the choice when several match', async () => {
    const processes = [
      nodeProcess(10, ['node', 'server.js', 'a']),
      nodeProcess(11, ['node', 'server.js', 'b']),
    ];
    const error = await failure('server.js', processes);
    expect(error.message).toBe(
      'Several processes match "server.js":\n  10  node server.js a\n  11  node server.js b',
    );
    expect(error.hint).toMatch(/by its pid/);
  });

  it('never matches culprit, nor the processes that started it', async () => {
    const processes = [
      nodeProcess(process.pid, ['node', 'x.js', 'server.js']),
      nodeProcess(70, ['npm exec culprit diagnose server.js']),
      nodeProcess(12, ['node', '/usr/bin/culprit', 'diagnose', 'server.js']),
      nodeProcess(13, ['node', '/usr/bin/kubectl-culprit', 'shop', '--target', 'server.js']),
    ];
    expect((await failure('server.js', processes)).hint).toMatch(/culprit ps/);
  });

  it('prefers the program to the npm that waits for it, yet finds npm when it is asked for', async () => {
    const processes = [nodeProcess(10, ['npm exec server.js']), nodeProcess(11, ['node', 'server.js'])];
    expect(await resolveTarget(parseTarget('server.js'), processes, { table: linuxTable(root) })).toEqual({
      kind: 'process',
      pid: 11,
    });
    expect(await resolveTarget(parseTarget('npm exec'), processes, { table: linuxTable(root) })).toEqual({
      kind: 'process',
      pid: 10,
    });
  });

  it('finds a process by any port it listens on', async () => {
    const processes = [nodeProcess(10, ['node', 'a.js'], [3000, 9229])];
    expect(await resolveTarget(parseTarget(':9229'), processes, { table: linuxTable(root) })).toEqual({
      kind: 'process',
      pid: 10,
    });
  });

  it('says so when nothing listens on the port', async () => {
    expect((await failure(':3000', [])).message).toBe('Nothing listens on port 3000.');
  });

  it('names the program that holds a port and is not Node', async () => {
    const row = '   0: 00000000:0BB8 00000000:0000 0A 0:0 00:00000000 0 0 0 77 1 0 100 0 0 10 0\n';
    addProcess(root, 55, {
      exe: '/usr/sbin/nginx',
      comm: 'nginx',
      argv: ['nginx', '-g'],
      fds: ['socket:[77]'],
    });
    removeFolder(`${root}/${process.pid}`);
    addProcess(root, process.pid, { files: { 'net/tcp': `header\n${row}` } });
    expect((await failure(':3000', [])).message).toBe(
      'Port 3000 is held by process 55 (nginx -g), which is not a Node.js process.',
    );
  });

  it('asks the port itself where there is no /proc', async () => {
    const found = await resolveTarget(parseTarget(':9229'), [], { table: linuxTable(`${root}/nowhere`) });
    expect(found).toEqual({ kind: 'inspector', host: '127.0.0.1', port: 9229 });
  });

  it('leaves addresses and localhost alone', async () => {
    for (const host of ['127.0.0.1', 'localhost']) {
      expect(await resolveTarget(parseTarget(`${host}:9229`), [])).toEqual({
        kind: 'inspector',
        host,
        port: 9229,
      });
    }
    const url = 'ws://[::1]:9229/abc';
    expect(await resolveTarget(parseTarget(url), [])).toEqual({ kind: 'web-socket', url });
  });

  it('says that a host name cannot be looked up', async () => {
    const error = await failure('no-such-host.invalid:9229', []);
    expect(error.message).toBe('The host name no-such-host.invalid cannot be resolved.');
    expect(error.hint).toMatch(/IP address or localhost/);
  });
});

import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { likelyInspectorPorts, wantedInspectorPort } from '../../src/target/inspector/inspector-ports.ts';
import { shortCommand } from '../../src/target/proc/command.ts';
import { listNodeProcesses } from '../../src/target/processes.ts';
import { isNodeProcess, readNodeVersion } from '../../src/target/program/node-binary.ts';
import { linuxTable } from '../../src/target/table/linux.ts';
import { until } from '../live/support/wait.ts';
import { requires } from '../support/requires.ts';
import {
  addProcess,
  addSelf,
  makeFolder,
  removeFolder,
  startNode,
  stopNode,
  writeFiles,
} from './fake-proc.ts';

let root: string;
beforeEach(() => {
  root = makeFolder();
  addSelf(root);
});
afterEach(() => removeFolder(root));

describe('isNodeProcess', () => {
  it.each([
    '/usr/bin/node',
    '/usr/bin/nodejs',
    '/opt/node20',
    '/opt/node-v18.20.8',
    '/usr/bin/node (deleted)',
  ])('knows %s by the name of its program', (exe) => {
    addProcess(root, 42, { exe, comm: 'my app', argv: ['my title'] });
    expect(isNodeProcess(42, linuxTable(root))).toBe(true);
  });

  it.each(['/usr/bin/python3', '/usr/bin/node_exporter', '/bin/bash'])('does not take %s for Node', (exe) => {
    addProcess(root, 42, { exe, comm: 'node', argv: ['node', 'server.js'] });
    expect(isNodeProcess(42, linuxTable(root))).toBe(false);
  });

  it('falls back to the comm, and Node 26 calls its main thread node-MainThread', () => {
    addProcess(root, 42, { exe: null, comm: 'node-MainThread', argv: [] });
    expect(isNodeProcess(42, linuxTable(root))).toBe(true);
  });

  it('survives a program file that is no program', () => {
    writeFiles(root, { odd: '\x7fELF\x02\x01 cut short' });
    addProcess(root, 42, { exe: join(root, 'odd') });
    expect(isNodeProcess(42, linuxTable(root))).toBe(false);
    expect(readNodeVersion(42, linuxTable(root))).toBeNull();
  });
});

describe('shortCommand', () => {
  it('drops the folder of the program, masks secrets and cuts the rest', () => {
    const argv = [
      '/usr/bin/node',
      'app.js',
      '--db-password=hunter2',
      '--token',
      'abc',
      'postgres://me:pw@db/x',
    ];
    expect(shortCommand(argv, 'node')).toBe(
      'node app.js --db-password=*** --token *** postgres://me:***@db/x',
    );
    expect(shortCommand(['node', 'x'.repeat(200)], 'node')).toHaveLength(80);
  });

  it('shows the comm of a process without arguments, and a title as it is', () => {
    expect(shortCommand([], 'node')).toBe('[node]');
    expect(shortCommand(['npm run start /a/b'], 'npm')).toBe('npm run start /a/b');
  });
});

describe('likelyInspectorPorts', () => {
  const port = (address: string, number: number) => ({ address, port: number, socket: String(number) });

  it('asks the usual port and never a port of the app', () => {
    const ports = [port('0.0.0.0', 3000), port('127.0.0.1', 4000), port('127.0.0.1', 9229)];
    expect(likelyInspectorPorts(ports, ['node', 'a.js']).map((entry) => entry.port)).toEqual([9229]);
  });

  it('asks a port open to the world when a flag names it', () => {
    const ports = [port('0.0.0.0', 3000), port('0.0.0.0', 9300)];
    expect(likelyInspectorPorts(ports, ['node', '--inspect=0.0.0.0:9300', 'a.js'])).toEqual([ports[1]]);
  });

  it('asks every loopback port when the flag leaves the choice to the system', () => {
    const ports = [port('0.0.0.0', 3000), port('127.0.0.1', 40123)];
    expect(likelyInspectorPorts(ports, ['node', '--inspect=0', 'a.js'])).toEqual([ports[1]]);
  });
});

describe('wantedInspectorPort', () => {
  it('is 9229 unless a flag says otherwise, and the last flag wins', () => {
    expect(wantedInspectorPort(['node', 'a.js'])).toBe(9229);
    expect(wantedInspectorPort(['--inspect-port=0', 'node', '--inspect-port=127.0.0.1:9300'])).toBe(9300);
  });
});

describe('listNodeProcesses', () => {
  it('lists Node processes only, each with what is known', async () => {
    addProcess(root, 42, { argv: ['/usr/bin/node', 'server.js'] });
    addProcess(root, 43, { exe: '/bin/bash', comm: 'bash' });
    addProcess(root, 44, { state: 'Z', exe: null, argv: [] });
    const list = await listNodeProcesses({ table: linuxTable(root) });
    expect(list.map(({ pid, command }) => [pid, command])).toEqual([
      [42, 'node server.js'],
      [44, '[node]'],
    ]);
    expect(list[0]).toMatchObject({
      ageSeconds: 950,
      rssBytes: 2048 * 1024,
      uid: 1000,
      threads: 11,
      version: null,
    });
    expect(list[1]).toMatchObject({ state: 'Z', attachable: { ok: false, kind: 'zombie' } });
  });

  it('is empty where there is no /proc', async () => {
    expect(await listNodeProcesses({ table: linuxTable(`${root}/nowhere`) })).toEqual([]);
  });
});

describe('listNodeProcesses on real processes', () => {
  requires('linux', 'whole node');
  it('finds a renamed Node with its version, an open inspector, and not ourselves', async () => {
    const program = join(root, 'my-service');
    copyFileSync(process.execPath, program);
    const script =
      'process.title = "x"; require("inspector").open(0, "127.0.0.1"); console.log("READY"); setInterval(() => {}, 1e6)';
    const { child, pid } = await startNode(script, { program, args: ['--no-warnings'] });
    try {
      // On a busy machine it may answer too late for one list.
      const list = await until('its inspector answers', async () => {
        const entries = await listNodeProcesses();
        return entries.find((entry) => entry.pid === pid)?.inspector.state === 'open' ? entries : null;
      });
      expect(list.find((entry) => entry.pid === pid)).toMatchObject({
        version: process.version,
        inspector: { state: 'open', host: '127.0.0.1', port: expect.any(Number) },
        attachable: { ok: true, pidInside: pid },
      });
      expect(list.find((entry) => entry.pid === process.pid)).toBeUndefined();
    } finally {
      await stopNode(child);
    }
  });
});

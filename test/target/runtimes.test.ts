// Other runtimes are known from outside, and none of them is signalled or evaluated in.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attachByAddress, attachByUrl } from '../../src/target/attach.ts';
import { checkAttachable } from '../../src/target/attachability.ts';
import { readRuntime } from '../../src/target/program/runtime.ts';
import { linuxTable } from '../../src/target/table/linux.ts';
import { addProcess, addSelf, makeFolder, removeFolder, writeFiles } from './fake-proc.ts';

let root: string;
beforeEach(() => {
  root = makeFolder();
  addSelf(root);
});
afterEach(() => removeFolder(root));

describe('the program file tells', () => {
  it.each([
    ['/usr/bin/deno', 'Deno'],
    ['/opt/denort', 'Deno'],
    ['/root/.bun/bin/bun', 'Bun'],
    ['/x/node_modules/bun/bin/bun.exe', 'Bun'],
    ['/opt/none/node', 'Node.js'],
  ])('%s is %s', (exe, name) => {
    addProcess(root, 42, { exe });
    expect(readRuntime(42, linuxTable(root))).toEqual({ name, version: null });
  });

  it.each(['/usr/bin/bunzip2', '/usr/bin/denoise', '/bin/bash'])('%s is none', (exe) => {
    addProcess(root, 42, { exe });
    expect(readRuntime(42, linuxTable(root))).toBeNull();
  });

  it('Electron by the resources of Chromium beside it', () => {
    addProcess(root, 42, { exe: '/opt/app/node' });
    writeFiles(root, {
      '42/root/opt/app/chrome_100_percent.pak': '',
      '42/root/opt/app/v8_context_snapshot.bin': '',
    });
    expect(readRuntime(42, linuxTable(root))).toEqual({ name: 'Electron', version: null });
    expect(checkAttachable(42, { table: linuxTable(root), ownUid: 0 })).toMatchObject({
      kind: 'other-runtime',
    });
    expect(checkAttachable(42, { table: linuxTable(root), isInspectorOpen: true })).toMatchObject({
      ok: true,
    });
  });

  it.each([
    ['deno', /Deno, not Node\.js/, /chrome:\/\/inspect/],
    ['bun', /Bun, not Node\.js/, /--cpu-prof/],
  ])('%s is refused with what works instead, also with an open inspector', (name, reason, cure) => {
    addProcess(root, 42, { exe: join('/usr/bin', name) });
    for (const isInspectorOpen of [false, true]) {
      const refusal = checkAttachable(42, { table: linuxTable(root), ownUid: 0, isInspectorOpen });
      expect(refusal).toMatchObject({ ok: false, kind: 'other-runtime' });
      expect(refusal).toHaveProperty('reason', expect.stringMatching(reason));
      expect(refusal).toHaveProperty('cure', expect.stringMatching(cure));
    }
  });
});

describe('the inspector says what it belongs to', () => {
  let server: Server;
  let asked: string[];
  let browser: unknown;
  beforeEach(async () => {
    asked = [];
    server = createServer((request, response) => {
      asked.push(request.url!);
      response.end(JSON.stringify(request.url === '/json/version' ? { Browser: browser } : []));
    });
    server.on('upgrade', (request, socket) => {
      asked.push(`upgrade ${request.url}`);
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => void server.close());

  it.each([
    ['Deno/2.9.6', /runs Deno, not Node\.js/],
    ['Bun', /runs Bun, not Node\.js/],
    ['Chrome/140.0.0.0', /is Chrome\/140\.0\.0\.0, not Node\.js\. culprit did not attach/],
    ['miniflare/v3', /is miniflare\/v3, not Node\.js/],
  ])('%s is refused before a socket is opened', async (said, message) => {
    browser = said;
    const { port } = server.address() as AddressInfo;
    await expect(attachByAddress('127.0.0.1', port)).rejects.toThrow(message);
    await expect(attachByUrl(`ws://127.0.0.1:${port}/abc`)).rejects.toThrow(message);
    expect(asked).toEqual(['/json/version', '/json/version']);
  });

  it.each([[undefined], [42], ['node.js/v24.1.0']])('%s is gone on with', async (said) => {
    browser = said;
    const { port } = server.address() as AddressInfo;
    await expect(attachByAddress('127.0.0.1', port)).rejects.toThrow(/is not a Node\.js inspector/);
    expect(asked).toEqual(['/json/version', '/json/list']);
  });
});

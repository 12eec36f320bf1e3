// The look at a whole test file, before and after, in the process that runs this one.
import fs from 'node:fs';
import net from 'node:net';
import { expect, test } from 'vitest';
import { leakCheckForFile } from '../../src/testing/index.ts';

test('names what was left running, with the line, and nothing twice', async () => {
  const { open, openSync } = fs;
  const check = leakCheckForFile();
  const timer = setInterval(() => {}, 1_000);
  const listener = () => {};
  process.on('SIGUSR2', listener);
  const fd = fs.openSync('/etc/hostname', 'r');
  const { findings } = await check.finish();
  clearInterval(timer);
  process.off('SIGUSR2', listener);
  fs.closeSync(fd);
  expect(findings.map(({ kind }) => kind).sort()).toEqual(['fd-leak', 'listener-leak', 'timer-leak']);
  for (const { file, line } of findings) {
    expect(file).toBe('test/testing/file-check.test.ts');
    expect(line).toBeGreaterThan(8);
  }
  expect({ open: fs.open, openSync: fs.openSync }).toEqual({ open, openSync });
  expect(await check.finish()).toEqual({ findings: [], settled: [] });
});

test('waits for what is closing, and accuses nobody for what keeps no process alive', async () => {
  const check = leakCheckForFile();
  const server = net.createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  setTimeout(() => server.close(), 60);
  const timer = setInterval(() => {}, 1_000).unref();
  const { findings, settled } = await check.finish();
  clearInterval(timer);
  expect(findings).toEqual([]);
  expect(settled.join()).toContain('they do not keep the process alive');
});

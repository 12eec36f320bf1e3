// One server under one condition: started, asked, ended by its pid.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SERVER_CORE, startOn } from './pinning.mjs';

export const SERVERS = ['promises', 'streams', 'json-api'];

/** Resolves once it listens, with its own pid also where a peer has started it. */
export async function startServer(name, launch) {
  const file = fileURLToPath(new URL(`servers/${name}.mjs`, import.meta.url));
  // A port of its own for the inspector, so that benches do not meet.
  const server = ['--inspect-port=0', '--expose-internals', file];
  const folder = mkdtempSync(join(tmpdir(), 'overhead-'));
  const env = { ...process.env, NODE_OPTIONS: '', NO_INSIGHT: '1' };
  const args = launch ? launch(server, folder) : server;
  const child = startOn(SERVER_CORE, args, { cwd: folder, env, isFirst: true });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const { port, pid } = await untilReady(child, exited);
  return {
    port,
    pid,
    async state() {
      const response = await fetch(`http://127.0.0.1:${port}/state`, { headers: { connection: 'close' } });
      return response.json();
    },
    async end() {
      for (const each of new Set([child.pid, pid])) kill(each);
      await exited;
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function untilReady(child, exited) {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (chunk) => {
      said = (said + chunk).slice(-4_096);
      const [, port, pid] = /READY (\d+) (\d+)/.exec(said) ?? [];
      if (port) resolve({ port: Number(port), pid: Number(pid) });
    });
    void exited.then(() => reject(new Error(`The server ended before it was ready: ${said}`)));
  });
}

function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It went with the other one.
  }
}

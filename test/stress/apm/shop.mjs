// The shop with an agent in it, as a process; what it says, what is on inside it, and its end.
import { spawn } from 'node:child_process';
import net from 'node:net';
import { fileURLToPath } from 'node:url';
import { isProfiled, listeningPorts, openFds } from '../../bench/overhead/proc.mjs';
import { MODULES } from './agents.mjs';

const APP = fileURLToPath(new URL('app.cjs', import.meta.url));
/** Node's own words when an inspector opens; they are no complaint of the program. */
const OF_THE_INSPECTOR = /^(Debugger (listening on|attached|ending)|For help, see|$)/;

export async function startShop({ agent, collectorPort, carrierPort, isLeaky, node }) {
  // Not port 0: then any port may be the inspector's, and culprit would ask the shop's own, which the agent sees.
  const args = [
    `--inspect-port=${await freePort()}`,
    '--expose-internals',
    '--require',
    agent.preload(),
    APP,
  ];
  const env = {
    ...process.env,
    ...agent.env(collectorPort),
    NODE_PATH: MODULES,
    NODE_OPTIONS: '',
    CARRIER_PORT: String(carrierPort),
    APP_LEAKS: isLeaky ? '1' : '0',
  };
  const child = spawn(node, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  let output = '';
  const port = await new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk) => {
        output += chunk;
        const ready = /^READY (\d+)$/m.exec(output);
        if (ready) resolve(Number(ready[1]));
      });
    }
    void exited.then(() => reject(new Error(`The shop ended:\n${output}`)));
  });
  const from = output.length;
  return {
    pid: child.pid,
    port,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    /** Every line since it was ready, but the inspector's. */
    complaints: () =>
      output
        .slice(from)
        .split('\n')
        .filter((line) => !OF_THE_INSPECTOR.test(line)),
    state: () => stateOf(child.pid, port),
    async end() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function stateOf(pid, port) {
  const response = await fetch(`http://127.0.0.1:${port}/state`, { headers: { connection: 'close' } });
  const inside = await response.json();
  return {
    ...inside,
    hooks: inside.hooks.join(),
    isProfiled: isProfiled(pid),
    ports: listeningPorts(pid).length,
    // Connections come and go, and the leak leaves them.
    fds: openFds(pid).filter((fd) => !fd.startsWith('socket:')).length,
  };
}

async function freePort() {
  const server = net.createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

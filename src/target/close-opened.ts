// Closing an inspector that our signal opened, when attaching through it failed or whoever sent the signal is gone.
import { setTimeout as delay } from 'node:timers/promises';
import { findOpenInspector } from './inspector-address.ts';
import { openSession } from './inspector-session.ts';
import { listeningPorts } from './proc/sockets.ts';

const WATCH_MILLIS = 4_000;

/** Closes the inspector that `pid` opened since `knownInodes` were listed; waits 4 s for one to open. */
export async function closeOpenedInspector(pid: number, knownInodes: ReadonlySet<number>): Promise<void> {
  const deadline = Date.now() + WATCH_MILLIS;
  while (Date.now() < deadline) {
    const fresh = listeningPorts(pid).filter((port) => !knownInodes.has(port.inode));
    const endpoint = await findOpenInspector(fresh);
    if (endpoint) {
      const session = await openSession(endpoint.webSocketUrl);
      const params = {
        expression: "require('inspector').close()",
        includeCommandLineAPI: true,
        silent: true,
      };
      await session.send('Runtime.evaluate', params, 2_000).catch(() => {});
      return;
    }
    await delay(50);
  }
}

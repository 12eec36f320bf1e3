// One at a time: all processes of a host answer SIGUSR1 on one port, and one that finds it taken prints an error and stays
// closed. Whoever is about to signal takes a turn for the port: a name among Linux's abstract sockets, which belong to one
// network namespace, as ports do, and go with the process that has them.
import { createServer, type Server } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MILLIS = 50;

/**
 * Resolves with how to end the turn: when it is ours, when `waitMillis` are over, or where such names are not to be had
 * (Node.js before 20). What follows must be able to fail all the same.
 */
export async function takePortTurn(port: number, waitMillis: number): Promise<() => void> {
  const deadline = Date.now() + waitMillis;
  for (;;) {
    const server = await listenAt(`\0culprit-port-${port}`);
    if (server !== 'taken') return () => void server?.close();
    if (Date.now() > deadline) return () => {};
    await delay(POLL_MILLIS);
  }
}

function listenAt(path: string): Promise<Server | 'taken' | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'EADDRINUSE' ? 'taken' : undefined),
    );
    server.listen({ path }, () => {
      server.unref();
      resolve(server);
    });
  });
}

// The watcher of the first moments (see open-inspector.ts): a process of its own that waits on a pipe. Told
// "release" it leaves; when the pipe ends without that word, it closes the inspector that was opened.

import { openSession } from './inspector-session.ts';
import { findOpenInspector } from './open-inspector.ts';
import { listeningPorts } from './sockets.ts';

const WATCH_MILLIS = 4_000;

/** Closes the inspector that `pid` opened since `knownInodes` were listed. */
async function closeOpened(pid: number, knownInodes: Set<string>): Promise<void> {
  const deadline = Date.now() + WATCH_MILLIS;
  while (Date.now() < deadline) {
    const fresh = listeningPorts(pid).filter((port) => !knownInodes.has(String(port.inode)));
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
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const pid = Number(process.argv[2]);
const known = new Set((process.argv[3] ?? '').split(','));
let word = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', (chunk: string) => {
  word += chunk;
});
process.stdin.on('close', async () => {
  if (!word.includes('release')) await closeOpened(pid, known).catch(() => {});
  process.exit(0);
});
process.stdout.write('ready\n');

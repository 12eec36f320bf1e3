// The watcher of the first moments (see open-inspector.ts): a process of its own that waits on a pipe. Told
// "release" it leaves; when the pipe ends without that word, it closes the inspector that was opened.

import { closeOpenedInspector } from './close-opened.ts';

const pid = Number(process.argv[2]);
const knownSockets = new Set((process.argv[3] ?? '').split(','));
const token = process.argv[4] ?? '';
/** A process that is stopped is waited for. */
const PATIENCE_MILLIS = 60_000;
let word = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', (chunk: string) => {
  word += chunk;
});
process.stdin.on('close', async () => {
  if (!word.includes('release'))
    await closeOpenedInspector({ pid, knownSockets, token }, PATIENCE_MILLIS).catch(() => {});
  process.exit(0);
});
process.stdout.write('ready\n');

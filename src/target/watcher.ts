// The watcher of the first moments (see open-inspector.ts): a process of its own that waits on a pipe. Told
// "release" it leaves; when the pipe ends without that word, it closes the inspector that was opened.

import { closeOpenedInspector } from './close-opened.ts';

const pid = Number(process.argv[2]);
const known = new Set((process.argv[3] ?? '').split(',').map(Number));
let word = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', (chunk: string) => {
  word += chunk;
});
process.stdin.on('close', async () => {
  if (!word.includes('release')) await closeOpenedInspector(pid, known).catch(() => {});
  process.exit(0);
});
process.stdout.write('ready\n');

// A program of its own (dist/watch-look.js): attaching, analysing and drawing take a hundred megabytes that a watcher must
// not keep. Its standard input is the leash: when the watcher is gone, a capture ends early and the target is restored.
import { createInterface } from 'node:readline';
import { work } from './work.ts';

const leash = new AbortController();
let isAsked = false;
const lines = createInterface({ input: process.stdin });
lines.once('line', (line) => {
  isAsked = true;
  void work(line, leash.signal).then((answer) => {
    process.stdout.write(`${JSON.stringify(answer)}\n`, () => process.exit(0));
  });
});
lines.once('close', () => {
  leash.abort();
  if (!isAsked) process.exit(0);
});
// Ctrl-C in a terminal reaches the whole group: the watcher decides.
for (const name of ['SIGINT', 'SIGHUP'] as const) process.on(name, () => {});
process.on('SIGTERM', () => leash.abort());
process.stdout.on('error', () => {});

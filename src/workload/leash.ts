// A program of its own (dist/leash.js): runs a command line and ends all of it when the program that started it is gone,
// however it ended. Standard input is the leash.
import { spawn } from 'node:child_process';

const [, , command = '', nodeOptions = ''] = process.argv;
const PATIENCE_MILLIS = 3_000;

// In a process group of its own: what it starts in turn ends with it.
const child = spawn('/bin/sh', ['-c', command], {
  env: { ...process.env, NODE_OPTIONS: nodeOptions },
  stdio: ['ignore', 'inherit', 'inherit'],
  detached: true,
});
const signal = (name: NodeJS.Signals) => {
  try {
    process.kill(-child.pid!, name);
  } catch {
    // Nobody is left in it.
  }
};
let isEnding = false;
const end = () => {
  if (isEnding) return;
  isEnding = true;
  signal('SIGTERM');
  setTimeout(() => {
    signal('SIGKILL');
    process.exit(0);
  }, PATIENCE_MILLIS);
};
child.once('error', () => process.exit(127));
child.once('exit', (code, by) => {
  // The shell may be gone before what it started.
  signal(isEnding ? 'SIGKILL' : 'SIGTERM');
  process.exit(by === null ? (code ?? 0) : 128);
});
process.stdin.resume();
process.stdin.once('end', end);
process.stdin.once('error', end);
for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, end);

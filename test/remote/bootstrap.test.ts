// How a recorder is started over a link: its code by its length, and what follows it on the lifeline waits until the recorder listens.
import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { recorderCommand, STOP_WORD } from '../../src/remote/bootstrap.ts';

/** Listens late, as one that looks for its target first. */
const RECORDER = `
console.log('runs with ' + process.argv.slice(1).join(' '));
setTimeout(() => {
  culpritLifeline.on('data', (word) => console.log('heard ' + String(word).trim()));
  culpritLifeline.on('end', () => console.log('the other end has gone'));
  culpritLifeline.resume();
}, 300);
`;

function start(code: string) {
  const [program = '', ...args] = recorderCommand(process.execPath, Buffer.byteLength(code), [
    'record',
    'auto',
  ]);
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const out: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => out.push(text));
  const ended = new Promise<string>((resolve) => child.once('close', () => resolve(out.join(''))));
  return { child, ended };
}

const SAID = 'runs with record auto\nheard stop\nthe other end has gone\n';

test('a word that comes in one piece with the code is heard', async () => {
  const { child, ended } = start(RECORDER);
  child.stdin.end(RECORDER + STOP_WORD);
  expect(await ended).toBe(SAID);
});

test('a word that comes before the recorder listens is heard', async () => {
  const { child, ended } = start(RECORDER);
  child.stdin.write(RECORDER);
  child.stdout.once('data', () => child.stdin.end(STOP_WORD));
  expect(await ended).toBe(SAID);
});

test('without its code it ends when the input does', async () => {
  const { child, ended } = start(RECORDER);
  child.stdin.end(RECORDER.slice(0, 20));
  expect(await ended).toBe('');
});

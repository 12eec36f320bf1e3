// Runs the capture program: one process for each request, which ends when the watcher does.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { LookAnswer, LookRequest } from '../look/request.ts';

const LONGEST_ANSWER = 1_000_000;
/** To attach, analyse and write, beyond the look itself. */
const GRACE_MILLIS = 180_000;

/** Never rejects. Aborting ends the look early; the target is restored. */
export function askLook(request: LookRequest, signal: AbortSignal): Promise<LookAnswer> {
  const script = fileURLToPath(
    new URL(
      import.meta.url.endsWith('.ts') ? '../../../dist/watch-look.js' : './watch-look.js',
      import.meta.url,
    ),
  );
  const child = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'ignore'] });
  const lookMillis = request.do === 'look' ? request.durationMillis : 0;
  const late = setTimeout(() => child.kill('SIGKILL'), lookMillis + GRACE_MILLIS);
  // The end of its input is what ends it.
  const stop = () => child.stdin.end();
  signal.addEventListener('abort', stop, { once: true });
  child.stdin.on('error', () => {});
  child.stdin.write(`${JSON.stringify(request)}\n`);
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    if (text.length < LONGEST_ANSWER) text += chunk;
  });
  return new Promise((resolve) => {
    const done = (why: string) => {
      clearTimeout(late);
      signal.removeEventListener('abort', stop);
      resolve(parse(text) ?? { ok: false, why, cpuMillis: 0 });
    };
    child.once('error', ({ message }) => done(`the capture program did not start: ${message}`));
    child.once('close', (code, by) => done(`the capture program ended (${by ?? `exit code ${code}`})`));
  });
}

function parse(text: string): LookAnswer | undefined {
  try {
    return text === '' ? undefined : (JSON.parse(text) as LookAnswer);
  } catch {
    return undefined;
  }
}

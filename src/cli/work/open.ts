// `culprit open`: hands an HTML report to the browser of this desktop, or prints where it is.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UsageError } from '../../errors.ts';
import { EXIT, type ExitCode } from '../../exit-codes.ts';
import { lastReport } from '../last-report.ts';
import { isCi } from '../terminal.ts';

export async function openReport(file: string | undefined): Promise<ExitCode> {
  const path = file === undefined ? lastReport() : resolve(file);
  if (path === null)
    throw new UsageError(
      'No report was written yet.',
      'Write one with --html FILE: `culprit diagnose 4242 --html report.html`.',
    );
  if (!existsSync(path))
    throw new UsageError(`${path} does not exist.`, 'Write it again with --html FILE, or give its path.');
  process.stdout.write(`${pathToFileURL(path).href}\n`);
  const opener = openerHere(process.platform, process.env);
  if (opener) await start(opener, path);
  return EXIT.done;
}

/** The program that opens files as their owner would; null: there is nobody who could see it. */
export function openerHere(
  platform: NodeJS.Platform,
  env: Record<string, string | undefined>,
): readonly string[] | null {
  if (isCi(env) || env.SSH_CONNECTION) return null;
  if (platform === 'darwin') return ['open'];
  if (platform === 'win32') return ['explorer'];
  return env.DISPLAY || env.WAYLAND_DISPLAY ? ['xdg-open'] : null;
}

/** Resolves when it has started, or cannot be: the address was printed. */
function start([command = '', ...words]: readonly string[], path: string): Promise<void> {
  return new Promise((done) => {
    const child = spawn(command, [...words, path], { stdio: 'ignore', detached: true });
    child.once('error', () => done());
    child.once('spawn', () => {
      child.unref();
      done();
    });
  });
}

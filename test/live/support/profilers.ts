// Profilers of others, from npm, installed once into a folder that outlives the test run. Nothing they need is downloaded by
// a script of theirs.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const CACHE = process.env.CULPRIT_PROFILERS_CACHE ?? join(homedir(), '.cache/culprit-profilers');
const PACKAGES = ['@datadog/pprof', '@pyroscope/nodejs'];

/** What `require` takes. */
export function profilerPath(name: string): string {
  return join(CACHE, 'node_modules', name);
}

const missing = () => PACKAGES.filter((name) => !existsSync(profilerPath(name)));

/** Resolves with null, or with the reason why there is nothing to test with. */
export async function installProfilers(): Promise<string | null> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'only tested on Linux x64';
  if (missing().length === 0) return null;
  mkdirSync(CACHE, { recursive: true });
  const args = ['install', '--prefix', CACHE, '--ignore-scripts', '--no-audit', '--no-fund', ...PACKAGES];
  try {
    await promisify(execFile)('npm', args, { cwd: CACHE, timeout: 120_000 });
  } catch (error) {
    return `profilers could not be installed into ${CACHE}: ${String((error as Error).message).split('\n')[0]}`;
  }
  return missing().length === 0 ? null : `npm did not install ${missing().join(', ')}`;
}

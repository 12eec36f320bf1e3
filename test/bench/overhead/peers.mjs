// The peers that launch a server to look at it, from npm, pinned, in a folder of their own under the temp dir: they are
// no dependencies.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CLINIC = 'clinic@13.0.0';
export const CACHE = process.env.CULPRIT_OVERHEAD_BENCH ?? join(tmpdir(), 'culprit-overhead-bench');

/** Arguments to node that run `server` under one of clinic's tools; it only collects, and opens no browser. */
export function clinic(tool) {
  return (server, dest) => [
    join(CACHE, 'node_modules/clinic/bin.js'),
    tool,
    '--collect-only',
    '--open=false',
    '--dest',
    dest,
    '--',
    process.execPath,
    ...server,
  ];
}

export function installPeers() {
  mkdirSync(CACHE, { recursive: true });
  if (existsSync(join(CACHE, 'node_modules/clinic'))) return;
  const args = ['install', '--prefix', CACHE, '--ignore-scripts', '--no-audit', '--no-fund', CLINIC];
  execFileSync('npm', args, { cwd: CACHE, stdio: ['ignore', 'ignore', 'inherit'] });
}

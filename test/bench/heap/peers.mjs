// The readers we compare with, from npm, pinned, in a folder of their own under the temp dir: they are no dependencies.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const PEERS = { memlab: '2.0.5', 'chrome-devtools-mcp': '1.11.0' };
export const CACHE = process.env.CULPRIT_HEAP_BENCH ?? join(tmpdir(), 'culprit-heap-bench');

export function installPeers() {
  mkdirSync(CACHE, { recursive: true });
  const isThere = Object.keys(PEERS).every((name) => existsSync(join(CACHE, 'node_modules', name)));
  if (isThere) return;
  const wanted = Object.entries(PEERS).map(([name, version]) => `${name}@${version}`);
  const args = ['install', '--prefix', CACHE, '--ignore-scripts', '--no-audit', '--no-fund', ...wanted];
  // Their install scripts download browsers.
  execFileSync('npm', args, { cwd: CACHE, stdio: ['ignore', 'ignore', 'inherit'] });
}

export const MEMLAB = join(CACHE, 'node_modules/@memlab/heap-analysis/dist/index.js');
/** Chrome DevTools' heap snapshot worker as it is in Chrome, bundled for Node. */
export const DEVTOOLS = join(
  CACHE,
  'node_modules/chrome-devtools-mcp/build/src/third_party/devtools-heap-snapshot-worker.js',
);

// Our reader as it ships: bundled as build.mjs bundles it, but with its functions reachable.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { CACHE } from './peers.mjs';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
export const OURS = join(CACHE, 'ours');

export async function buildOurs() {
  await build({
    entryPoints: [
      'src/recording/heap/heap-snapshot.ts',
      'src/recording/heap/heap-thread.ts',
      'src/model/heap/dominators.ts',
    ],
    absWorkingDir: ROOT,
    outdir: OURS,
    entryNames: '[name]',
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
  });
  writeFileSync(join(OURS, 'package.json'), '{"type":"module"}');
}

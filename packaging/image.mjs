// Builds the debug image (packaging/Containerfile).
//
//   node packaging/image.mjs [--engine podman] [--tag culprit] [-- more words for its build]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT, unpackPackage, VERSION } from './package-files.mjs';

const { values: options, positionals: words } = parseArgs({
  allowPositionals: true,
  options: {
    engine: { type: 'string', default: 'podman' },
    tag: { type: 'string', default: `culprit:${VERSION}` },
  },
});
const context = mkdtempSync(join(tmpdir(), 'culprit-image-'));
try {
  unpackPackage(join(context, 'culprit'));
  const file = join(ROOT, 'packaging/Containerfile');
  const [engine, ...first] = options.engine.split(' ');
  // From its cache, podman 4.3 gives an image for RUN_AS=1000 the user of the image before.
  const args = [...first, 'build', '--no-cache', '--file', file, '--tag', options.tag, ...words, context];
  const { status, error } = spawnSync(engine, args, { stdio: 'inherit' });
  if (error) throw error;
  process.exitCode = status ?? 1;
} finally {
  rmSync(context, { recursive: true, force: true });
}

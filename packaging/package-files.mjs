// The files of the npm package, unpacked: what the archive and the image hold is what npm installs.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { extract } from 'tar';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
export const { version: VERSION } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

/** Into `folder`, which is made. `dist/` has to be built. */
export function unpackPackage(folder) {
  const packed = mkdtempSync(join(tmpdir(), 'culprit-pack-'));
  try {
    const words = ['pack', '--json', '--ignore-scripts', '--pack-destination', packed];
    const [{ filename }] = JSON.parse(execFileSync('npm', words, { cwd: ROOT, encoding: 'utf8' }));
    mkdirSync(folder, { recursive: true });
    extract({ file: join(packed, filename), cwd: folder, strip: 1, sync: true });
  } finally {
    rmSync(packed, { recursive: true, force: true });
  }
}

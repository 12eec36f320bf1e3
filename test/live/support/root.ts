// The folder of the package, found from wherever this file runs (from source or bundled).
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function findRoot(folder: string): string {
  const file = join(folder, 'package.json');
  if (existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).name === 'culprit') return folder;
  return findRoot(dirname(folder));
}

export const ROOT = findRoot(dirname(fileURLToPath(import.meta.url)));
/** The command line under test; CULPRIT_CLI names another build's. */
export const CLI = process.env.CULPRIT_CLI ?? join(ROOT, 'bin/culprit.js');

// Before all tests: dist/ is what is in src/ (the live tests run the built command line). CULPRIT_NO_BUILD=1 leaves
// dist/ as it is.
import { execFileSync } from 'node:child_process';
import { ROOT } from './root.ts';

export default function setup(): void {
  if (process.env.CULPRIT_NO_BUILD) return;
  execFileSync(process.execPath, ['build.mjs'], { cwd: ROOT, stdio: 'inherit' });
}

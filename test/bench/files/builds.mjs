// An earlier build of culprit, to be measured beside today's: a checkout is taken as it is, a commit is built in a worktree of its own.
import { execFileSync } from 'node:child_process';
import { existsSync, rmSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The folder of the build, and what removes it again. `what` is a folder or anything that git calls a commit. */
export function buildOf(what, root, into) {
  if (existsSync(join(what, 'bin/culprit.js'))) return { folder: resolve(what), remove: () => {} };
  const folder = join(into, 'before');
  const git = (...args) => execFileSync('git', args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  const remove = () => {
    rmSync(folder, { recursive: true, force: true });
    git('worktree', 'prune');
  };
  remove();
  git('worktree', 'add', '--detach', folder, what);
  // Its packages are today's: only our own code is compared.
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  execFileSync(process.execPath, ['build.mjs'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  return { folder, remove };
}

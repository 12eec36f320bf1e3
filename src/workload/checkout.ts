// Gets the code of one side: a folder as it is, or a commit in a worktree of its own that is removed afterwards.
import { execFile } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { UsageError } from '../errors.ts';

const run = promisify(execFile);

export interface Checkout {
  /** Where commands run. */
  dir: string;
  /** "main (3f2c1ab)", or the folder. */
  label: string;
  commit: string | null;
  notes: string[];
  /** Removes what was made. Never throws. */
  remove(): Promise<void>;
}

/**
 * `what` is a folder or anything that git calls a commit. A worktree is made below `into`; below the root of the
 * repository, commands run in the same subfolder as they would here. Throws UsageError.
 */
export async function checkOut(what: string, side: string, into: string): Promise<Checkout> {
  const isFolder = existsSync(what) && statSync(what).isDirectory();
  if (isFolder) return describeFolder(resolve(what));
  const root = await gitRoot();
  const commit = await resolveCommit(what);
  const dir = join(into, side);
  await git(['worktree', 'add', '--detach', '--force', dir, commit]).catch((error: Error) => {
    throw new UsageError(
      `git could not check out ${what}: ${firstLine(error)}`,
      'Try `git worktree prune`, and check that the disk is not full.',
      {
        cause: error,
      },
    );
  });
  const within = relative(root, process.cwd());
  return {
    dir: within === '' || within.startsWith('..') || isAbsolute(within) ? dir : join(dir, within),
    label: what === commit ? commit.slice(0, 10) : `${what} (${commit.slice(0, 10)})`,
    commit,
    notes: [],
    async remove() {
      await git(['worktree', 'remove', '--force', '--force', dir], root).catch(() => {});
      await git(['worktree', 'prune'], root).catch(() => {});
    },
  };
}

async function describeFolder(dir: string): Promise<Checkout> {
  const remove = async () => {};
  try {
    const commit = (await git(['rev-parse', 'HEAD'], dir)).trim();
    const isDirty = (await git(['status', '--porcelain', '--untracked-files=no'], dir)).trim() !== '';
    const notes = isDirty ? [`${dir} has uncommitted changes, and they were measured, too.`] : [];
    return {
      dir,
      label: `${dir} (${commit.slice(0, 10)}${isDirty ? ' with changes' : ''})`,
      commit: isDirty ? null : commit,
      notes,
      remove,
    };
  } catch {
    // No repository: a folder is good enough.
    return { dir, label: dir, commit: null, notes: [], remove };
  }
}

async function gitRoot(): Promise<string> {
  try {
    return (await git(['rev-parse', '--show-toplevel'])).trim();
  } catch (error) {
    throw new UsageError(
      (error as NodeJS.ErrnoException).code === 'ENOENT'
        ? 'git is not installed.'
        : 'This is not a git repository.',
      'Give folders to --base and --head instead, or run it inside a repository.',
      { cause: error },
    );
  }
}

async function resolveCommit(what: string): Promise<string> {
  if (what.startsWith('-'))
    throw new UsageError(`"${what}" is not a commit.`, 'Give a branch, a tag or a commit.');
  for (const name of [what, `origin/${what}`]) {
    try {
      return (await git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`])).trim();
    } catch {
      // CI checks out one branch: the others are there as origin's only.
    }
  }
  const isShallow = (await git(['rev-parse', '--is-shallow-repository']).catch(() => '')).trim() === 'true';
  throw new UsageError(
    `There is no commit "${what}" here${isShallow ? ': this clone is shallow' : ''}.`,
    isShallow
      ? `Fetch it first: git fetch --depth=1 origin ${what} (in GitHub Actions: fetch-depth: 0).`
      : 'See `git branch --all`; a folder can be given, too.',
  );
}

async function git(args: string[], cwd = process.cwd()): Promise<string> {
  const { stdout } = await run('git', args, { cwd, maxBuffer: 10 * 2 ** 20 });
  return stdout;
}

function firstLine(error: Error): string {
  const text = (error as { stderr?: string }).stderr || error.message;
  return text.trim().split('\n').at(-1)?.slice(0, 300) ?? '';
}

// Where the cgroup files of a process lie, as far as they can be seen from here. A path in /proc/<pid>/cgroup and the
// root of a cgroup mount in mountinfo are both told in the reader's own cgroup namespace, so that one rule serves
// inside the container, on its host and in a container beside it: the mount shows the group when its root is the path
// or lies above it. https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html
import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { known, readText } from '../../target/proc/proc-file.ts';

export interface CgroupMount {
  version: 1 | 2;
  /** Version 1: "memory", or "cpu" and "cpuacct" for one mounted with both. */
  controllers: string[];
  /** The group at the top of this mount, in our namespace: "/", "/docker/abc", or "/../def" outside of ours. */
  root: string;
  /** Where its files are, for us. */
  folder: string;
}

/** The group of one process in one hierarchy. */
export interface CgroupFolder {
  /** Its own files. */
  own: string;
  /** The highest group whose files can be seen: `own`, or a folder above it. */
  top: string;
}

/**
 * Undefined when no mount shows it: the files that are there are another group's. Our own mounts come first; then
 * those of the process, through its root folder, which is how a debug container sees the one beside it.
 */
export function findCgroupFolder(
  pid: number,
  path: string,
  controller: string,
  roots: { proc: string; cgroup: string },
): CgroupFolder | undefined {
  const own = readMounts(`${roots.proc}/self/mountinfo`, '') ?? assumeMounts(roots.cgroup);
  const theirs = () => readMounts(`${roots.proc}/${pid}/mountinfo`, `${roots.proc}/${pid}/root`) ?? [];
  return findIn(own, path, controller) ?? findIn(theirs(), path, controller);
}

function findIn(mounts: readonly CgroupMount[], path: string, controller: string): CgroupFolder | undefined {
  for (const mount of mounts) {
    const isRight = controller === '' ? mount.version === 2 : mount.controllers.includes(controller);
    const below = isRight ? pathBelow(mount.root, path) : undefined;
    if (below === undefined) continue;
    const own = join(mount.folder, below);
    if (existsSync(own)) return { own, top: mount.folder };
  }
  return undefined;
}

/** "/a/b" below "/a" is "b"; undefined when it is elsewhere. */
function pathBelow(root: string, path: string): string | undefined {
  if (path === root) return '';
  // "/.." is the unseen group above our namespace: nothing that is outside lies below "/".
  if (root === '/') return path.startsWith('/..') ? undefined : path.slice(1);
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : undefined;
}

/** "36 35 0:30 /docker/abc /sys/fs/cgroup/memory ro,nosuid - cgroup cgroup rw,memory" */
function readMounts(file: string, prefix: string): CgroupMount[] | undefined {
  const text = known(readText(file));
  if (text === undefined) return undefined;
  const mounts = text.split('\n').flatMap((line): CgroupMount[] => {
    const [before = '', after = ''] = line.split(' - ');
    const [type, , superOptions = ''] = after.split(' ');
    const [, , , root, point] = before.split(' ').map(unescapeOctal);
    if (root === undefined || point === undefined || (type !== 'cgroup' && type !== 'cgroup2')) return [];
    const isSecond = type === 'cgroup2';
    const controllers = isSecond ? [] : superOptions.split(',');
    return [{ version: isSecond ? 2 : 1, controllers, root, folder: posix.join(prefix, point) || '/' }];
  });
  // What is mounted later lies on top.
  return mounts.reverse();
}

/** Blanks in paths are written as "\040". */
function unescapeOctal(text: string): string {
  return text.replaceAll(/\\(\d{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

/** Where mountinfo cannot be read: as distributions mount it, cpu often together with cpuacct, in either order. */
function assumeMounts(cgroupRoot: string): CgroupMount[] {
  const first = ['memory', 'cpu', 'cpuacct', 'cpu,cpuacct', 'cpuacct,cpu', 'pids'].map(
    (name): CgroupMount => ({
      version: 1,
      controllers: name.split(','),
      root: '/',
      folder: join(cgroupRoot, name),
    }),
  );
  const second: CgroupMount = { version: 2, controllers: [], root: '/', folder: cgroupRoot };
  return [...first.filter(({ folder }) => existsSync(folder)), second];
}

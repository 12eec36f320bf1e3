// What the open file descriptors of a process are, grouped by sort and by path with its varying parts left out.
import type { FdGroup } from '../../model/samples.ts';
import { known, readLink, readNames, readText } from '../../target/proc/proc-file.ts';

/** One open fd: its number and what its link says ("/tmp/a.jpg", "pipe:[7]", "anon_inode:[eventpoll]"). */
export interface FdLink {
  fd: string;
  link: string;
}

/** `count` is exact; `links` are those of the first 5,000 fds, which bounds the work (about 3 us each). */
export interface FdTable {
  count: number;
  links: FdLink[];
}

const MOST_LINKS = 5_000;
const UUID = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/gi;
const LONG_HEX = /(?<![a-z0-9])(?=[a-f]*\d)[0-9a-f]{8,}(?![a-z0-9])/gi;
const LONG_WORD = /[A-Za-z0-9]{6,}/g;
const ANONYMOUS_KINDS: Record<string, FdGroup['kind']> = {
  inotify: 'inotify',
  eventpoll: 'epoll',
  eventfd: 'eventfd',
  io_uring: 'io_uring',
};
// O_DIRECTORY differs: include/uapi/asm-generic/fcntl.h, and arch/{arm,arm64,powerpc} for the second.
const DIRECTORY_FLAG = ['arm', 'arm64', 'ppc64'].includes(process.arch) ? 0o40000 : 0o200000;

/** Undefined when the process is gone or its fds may not be read. */
export function readFdTable(pid: number, root = '/proc'): FdTable | undefined {
  const names = known(readNames(`${root}/${pid}/fd`));
  if (!names) return undefined;
  const links = names.slice(0, MOST_LINKS).flatMap((fd) => {
    const link = known(readLink(`${root}/${pid}/fd/${fd}`));
    return link === undefined ? [] : [{ fd, link }];
  });
  return { count: names.length, links };
}

/** Random words change between capitals, small letters and digits every other character; "TestCase" does not. */
function looksRandom(word: string): boolean {
  const runs = word.match(/[A-Z]?[a-z]+|[A-Z]+|\d+/g) ?? [];
  return word.length / runs.length <= 2.5;
}

/** A path with digits, hex, UUIDs and random suffixes as `#`: "/tmp/upload-aB3xYz/12.jpg" is "/tmp/upload-#/#.jpg". */
export function pathPattern(path: string): string {
  return path
    .replace(UUID, '#')
    .replace(LONG_HEX, '#')
    .replace(LONG_WORD, (word) => (looksRandom(word) ? '#' : word))
    .replace(/\d+/g, '#');
}

function classify(link: string): Pick<FdGroup, 'kind' | 'pattern'> {
  const special = /^(socket|pipe|anon_inode|[a-z]+):(?:\[(.*)\]|(.*))$/.exec(link);
  if (special) {
    const name = special[1] === 'anon_inode' ? (special[2] ?? special[3] ?? '') : special[1]!;
    if (name === 'socket' || name === 'pipe') return { kind: name, pattern: name };
    const kind = ANONYMOUS_KINDS[name];
    return { kind: kind ?? 'other', pattern: kind ?? pathPattern(name) };
  }
  const path = link.replace(/ \(deleted\)$/, '');
  // A memory file of memfd_create has no place in a file system and is always "deleted".
  if (path.startsWith('/memfd:')) return { kind: 'other', pattern: pathPattern(path.slice(1)) };
  if (path !== link) return { kind: 'deleted-file', pattern: pathPattern(path) };
  if (/^\/dev\/(?!shm\/|mqueue\/)/.test(path)) return { kind: 'device', pattern: pathPattern(path) };
  return { kind: 'file', pattern: pathPattern(path) };
}

/** From the open flags, not by stat: that could wait for ever on a dead network file system. */
function isDirectory(pid: number, fd: string, root: string): boolean {
  const flags = /^flags:\s*([0-7]+)/m.exec(known(readText(`${root}/${pid}/fdinfo/${fd}`)) ?? '')?.[1];
  return flags !== undefined && (Number.parseInt(flags, 8) & DIRECTORY_FLAG) !== 0;
}

/**
 * Random words that happen to look like a name ("iSKCUM", "Hxyzu8") join the group of their siblings, when there is one:
 * "/tmp/upload-iSKCUM" becomes part of "/tmp/upload-#".
 */
function joinSiblings(groups: Map<string, FdGroup>): void {
  for (const [key, group] of groups) {
    for (const { 0: word, index } of group.pattern.matchAll(/[A-Za-z#]{2,}/g)) {
      const isMixed =
        word.includes('#') || (word.length >= 6 && /[a-z]/.test(word) && /[A-Z]/.test(word.slice(1)));
      const pattern = `${group.pattern.slice(0, index)}#${group.pattern.slice(index + word.length)}`;
      const sibling = isMixed ? groups.get(`${group.kind} ${pattern}`) : undefined;
      if (!sibling) continue;
      sibling.count += group.count;
      groups.delete(key);
      break;
    }
  }
}

/** Groups the fds of a process, biggest group first. Only the first of each file pattern is asked whether it is a directory. */
export function groupFds(pid: number, links: readonly FdLink[], root = '/proc'): FdGroup[] {
  const byLink = new Map<string, FdGroup>();
  for (const { fd, link } of links) {
    const { kind, pattern } = classify(link);
    const key = `${kind} ${pattern}`;
    const group = byLink.get(key);
    if (group) group.count += 1;
    else
      byLink.set(key, {
        kind: kind === 'file' && isDirectory(pid, fd, root) ? 'directory' : kind,
        pattern,
        count: 1,
      });
  }
  const groups = new Map([...byLink.values()].map((group) => [`${group.kind} ${group.pattern}`, group]));
  joinSiblings(groups);
  return [...groups.values()].sort((a, b) => b.count - a.count || a.pattern.localeCompare(b.pattern));
}

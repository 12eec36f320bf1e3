// The three ways to read /proc and the cgroup tree (text, folder, link), telling "gone" from "not allowed".
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The kernel did not let us read it: another user's process, or one that is not dumpable (after setuid). */
export interface Denied {
  denied: true;
}

/**
 * What was read; undefined when the process or file is gone (or the platform has none); or Denied. Only links,
 * maps and folders of a process can be denied: stat, status, cmdline and limits are open to every user.
 */
export type ProcRead<T> = T | undefined | Denied;

export const DENIED: Denied = Object.freeze({ denied: true });

function guarded<T>(read: () => T): ProcRead<T> {
  try {
    return read();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    return code === 'EACCES' || code === 'EPERM' ? DENIED : undefined;
  }
}

/** The value, with "denied" folded into undefined, for callers to whom both mean unknown. */
export function known<T>(read: ProcRead<T>): T | undefined {
  return read === DENIED ? undefined : (read as T | undefined);
}

/** A whole file of /proc or of the cgroup tree as text. */
export function readText(path: string): ProcRead<string> {
  return guarded(() => readFileSync(path, 'utf8'));
}

/** The names in a folder of /proc, in the kernel's order. */
export function readNames(path: string): ProcRead<string[]> {
  return guarded(() => readdirSync(path));
}

/** Where a link of /proc points; the text need not be a path that exists ("socket:[123]"). */
export function readLink(path: string): ProcRead<string> {
  return guarded(() => readlinkSync(path));
}

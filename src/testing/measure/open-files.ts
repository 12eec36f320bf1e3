// Open files, by descriptor, and the code that opens them: Node reports no handle for fs.openSync, so fs itself is watched
// for its callers while the extra rounds run.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { captureStack } from '../../probe/stacks/stack-capture.ts';
import type { RawStack } from './own-inspector.ts';

/** Path of each open regular file by descriptor; null where the system does not tell. */
export function openFiles(): Map<number, string> | null {
  try {
    const files = new Map<number, string>();
    for (const name of fs.readdirSync('/proc/self/fd')) {
      try {
        const link = fs.readlinkSync(`/proc/self/fd/${name}`);
        if (link.startsWith('/') && !/^\/(dev|proc|sys)\//.test(link)) files.set(Number(name), link);
      } catch {}
    }
    return files;
  } catch {
    return null;
  }
}

export interface OpeningWatch {
  /** The stack that opened each descriptor since. */
  openings: Map<number, RawStack>;
  stop(): void;
}

/** Listens to fs.open and fs.openSync until `stop`, which puts back what was there. */
export function watchOpenings(): OpeningWatch {
  const openings = new Map<number, RawStack>();
  const original = { open: fs.open, openSync: fs.openSync };
  const openSync = function openSync(this: unknown, ...args: Parameters<typeof fs.openSync>) {
    const fd = original.openSync.apply(this, args);
    openings.set(fd, captureStack(openSync as never));
    return fd;
  };
  const open = function open(this: unknown, ...args: unknown[]) {
    const stack = captureStack(open as never);
    const done = args.at(-1);
    if (typeof done === 'function')
      args[args.length - 1] = function (this: unknown, error: unknown, fd: number) {
        if (!error) openings.set(fd, stack);
        return done.call(this, error, fd);
      };
    return (original.open as (...all: unknown[]) => void).apply(this, args);
  };
  // fs.open has a promisified form of its own kind, which goes by these.
  Object.defineProperties(open, Object.getOwnPropertyDescriptors(original.open));
  try {
    Object.assign(fs, { open, openSync });
    syncBuiltinESMExports();
  } catch {}
  return {
    openings,
    stop() {
      if ((fs.open as unknown) === open) fs.open = original.open;
      if ((fs.openSync as unknown) === openSync) fs.openSync = original.openSync;
      syncBuiltinESMExports();
    },
  };
}

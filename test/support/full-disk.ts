// A disk that becomes full, without a disk: calls of node:fs that write below a folder, or to a descriptor, find no room.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const noSpace = () =>
  Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });

/** `where`: an absolute folder, or a descriptor. Holds `bytes` more; a write that does not fit is cut short, as by the kernel. */
export function fillDisk(where: string | number, bytes: number): () => void {
  const { writeSync, writeFileSync } = fs;
  let room = bytes;
  const isThere = (file: unknown) => {
    if (typeof where === 'number' || typeof file !== 'number') return file === where;
    try {
      return fs.readlinkSync(`/proc/self/fd/${file}`).startsWith(where);
    } catch {
      return false;
    }
  };
  const full = (fd: number, content: Uint8Array, at = 0): number => {
    if (!isThere(fd)) return writeSync(fd, content, at);
    if (room === 0) throw noSpace();
    const taken = writeSync(fd, content, at, Math.min(room, content.length - at));
    room -= taken;
    return taken;
  };
  const fullFile: typeof writeFileSync = (path, content, options) => {
    const size = Buffer.byteLength(content as string);
    if (typeof where === 'string' && String(path).startsWith(where)) {
      if (size > room) throw noSpace();
      room -= size;
    }
    writeFileSync(path, content, options);
  };
  Object.assign(fs, { writeSync: full, writeFileSync: fullFile });
  syncBuiltinESMExports();
  return () => {
    Object.assign(fs, { writeSync, writeFileSync });
    syncBuiltinESMExports();
  };
}
